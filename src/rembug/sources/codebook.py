"""The file that says what a team's codes and sources mean: a codebook, in YAML, for people.

It binds codes to aspects of the frameworks, sources to interviews, observations and documents, and
informants to the actors they speak for. What it does not name stays the researchers' own.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

import yaml

from rembug.errors import Unreadable, Words, with_cause

_TOP: Final = frozenset({"language", "codes", "sources", "informants", "coders"})
_CODE: Final = frozenset({"aspect", "marks"})
_SOURCE: Final = frozenset({"kind", "id", "en", "date", "informant", "observes", "language"})
_INFORMANT: Final = frozenset({"speaksFor", "position", "consent"})
_KINDS: Final = ("interview", "observation", "document")
_REFERENCE: Final = re.compile(r"[\w-]+/[\w.-]+")


@dataclass(frozen=True)
class Binding:
    """What a code stands for.

    Attributes:
        aspects: `scheme/concept` of each aspect that it maps to.
        marks: `kind/slug` of things of the study, or `scheme/concept`, that it marks.
        line: where the file says so.
    """

    aspects: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True)
class About:
    """What a source is.

    Attributes:
        kind: interview, observation or document.
        titles: what it is called in public, by language.
        date: year, month or day.
        informant: the pseudonym of who is interviewed.
        observes: `kind/slug` of the actor that is watched.
        language: of its text.
        line: where the file says so.
    """

    kind: Literal["interview", "observation", "document"]
    titles: Mapping[str, str] = field(default_factory=dict)
    date: str = ""
    informant: str = ""
    observes: str = ""
    language: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Voice:
    """Who an informant speaks for, in which position, and what they consented to."""

    speaks_for: str
    position: str = ""
    consent: str = "aggregate-only"
    line: int | None = None


@dataclass(frozen=True)
class Codebook:
    """A codebook file.

    Attributes:
        file: its name, for places.
        language: of code names and texts, where nothing else is said.
        codes: by the path of the code, its parts between “ / ”.
        sources: by name.
        informants: by pseudonym.
        coders: what a coder is called in public, by the name in the project.
        sha256: of the file.
    """

    file: str = ""
    language: str = "id"
    codes: Mapping[str, Binding] = field(default_factory=dict)
    sources: Mapping[str, About] = field(default_factory=dict)
    informants: Mapping[str, Voice] = field(default_factory=dict)
    coders: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""


def read(file: str, body: bytes) -> Codebook:
    """Read a codebook.

    Args:
        file: the file's name.
        body: its content.

    Raises:
        Unreadable: it is no YAML, or says what a codebook cannot; names the line.
    """
    try:
        root = yaml.compose(body.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise Unreadable(file, Words("is not UTF-8", "bukan UTF-8")) from error
    except RecursionError as error:
        told = Words("is nested too deeply", "bersarang terlalu dalam")
        raise Unreadable(file, told) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        reason = getattr(error, "problem", None) or str(error)
        raise Unreadable(
            file, with_cause("is not YAML", "bukan YAML", reason), line, column
        ) from error
    top = _mapping(file, root, "the file")
    _require_known(file, top, _TOP, "a codebook")
    language = _text(file, top.get("language")) or "id"
    codes = {
        name: _binding(file, node) for name, (node, _) in _entries(file, top.get("codes")).items()
    }
    sources = {
        name: _about(file, node) for name, (node, _) in _entries(file, top.get("sources")).items()
    }
    informants = {
        name: _voice(file, node)
        for name, (node, _) in _entries(file, top.get("informants")).items()
    }
    coders = {
        name: _text(file, (node, line))
        for name, (node, line) in _entries(file, top.get("coders")).items()
    }
    for name, about in sources.items():
        if about.informant and about.informant not in informants:
            raise Unreadable(
                file,
                Words(
                    f"{name} names the informant {about.informant}, who is not listed",
                    f"{name} menyebut informan {about.informant} yang tidak ada dalam daftar",
                ),
                about.line,
            )
    sha256 = hashlib.sha256(body).hexdigest()
    return Codebook(file, language, codes, sources, informants, coders, sha256)


Entry = tuple[Any, int]


def _entries(file: str, entry: Entry | None) -> dict[str, Entry]:
    return {} if entry is None or _empty(entry[0]) else _mapping(file, entry[0], "this")


def _mapping(file: str, node: Any, what: str) -> dict[str, Entry]:
    if _empty(node):
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise Unreadable(
            file,
            Words(
                f"{what} is to be names with their values",
                f"{what} harus berisi nama beserta nilainya",
            ),
            _line(node),
        )
    found: dict[str, Entry] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            told = Words("exactly one name is needed here", "di sini harus ada tepat satu nama")
            raise Unreadable(file, told, _line(key))
        if key.value in found:
            raise Unreadable(
                file,
                Words(
                    f"“{key.value}” is written here twice",
                    f"“{key.value}” ditulis dua kali di sini",
                ),
                _line(key),
            )
        found[key.value] = value, _line(key) or 1
    return found


def _binding(file: str, node: Any) -> Binding:
    if isinstance(node, yaml.ScalarNode) and not _empty(node):
        return Binding((_reference(file, node),), line=_line(node))
    if isinstance(node, yaml.SequenceNode):
        return Binding(_references(file, node), line=_line(node))
    parts = _mapping(file, node, "a code")
    _require_known(file, parts, _CODE, "a code")
    aspects = _references(file, parts["aspect"][0]) if "aspect" in parts else ()
    marks = _references(file, parts["marks"][0]) if "marks" in parts else ()
    return Binding(aspects, marks, _line(node))


def _about(file: str, node: Any) -> About:
    parts = _mapping(file, node, "a source")
    _require_known(file, parts, _SOURCE, "a source")
    kind = _text(file, parts.get("kind")) or "document"
    if kind not in _KINDS:
        raise Unreadable(
            file,
            Words(
                f"a source is {', '.join(_KINDS)}, not “{kind}”",
                f"sumber adalah {', '.join(_KINDS)}, bukan “{kind}”",
            ),
            _line(node),
        )
    when = _text(file, parts.get("date"))
    if when and not _is_date(when):
        raise Unreadable(
            file,
            Words(
                f"a date is like 2022, 2022-05 or 2022-05-01, not “{when}”",
                f"tanggal ditulis seperti 2022, 2022-05, atau 2022-05-01, bukan “{when}”",
            ),
            _line(node),
        )
    if kind == "interview" and "informant" not in parts:
        raise Unreadable(
            file,
            Words(
                "an interview names its informant, by pseudonym",
                "wawancara menyebut informannya, dengan nama samaran",
            ),
            _line(node),
        )
    titles = {lang: told for lang in ("id", "en") if (told := _text(file, parts.get(lang)))}
    return About(
        kind,  # type: ignore[arg-type]
        titles,
        when,
        _text(file, parts.get("informant")),
        _text(file, parts.get("observes")),
        _text(file, parts.get("language")),
        _line(node),
    )


def _voice(file: str, node: Any) -> Voice:
    parts = _mapping(file, node, "an informant")
    _require_known(file, parts, _INFORMANT, "an informant")
    if "speaksFor" not in parts:
        raise Unreadable(
            file,
            Words(
                "an informant speaks for an actor: speaksFor",
                "informan berbicara untuk sebuah aktor: speaksFor",
            ),
            _line(node),
        )
    return Voice(
        _reference(file, parts["speaksFor"][0]),
        _text(file, parts.get("position")),
        _text(file, parts.get("consent")) or "aggregate-only",
        _line(node),
    )


def _references(file: str, node: Any) -> tuple[str, ...]:
    if isinstance(node, yaml.SequenceNode):
        return tuple(_reference(file, part) for part in node.value)
    return () if _empty(node) else (_reference(file, node),)


def _reference(file: str, node: Any) -> str:
    text = _text(file, (node, _line(node) or 1))
    if not _REFERENCE.fullmatch(text):
        raise Unreadable(
            file,
            Words(
                f"“{text}” is to be like aspect/communication or actor/kube",
                f"“{text}” seharusnya seperti aspect/communication atau actor/kube",
            ),
            _line(node),
        )
    return text


def _text(file: str, entry: Entry | None) -> str:
    if entry is None or _empty(entry[0]):
        return ""
    if not isinstance(entry[0], yaml.ScalarNode):
        raise Unreadable(
            file,
            Words("exactly one value is needed here", "di sini harus ada tepat satu nilai"),
            _line(entry[0]),
        )
    return str(entry[0].value).strip()


def _require_known(file: str, parts: Mapping[str, Entry], known: frozenset[str], what: str) -> None:
    for name, (_, line) in parts.items():
        if name not in known:
            raise Unreadable(
                file,
                Words(
                    f"{what} has no “{name}”; it has {', '.join(sorted(known))}",
                    f"{what} tidak memiliki “{name}”; yang ada: {', '.join(sorted(known))}",
                ),
                line,
            )


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text, re.ASCII):
        return False
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return False
    return True


def _empty(node: Any) -> bool:
    return node is None or (isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null"))


def _line(node: Any) -> int | None:
    return node.start_mark.line + 1 if node is not None else None
