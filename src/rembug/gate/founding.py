"""Studies that are founded: each has a name that questions, addresses and files can use."""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from rdflib import RDF, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import BadParameter, Words
from rembug.gate.report import Result
from rembug.gate.statements import result
from rembug.graph import OBJECT, PREDICATE, SUBJECT, Reader, Triple
from rembug.sources import Place
from rembug.terms import CG, SHAPES


def founded(
    statements: Iterable[Triple], facts: Reader, places: Mapping[Node, Place]
) -> Iterator[Result]:
    """Studies with an IRI of ours that could not be named by it.

    Args:
        statements: those that come.
        facts: all there will be.
        places: where in its file each subject stands.
    """
    for triple in statements:
        if triple[PREDICATE] != RDF.type or triple[OBJECT] != CG.Study:
            continue
        if (words := _wrong(triple[SUBJECT], facts)) is not None:
            yield result(triple, SHAPES.StudyName, {"en": words.en, "id": words.id}, places)


def _wrong(study: Node, facts: Reader) -> Words | None:
    if not isinstance(study, URIRef) or not study.startswith(str(terms.ID)):
        return None
    slug = unquote(terms.study_of(study) or "")
    try:
        terms.require_study_slug(slug)
    except BadParameter as error:
        return error.words
    if study != (own := terms.study(slug)):
        return Words(
            f"The study “{slug}” has the IRI <{own}>; write that, or choose another slug.",
            f"IRI studi “{slug}” adalah <{own}>; gunakan IRI itu, atau pilih nama singkat lain.",
        )
    if facts.holding([(terms.dataset(slug), RDF.type, CG.LinkedDataset)]):
        return Words(
            f"A dataset has the name “{slug}” already, and its rows would be taken for the "
            "study's; choose another slug.",
            f"Nama “{slug}” sudah dipakai himpunan data, sehingga barisnya akan dianggap milik "
            "studi; pilih nama singkat lain.",
        )
    return None
