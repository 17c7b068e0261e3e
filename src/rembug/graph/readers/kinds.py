"""The kinds of readers, and the names under which what is derived for each is kept."""

from hashlib import blake2b
from typing import Final

from rembug.graph.model import Confined, Reads, Role

PUBLIC: Final = "public"
ALL: Final = "all"
READERS: Final = (PUBLIC, ALL)
CONFINED: Final = "studies-"
"""How the names of stores begin that have the restricted graphs of some studies alone."""


def name_of(reads: Reads) -> str:
    """The name of the store that somebody reads."""
    if isinstance(reads, Confined):
        studies = "\n".join(sorted(reads.studies)).encode()
        return CONFINED + blake2b(studies, digest_size=8).hexdigest()
    return ALL if reads >= Role.RESEARCHER else PUBLIC


def reads_of(name: str) -> Role:
    """Who reads all that the store of a name has, `public` or `all`."""
    return Role.ADMIN if name == ALL else Role.PUBLIC
