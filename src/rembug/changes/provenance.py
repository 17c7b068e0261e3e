"""Provenance of the store: who brought in or took back what, when, from which file (PROV-O)."""

import getpass
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rdflib import DCTERMS, PROV, RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import __version__, settings, terms
from rembug.catalogue import read
from rembug.graph import OBJECT, SUBJECT, KnowledgeGraph, Role, Scope
from rembug.sources import Submission
from rembug.sources.model import digest
from rembug.terms import CG

_HISTORY = read(settings.queries_dir() / "store" / "history.rq")


@dataclass(frozen=True)
class Event:
    """One line of the history: a submission that came in or was taken back, or a withdrawal.

    That somebody withdrew consent is told with the study alone: no submission, no file.
    """

    version: int
    time: str
    action: str
    study: str | None
    submission: str
    file: str
    sha256: str | None
    triples: int | None
    agent: str


def history(graph: KnowledgeGraph, study: str = "", role: Role = Role.PUBLIC) -> list[Event]:
    """What came in, was taken back or was withdrawn, oldest first, as a role may read of it."""
    rows = graph.rows(_HISTORY.bind({"study": study}), role)
    return [
        Event(
            version=int(row["number"].value),
            time=row["time"].value,
            action=row["action"].value,
            study=terms.study_of(row["of"].value) if "of" in row else None,
            submission=row["submission"].value.removeprefix(terms.GRAPH)
            if "submission" in row
            else "",
            file=row["file"].value if "file" in row else "",
            sha256=row["sha256"].value if "sha256" in row else None,
            triples=int(row["triples"].value) if "triples" in row else None,
            agent=row["agent"].value,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Arrival:
    """How a submission came into the graph, the last time.

    Attributes:
        version: that it came with; None where the record does not say.
        file: what its content is called.
        triples: how many everybody may read; None where the record does not say.
    """

    version: int | None
    file: str
    triples: int | None


def arrival(graph: KnowledgeGraph, submission: URIRef) -> Arrival:
    """How a submission, or a graph that was written by name, came in."""
    record = graph.reader(Scope(only=frozenset({str(terms.PROVENANCE)})))
    states: set[Node] = {submission}
    states |= {s for s, _, _ in record.matching(OBJECT, [submission], PROV.specializationOf)}
    came = [(_number(c), s) for c, _, s in record.matching(OBJECT, states, PROV.generated)]
    version, state = max(came, default=(None, submission))
    said = {p: o for _, p, o in record.matching(SUBJECT, [state])}
    triples = said.get(CG.tripleCount)
    return Arrival(
        version, str(said.get(DCTERMS.title, "")), None if triples is None else int(str(triples))
    )


def brought(graph: KnowledgeGraph, version: int) -> set[URIRef]:
    """The submissions, and the graphs that were written by name, that a version brought."""
    record = graph.reader(Scope(only=frozenset({str(terms.PROVENANCE)})))
    made: set[Node] = {
        o for _, _, o in record.matching(SUBJECT, [commit_iri(version)], PROV.generated)
    }
    made |= {o for _, _, o in record.matching(SUBJECT, made, PROV.specializationOf)}
    return {node for node in made if isinstance(node, URIRef)}


def _number(commit: Node) -> int:
    return int(str(commit).rpartition("/")[2])


def commit_iri(number: int) -> URIRef:
    """The IRI of the commit that made a version."""
    return terms.thing("store", "commit", str(number))


def commit_record(number: int, agent: str) -> Graph:
    """What provenance says of any commit; `agent` empty means the account's own name."""
    name = agent or getpass.getuser()
    who = terms.thing("store", "agent", terms.slug(name) or "someone")
    commit = commit_iri(number)
    record = Graph()
    now = Literal(datetime.now(UTC).isoformat(timespec="seconds"), datatype=XSD.dateTime)
    record.add((commit, RDF.type, CG.Commit))
    record.add((commit, CG.commitNumber, Literal(number)))
    record.add((commit, PROV.endedAtTime, now))
    record.add((commit, PROV.wasAssociatedWith, who))
    record.add((commit, CG.rembugVersion, Literal(__version__)))
    record.add((who, RDF.type, PROV.Agent))
    record.add((who, RDFS.label, Literal(name)))
    return record


def graph_record(iri: URIRef, file: str, content: bytes | None, number: int) -> Graph:
    """What provenance says of a graph that was written, or taken away, by name with a commit.

    A graph may be written many times, so that what is said is said of its state at that commit. A
    restricted graph is not named: the submission is that it is a part of. Nothing is said of what
    is in it, whose digest would tell a guess from the truth.

    Args:
        iri: the graph.
        file: what its content is called.
        content: N-Triples; None when the graph was taken away.
        number: the commit's.
    """
    record = Graph()
    state = terms.thing("store", "state", f"{number}-{digest(iri.encode())[:12]}")
    record.add((state, RDF.type, CG.Submission))
    record.add((state, PROV.specializationOf, terms.unrestricted(iri)))
    record.add((state, DCTERMS.title, Literal(file)))
    if content is None:
        record.add((commit_iri(number), PROV.invalidated, state))
    else:
        record.add((commit_iri(number), PROV.generated, state))
    if content is not None and not terms.is_restricted(iri):
        record.add((state, CG.sha256, Literal(digest(content))))
        record.add((state, CG.tripleCount, Literal(content.count(b"\n"))))
    if (study := terms.submission_of(iri)) is not None:
        record.add((state, CG.inStudy, terms.study(study)))
    return record


def superseded(graph: KnowledgeGraph, iri: URIRef) -> tuple[Graph, Graph]:
    """What the record says of a submission whose graph is written anew, as of a state it had.

    Args:
        graph: has the record.
        iri: of the submission.

    Returns:
        The triples that go, and those of the state that come in their place; nothing where the
        graph was never written.
    """
    record = graph.reader(Scope(only=frozenset({str(terms.PROVENANCE)})))
    gone, come = Graph(), Graph()
    for commit, generated, _ in record.matching(OBJECT, [iri], PROV.generated):
        state = terms.thing("store", "state", digest(f"{commit} {iri}".encode())[:16])
        gone.add((commit, generated, iri))
        come.add((commit, generated, state))
        come.add((state, RDF.type, CG.Submission))
        come.add((state, PROV.specializationOf, iri))
        for told in (DCTERMS.title, CG.tripleCount):
            for triple in record.matching(SUBJECT, [iri], told):
                gone.add(triple)
                come.add((state, told, triple[2]))
        for triple in record.matching(SUBJECT, [iri], CG.mappedBy):
            gone.add(triple)
            come.add((state, CG.mappedBy, triple[2]))
        for triple in record.matching(SUBJECT, [iri], PROV.wasDerivedFrom):
            gone.add(triple)
            for _, _, sha256 in record.matching(SUBJECT, [triple[2]], CG.sha256):
                come.add((state, CG.sha256, sha256))
    return gone, come


def submission_record(iri: URIRef, submission: Submission, number: int) -> Graph:
    """What provenance says of a submission that came in with a commit.

    Of files whose content is not all public it has neither digests nor how much there is; that is
    in `restricted_record`.
    """
    record = Graph()
    file = _file(submission, submission.sha256)
    record.add((commit_iri(number), PROV.generated, iri))
    record.add((commit_iri(number), PROV.used, file))
    record.add((iri, RDF.type, CG.Submission))
    record.add((iri, DCTERMS.title, Literal(submission.title)))
    record.add((iri, CG.inStudy, terms.study(submission.study)))
    record.add((iri, PROV.wasDerivedFrom, file))
    record.add((iri, CG.tripleCount, Literal(len(submission.public))))
    record.add((file, RDF.type, CG.SourceFile))
    record.add((file, RDFS.label, Literal(submission.title)))
    if submission.keyed is None:
        record.add((file, CG.sha256, Literal(submission.sha256)))
    if submission.mapping is not None:
        name, sha256 = submission.mapping
        mapping = _file(submission, sha256)
        record.add((commit_iri(number), PROV.used, mapping))
        record.add((iri, CG.mappedBy, mapping))
        record.add((mapping, RDF.type, CG.SourceFile))
        record.add((mapping, RDFS.label, Literal(f"mapping{Path(name).suffix}")))
        if submission.keyed is None:
            record.add((mapping, CG.sha256, Literal(sha256)))
    return record


def restricted_record(submission: Submission) -> Graph:
    """What the restricted part of a submission says of its files: names and digests."""
    record, files = Graph(), [(submission.file, submission.sha256)]
    for name, sha256 in [*files, submission.mapping] if submission.mapping else files:
        file = _file(submission, sha256)
        record.add((file, DCTERMS.title, Literal(name)))
        record.add((file, CG.sha256, Literal(sha256)))
    return record


def of_forgotten(graph: KnowledgeGraph, graphs: Iterable[URIRef]) -> Graph:
    """What the record has of digests, sizes and notes of some graphs, to go with what they had.

    Args:
        graph: has the record.
        graphs: from which something goes that is to be forgotten.
    """
    record = graph.reader(Scope(only=frozenset({str(terms.PROVENANCE)})))
    entities: set[Node] = {terms.unrestricted(iri) for iri in graphs}
    entities |= {s for s, _, _ in record.matching(OBJECT, entities, PROV.specializationOf)}
    for of in (PROV.wasDerivedFrom, CG.mappedBy):
        entities |= {o for _, _, o in record.matching(SUBJECT, entities, of)}
    found = Graph()
    for told in (CG.sha256, CG.tripleCount, CG.gateNote):
        for triple in record.matching(SUBJECT, entities, told):
            found.add(triple)
    return found


def _file(submission: Submission, sha256: str) -> URIRef:
    return terms.thing(submission.study, "file", submission.public_digest(sha256)[:16])
