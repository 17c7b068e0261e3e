"""Who may say what: data speak of individuals of their study.

What classes and properties mean, and what a shared scheme says, is changed by the ontology's own
files alone (`changes.ontology`), which do not come in through the gate.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, BNode, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.gate.report import Result, Severity
from rembug.graph import OBJECT, PREDICATE, SUBJECT, Reader, Triple, batches
from rembug.sources import Place
from rembug.terms import CG, SHAPES

_AT_ONCE: Final = 10_000

# What an ontology is written with (OWL 2 Mapping to RDF Graphs §2; RDFS §2, §3), and what marks a
# property as one whose triples are never public.
_AXIOMS: Final = frozenset(
    {RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, CG.accessRule}
)
_META: Final = frozenset({RDFS.Class, RDFS.Datatype, RDF.Property})
# What OWL has to say of individuals, and of no class or property.
_OF_INDIVIDUALS: Final = frozenset({OWL.sameAs, OWL.differentFrom, OWL.versionInfo, OWL.deprecated})
_KINDS_OF_INDIVIDUALS: Final = frozenset({OWL.NamedIndividual, OWL.Thing, OWL.Nothing})
# By these a thing would say of a shared scheme what is in it and what is above what.
_PUT_INTO_A_SCHEME: Final = frozenset({SKOS.inScheme, SKOS.topConceptOf, SKOS.narrower, OWL.sameAs})
_MAPPINGS: Final = frozenset(
    {SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch}
)
# By these a thing says that it is another study's.
_CLAIMS: Final = frozenset({CG.inStudy, OWL.sameAs})
# What is at id/{dataset}/… for datasets that are no study.
_ROWS: Final = frozenset({"dataset", "record", "link"})
# What Rembug itself says of a file in the restricted part of its submission.
_OF_FILES: Final = frozenset({DCTERMS.title, CG.sha256})
_OURS: Final = (str(terms.ONTOLOGY), str(terms.SCHEME), str(terms.SHAPES), str(terms.LOG))
_THINGS: Final = str(terms.ID)


def about_meaning(
    graph: URIRef,
    statements: Iterable[Triple],
    ontology: Reader,
    places: Mapping[Node, Place],
) -> Iterator[Result]:
    """What data say of the ontology and of the shared schemes, which is not theirs to say.

    Args:
        graph: whose statements they are.
        statements: those that come into it.
        ontology: what the ontology says, its schemes and the terms of others that it uses included.
        places: where in its file each subject stands.
    """
    links = terms.is_links(graph)
    own = links or terms.is_of_a_study(graph)
    for some in batches(statements, _AT_ONCE):
        nodes = {t[SUBJECT] for t in some} | {
            t[OBJECT] for t in some if t[PREDICATE] in _PUT_INTO_A_SCHEME | _AXIOMS
        }
        asked = [n for n in nodes if isinstance(n, URIRef) and not n.startswith(_THINGS)]
        shared: set[Node] = {n for n in asked if str(n).startswith(_OURS)}
        shared |= {triple[SUBJECT] for triple in ontology.matching(SUBJECT, asked)}
        nameless = (t for t in some if isinstance(t[SUBJECT], BNode))
        bound = own or any(str(t[OBJECT]).startswith(_OURS) for t in nameless)
        for triple in some:
            known = bound if isinstance(triple[SUBJECT], BNode) else own
            if (said := _meant(triple, shared, links=links, own=known)) is not None:
                shape, messages = said
                yield result(triple, shape, messages, places)


def about_others(
    graph: URIRef,
    statements: Iterable[Triple],
    facts: Reader,
    places: Mapping[Node, Place],
) -> Iterator[Result]:
    """What a study's graph says of things of other studies, which is theirs to say.

    A study describes things of its own, and things that have their IRI from elsewhere; of datasets
    that are no study it may describe the rows, and the links to them. It may point to what others
    describe. A graph of no study speaks for no study, also for none that somebody may found
    tomorrow, unless it states the whole of it: of a study's things it may say what they are linked
    with, if it is one of links.

    Args:
        graph: whose statements they are.
        statements: those that come into it.
        facts: all there will be.
        places: where in its file each subject stands.
    """
    study = terms.submission_of(graph)
    if study is None or study == terms.POSTED:
        yield from _from_outside(graph, statements, facts, places)
        return
    for some in batches(statements, _AT_ONCE):
        foreign = [t for t in some if _is_others(t[SUBJECT], study)]
        slugs = {terms.study_of(str(t[SUBJECT])) for t in foreign}
        declared = [(terms.study(s), RDF.type, CG.Study) for s in slugs if s is not None]
        known = {triple[SUBJECT] for triple in facts.holding(declared)}
        rows = {t[SUBJECT] for t in foreign if _is_row(str(t[SUBJECT]), known)}
        of_none = {r for r in rows if terms.kind_of(str(r)) != "link"} - _of_datasets(rows, facts)
        for triple in foreign:
            if triple[SUBJECT] not in rows:
                yield result(triple, SHAPES.OwnThings, _described(study, triple[SUBJECT]), places)
            elif triple[SUBJECT] in of_none:
                yield result(triple, SHAPES.OwnThings, _of_none(triple[SUBJECT]), places)
        for triple in some:
            if triple[PREDICATE] in _CLAIMS and _is_others(triple[OBJECT], study):
                yield result(triple, SHAPES.OwnThings, _claimed(study, triple), places)


def _from_outside(
    graph: URIRef,
    statements: Iterable[Triple],
    facts: Reader,
    places: Mapping[Node, Place],
) -> Iterator[Result]:
    """What a graph of no study says of things of studies that are stated elsewhere."""
    linked = _MAPPINGS if terms.is_links(graph) else frozenset()
    stated: set[Node] = set()
    of_studies: list[tuple[str, Triple]] = []
    for triple in statements:
        subject = triple[SUBJECT]
        if not (isinstance(subject, URIRef) and subject.startswith(_THINGS)):
            continue
        if triple[1:] == (RDF.type, CG.Study):
            stated.add(subject)
        slug = terms.study_of(str(subject))
        if slug is not None and triple[PREDICATE] not in linked:
            of_studies.append((slug, triple))
    slugs = {slug for slug, _ in of_studies if terms.study(slug) not in stated}
    known = facts.holding([(terms.study(s), RDF.type, CG.Study) for s in slugs])
    data = facts.holding([(terms.dataset(s), RDF.type, CG.LinkedDataset) for s in slugs])
    described = {s for s in slugs if (terms.dataset(s), RDF.type, CG.LinkedDataset) in data}
    others = {t[SUBJECT] for slug, t in of_studies if slug in slugs - described}
    rows = {thing for thing in others if terms.kind_of(str(thing)) in _ROWS}
    of_none = {r for r in rows if terms.kind_of(str(r)) != "link"} - _of_datasets(rows, facts)
    for slug, triple in of_studies:
        if slug not in slugs:
            continue
        is_study = (terms.study(slug), RDF.type, CG.Study) in known
        if is_study or not (slug in described or triple[SUBJECT] in rows):
            yield result(triple, SHAPES.OwnThings, _outside(slug, triple[SUBJECT]), places)
        elif triple[SUBJECT] in of_none:
            yield result(triple, SHAPES.OwnThings, _of_none(triple[SUBJECT]), places)


def unconnected(
    graph: URIRef,
    statements: Iterable[Triple],
    facts: Reader,
    places: Mapping[Node, Place],
) -> Iterator[Result]:
    """Things that a study's graph describes, and that nothing connects with the study: a warning.

    Connected is what leads to a thing of the study, or is led to from one; its class is no lead.

    Args:
        graph: whose statements they are.
        statements: those that come into it.
        facts: all there will be.
        places: where in its file each subject stands.
    """
    study = terms.submission_of(graph)
    if study is None or study == terms.POSTED:
        return
    own = str(terms.ID[study + "/"])
    for some in batches(statements, _AT_ONCE):
        described = {t[SUBJECT]: t for t in reversed(some) if isinstance(t[SUBJECT], URIRef)}
        described.pop(terms.study(study), None)
        kept_by_rembug = frozenset[Node]()
        if terms.is_restricted(graph):  # with what the gate noted of the submission
            kept_by_rembug = _files(some) | {terms.unrestricted(graph)}
        alone = {
            node
            for node in described
            if not (
                str(node).startswith(_OURS)  # refused
                or _is_others(node, study)  # a dataset's
                or node in kept_by_rembug
            )
        }
        alone -= {s for s, _, o in facts.matching(SUBJECT, alone) if s != o and _is_in(o, own)}
        alone -= {o for s, _, o in facts.matching(OBJECT, alone) if s != o and _is_in(s, own)}
        for node in alone:
            said = described[node]
            messages = {
                "en": f"Nothing connects this with the study “{study}”, so that no page leads to "
                "it; add cg:inStudy, or point to it from a thing of the study.",
                "id": f"Tidak ada yang menghubungkan hal ini dengan studi “{study}”, sehingga "
                "tidak ada halaman yang menuju kepadanya; tambahkan cg:inStudy, atau tunjuk dari "
                "sesuatu milik studi.",
            }
            yield result(said, SHAPES.Connected, messages, places, Severity.WARNING)


def _files(some: Iterable[Triple]) -> frozenset[Node]:
    """What a restricted part says of the files it came from, which provenance leads to."""
    said: dict[Node, set[Node]] = {}
    for subject, predicate, _ in some:
        if terms.kind_of(str(subject)) == "file":
            said.setdefault(subject, set()).add(predicate)
    return frozenset(node for node, by in said.items() if by <= _OF_FILES)


def _is_in(node: Node, space: str) -> bool:
    return isinstance(node, URIRef) and node.startswith(space)


def _is_others(node: Node, study: str) -> bool:
    """Whether something has an IRI of ours that is in another study, or a graph of another."""
    if not isinstance(node, URIRef):
        return False
    for space in (terms.ID, terms.GRAPH):
        if node.startswith(str(space)):
            return not node.startswith(str(space[study + "/"]))
    return False


def _is_row(iri: str, studies: set[Node]) -> bool:
    """Whether something is a row of a dataset that is no study, or a link to one."""
    slug = terms.study_of(iri)
    return slug is not None and terms.study(slug) not in studies and terms.kind_of(iri) in _ROWS


def _of_datasets(things: Iterable[Node], facts: Reader) -> frozenset[Node]:
    """Those of some rows whose dataset somebody described, and datasets that are described."""
    datasets: dict[Node, set[Node]] = {
        thing: {thing, terms.dataset(terms.study_of(str(thing)) or "")} for thing in things
    }
    for row, _, dataset in facts.matching(SUBJECT, [*datasets], CG.inDataset):
        datasets[row].add(dataset)
    asked = [(d, RDF.type, CG.LinkedDataset) for some in datasets.values() for d in some]
    known = {triple[SUBJECT] for triple in facts.holding(asked)}
    return frozenset(thing for thing, some in datasets.items() if some & known)


def _of_none(subject: Node) -> Mapping[str, str]:
    named, slug = terms.short(str(subject)), terms.study_of(str(subject))
    return {
        "en": f"{named} would be of the dataset “{slug}”, which nobody has described; bring it in "
        "with `rembug dataset add`, or state here what it is "
        f"(<{terms.dataset(slug or '')}> a cg:LinkedDataset).",
        "id": f"{named} seharusnya milik himpunan data “{slug}”, yang belum dijelaskan siapa pun; "
        "masukkan dengan `rembug dataset add`, atau nyatakan di sini "
        f"(<{terms.dataset(slug or '')}> a cg:LinkedDataset).",
    }


def _described(study: str, subject: Node) -> Mapping[str, str]:
    named, other = terms.short(str(subject)), terms.study_of(str(subject))
    whose, milik = (
        (f"the study “{other}”", f"studi “{other}”") if other else ("others", "yang lain")
    )
    return {
        "en": f"{named} is of {whose}, and what comes into “{study}” describes things of “{study}” "
        f"alone. Say it in a file of {whose}, or of a thing of “{study}” that points to it.",
        "id": f"{named} milik {milik}, sedangkan isi “{study}” hanya menerangkan hal-hal milik "
        f"“{study}”. Nyatakan dalam berkas {milik}, atau pada sesuatu milik “{study}” yang "
        "menunjuk kepadanya.",
    }


def _outside(study: str, subject: Node) -> Mapping[str, str]:
    named, like = terms.short(str(subject)), f"<{terms.GRAPH[study]}/…>"
    return {
        "en": f"{named} is of the study “{study}”, and this graph is of no study; say it in a "
        f"graph of “{study}”: {like}.",
        "id": f"{named} milik studi “{study}”, sedangkan graf ini bukan milik studi mana pun; "
        f"nyatakan dalam graf milik “{study}”: {like}.",
    }


def _claimed(study: str, triple: Triple) -> Mapping[str, str]:
    by, named = terms.short(str(triple[PREDICATE])), terms.short(str(triple[OBJECT]))
    return {
        "en": f"By {by} this would speak for {named}, which is not of “{study}”. A thing is in the "
        "study that describes it; what is like a thing of another study points to it by "
        "skos:closeMatch or skos:exactMatch.",
        "id": f"Dengan {by} hal ini akan berbicara atas nama {named}, yang bukan milik “{study}”. "
        "Sesuatu termasuk studi yang menerangkannya; padanan dengan milik studi lain ditunjuk "
        "dengan skos:closeMatch atau skos:exactMatch.",
    }


def result(
    triple: Triple,
    shape: URIRef,
    messages: Mapping[str, str],
    places: Mapping[Node, Place],
    severity: Severity = Severity.VIOLATION,
) -> Result:
    """What the gate has to say of one statement."""
    subject, predicate, value = triple
    return Result(
        severity=severity,
        focus_node=str(subject),
        path=str(predicate),
        value=str(value),
        messages=messages,
        shape=str(shape),
        component=str(shape),
        place=places.get(subject) or places.get(value),
    )


def _meant(
    triple: Triple, shared: set[Node], *, links: bool, own: bool
) -> tuple[URIRef, Mapping[str, str]] | None:
    subject, predicate, value = triple
    # Somebody else's vocabulary may be kept in a graph that is of no study.
    theirs = not own and not {subject, value} & shared
    if _is_axiom(predicate, value) and not theirs:
        named = terms.short(str(value if predicate == RDF.type else predicate))
        return SHAPES.Individuals, {
            "en": f"Data speak of single things; what a class or property means ({named}) is said "
            "only by the ontology, since it would change every study. Leave this statement out.",
            "id": f"Data menerangkan hal-hal tunggal; arti kelas atau properti ({named}) hanya "
            "dinyatakan oleh ontologi, sebab berlaku bagi semua studi. Hapus pernyataan ini.",
        }
    if subject in shared and not (links and predicate in _MAPPINGS):
        named = terms.short(str(subject))
        return SHAPES.Shared, {
            "en": f"{named} belongs to all studies, and what is said of it is changed by the "
            "ontology's own files only. Say it of a thing of the study, which may point to it.",
            "id": f"{named} milik semua studi; keterangannya hanya diubah oleh berkas ontologi "
            "sendiri. Nyatakan pada sesuatu milik studi ini, yang boleh menunjuk kepadanya.",
        }
    if predicate in _PUT_INTO_A_SCHEME and value in shared:
        named, by = terms.short(str(value)), terms.short(str(predicate))
        return SHAPES.Shared, {
            "en": f"By {by} this would change {named}, which belongs to all studies. Make a scheme "
            "of the study's own, or point to it by skos:broader or a mapping such as "
            "skos:exactMatch.",
            "id": f"Dengan {by} hal ini akan mengubah {named}, milik semua studi. Buat skema milik "
            "studi ini, atau tunjuk dengan skos:broader atau padanan seperti skos:exactMatch.",
        }
    return None


# Rules and another ontology language, which reasoners take for axioms too.
_LOGICS: Final = (
    "http://www.w3.org/2003/11/swrl",
    "http://www.daml.org/2001/03/daml+oil",
)


def _is_axiom(predicate: Node, value: Node) -> bool:
    if predicate == RDF.type:
        return (
            value in _META
            or str(value).startswith(_LOGICS)
            or (
                str(value).startswith(str(OWL))
                and value not in _KINDS_OF_INDIVIDUALS
                and not isinstance(value, Literal)
            )
        )
    if predicate in _AXIOMS or str(predicate).startswith(_LOGICS):
        return True
    return str(predicate).startswith(str(OWL)) and predicate not in _OF_INDIVIDUALS
