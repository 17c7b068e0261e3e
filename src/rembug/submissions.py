"""How the graph changes: files come in through the gate, and can be taken back the same way.

One `add` is one commit: its files are judged together and stored together or not at all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, PROV, RDF, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import gate, privacy, reasoning, settings, sources, studies, terms
from rembug.errors import Conflict, Refused, UnknownName
from rembug.gate import Report
from rembug.graph import Change, KnowledgeGraph, Role, scratch
from rembug.provenance import commit_iri, commit_record, history, submission_record
from rembug.sources import Place, Submission
from rembug.sources.model import digest
from rembug.terms import CG

_NOT_DATA: Final = frozenset({terms.ONTOLOGY_GRAPH, terms.INFERRED, terms.PROVENANCE})
_ATTEMPTS: Final = 3

Parts = tuple[Graph, Graph]
"""The public and the restricted triples of a submission."""

Step = Callable[[str], None]
"""Told, in a few words, what is being done next; a command draws its progress from it."""


@dataclass(frozen=True)
class Commit:
    """What one commit did.

    Attributes:
        version: the number of the store's version that it made, or found when nothing changed.
        added: graphs that came in; empty when everything was there already.
        removed: graphs that were taken back.
        unchanged: graphs that were there already.
        report: the gate's verdict; its warnings are kept here.
    """

    version: int
    added: tuple[URIRef, ...]
    removed: tuple[URIRef, ...]
    unchanged: tuple[URIRef, ...]
    report: Report


@dataclass(frozen=True)
class State:
    """What the gate and the reasoner see of a store: its data in two parts, and the ontology."""

    public: Graph
    restricted: Graph
    schema: Graph


def add(
    graph: KnowledgeGraph,
    paths: Sequence[Path],
    study: str,
    *,
    agent: str = "",
    step: Step = lambda _: None,
) -> Commit:
    """Bring files into the graph, or refuse them all.

    Args:
        graph: where to.
        paths: RDF files; the ending decides the reader.
        study: slug of the study that they belong to; it must exist, or one of the files declares
            it.
        agent: who commits; empty for the account's own name.
        step: told what is being done.

    Raises:
        Unreadable: a file cannot be parsed; says line and column.
        UnknownName: there is no such study; says the nearest.
        Refused: the result would not conform to the shapes; carries the report.
    """
    step("reading")
    submissions = [sources.read(path, study) for path in paths]
    return submit(graph, submissions, agent=agent, step=step)


def submit(
    graph: KnowledgeGraph,
    submissions: Sequence[Submission],
    *,
    agent: str = "",
    step: Step = lambda _: None,
) -> Commit:
    """Commit submissions together; raises as `add` does."""
    ensure_ontology(graph, agent=agent)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _submit_once(graph, submissions, agent, step)
        except Conflict:
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def rehearse(graph: KnowledgeGraph, paths: Sequence[Path], study: str) -> Report:
    """What `add` would say of some files; raises Unreadable and UnknownName as `add` does."""
    _require_study(graph, study, [sources.read(path, study) for path in paths])
    return check(graph, paths, study)


def check(graph: KnowledgeGraph, paths: Sequence[Path] = (), study: str = "draft") -> Report:
    """The gate's verdict on the store as it would be with some files, or as it is.

    Raises:
        Unreadable: a file cannot be parsed.
    """
    schema = graph.read([terms.ONTOLOGY_GRAPH])
    arriving: dict[URIRef, Parts] = {}
    places: dict[Node, Place] = {}
    for submission in (sources.read(path, study) for path in paths):
        iri = terms.submission_graph(study, submission.name)
        arriving[iri] = privacy.split(submission.public, submission.restricted, schema)
        places = {**submission.places, **places}
    state = _state(graph, arriving)
    return gate.check(state.public, state.restricted, state.schema, places)


def revert(graph: KnowledgeGraph, *submissions: str, agent: str = "") -> Commit:
    """Take submissions back together, through the gate.

    Args:
        graph: where from.
        submissions: their names as `history` lists them (`study/name` or `name`), or the IRIs of
            their graphs; those that refer to each other can only go together.
        agent: who takes them back; empty for the account's own name.

    Raises:
        UnknownName: there is no such submission in the graph now.
        Refused: what would be left does not conform; carries the report.
    """
    base = graph.version
    gone = tuple(dict.fromkeys(_find(graph, name) for name in submissions))
    record = commit_record(base + 1, agent)
    for iri in gone:
        record.add((commit_iri(base + 1), PROV.invalidated, iri))
    leaving = frozenset(part for iri in gone for part in (iri, terms.restricted(iri)))
    version, report = _through_the_gate(graph, base, {}, leaving, record)
    return Commit(version, (), gone, (), report)


def publish_links(
    graph: KnowledgeGraph, dataset: str, links: Graph, file: Path, *, agent: str = ""
) -> Commit:
    """Publish the accepted links to another dataset, in place of those published before.

    Args:
        graph: where to.
        dataset: slug of the other dataset.
        links: the linkset, as `rembug.linking.linkset` builds it.
        file: the reviewed table that it comes from, for provenance.

    Raises:
        Refused: the result would not conform to the shapes; carries the report.
    """
    base = graph.version
    iri = terms.links_graph(dataset)
    submission = Submission(
        dataset, f"links-{dataset}", file.name, digest(file.read_bytes()), links
    )
    if set(graph.read([iri])) == set(scratch(links).graph()):  # numbers as the engine keeps them
        return Commit(base, (), (), (iri,), gate.Report(conforms=True, results=()))
    record = commit_record(base + 1, agent) + submission_record(iri, submission, base + 1)
    record.remove((iri, CG.inStudy, None))
    version, report = _through_the_gate(graph, base, {iri: (links, Graph())}, frozenset(), record)
    return Commit(version, (iri,), (), (), report)


def ensure_ontology(graph: KnowledgeGraph, *, agent: str = "") -> None:
    """Bring the shipped ontology into a graph that has none or another one."""
    files = sorted(settings.ontology_dir().rglob("*.ttl"))
    mark = Literal(digest(b"".join(file.read_bytes() for file in files)))
    if (terms.ONTOLOGY_GRAPH, CG.sha256, mark) in graph.read([terms.ONTOLOGY_GRAPH]):
        return
    shipped = Graph()
    for file in files:
        shipped.parse(file, format="turtle")
    shipped.add((terms.ONTOLOGY_GRAPH, CG.sha256, mark))
    base = graph.version
    record = commit_record(base + 1, agent)
    record.add((commit_iri(base + 1), PROV.generated, terms.ONTOLOGY_GRAPH))
    record.add((terms.ONTOLOGY_GRAPH, RDF.type, PROV.Entity))
    record.add((terms.ONTOLOGY_GRAPH, DCTERMS.title, Literal("ontology")))
    record.add((terms.ONTOLOGY_GRAPH, CG.tripleCount, Literal(len(shipped))))
    state = _state(graph)
    replace = {terms.ONTOLOGY_GRAPH: shipped}
    if state.public:
        replace[terms.INFERRED] = reasoning.entail(shipped, state.public)
    graph.commit(Change(replace, {terms.PROVENANCE: record}), base)


def fill(graph: KnowledgeGraph, *, agent: str = "", step: Step = lambda _: None) -> None:
    """Bring the ontology and the shipped studies into a graph that never had a submission.

    A graph whose filling was cut short is filled; one whose owner took a study back stays as it is.
    """
    ensure_ontology(graph, agent=agent)
    if any(event.study for event in history(graph)):
        return
    for folder in sorted(settings.data_dir().iterdir()):
        if folder.is_dir() and folder.name != "examples":
            files = sorted(folder.glob("*.ttl"))
            add(graph, files, folder.name, agent=agent, step=step)


def entail(graph: KnowledgeGraph) -> int:
    """Recompute the entailed graph; returns how many triples it holds now."""
    base = graph.version
    state = _state(graph)
    inferred = reasoning.entail(state.schema, state.public)
    if set(inferred) != set(graph.read([terms.INFERRED])):
        graph.commit(Change(replace={terms.INFERRED: inferred}), base)
    return len(inferred)


def consistency(graph: KnowledgeGraph) -> reasoning.Consistency:
    """HermiT's verdict on the ontology together with all the data."""
    state = _state(graph)
    return reasoning.check(state.schema + state.public + state.restricted)


def _submit_once(
    graph: KnowledgeGraph, submissions: Sequence[Submission], agent: str, step: Step
) -> Commit:
    base = graph.version
    for study in {submission.study for submission in submissions}:
        _require_study(graph, study, submissions)
    present = _submissions(graph)
    schema = graph.read([terms.ONTOLOGY_GRAPH])
    record = commit_record(base + 1, agent)
    arriving: dict[URIRef, Parts] = {}
    places: dict[Node, Place] = {}
    unchanged = []
    for submission in submissions:
        iri = terms.submission_graph(submission.study, submission.name)
        if twin := _twin(iri, present | arriving.keys()):
            unchanged.append(twin)
            continue
        arriving[iri] = privacy.split(submission.public, submission.restricted, schema)
        places = {**submission.places, **places}
        record += submission_record(iri, submission, base + 1)
    if not arriving:
        nothing = gate.Report(conforms=True, results=())
        return Commit(base, (), (), tuple(unchanged), nothing)
    version, report = _through_the_gate(graph, base, arriving, frozenset(), record, places, step)
    return Commit(version, tuple(arriving), (), tuple(unchanged), report)


def _through_the_gate(
    graph: KnowledgeGraph,
    base: int,
    arriving: Mapping[URIRef, Parts],
    leaving: frozenset[URIRef],
    record: Graph,
    places: Mapping[Node, Place] | None = None,
    step: Step = lambda _: None,
) -> tuple[int, Report]:
    """Judge what the store would be, and only if it conforms make it so, in one commit."""
    step("checking against the shapes")
    after = _state(graph, arriving, leaving)
    report = gate.check(after.public, after.restricted, after.schema, places or {})
    if not report.conforms:
        raise Refused(report.about(places or {}))
    report = report.about(places or {})
    _keep_warnings(record, report, arriving)
    step("reasoning")
    replace = {terms.INFERRED: reasoning.entail(after.schema, after.public)}
    for iri, (public, closed) in arriving.items():
        replace[iri] = public
        if closed:
            replace[terms.restricted(iri)] = closed
    step("committing")
    change = Change(replace, {terms.PROVENANCE: record}, leaving)
    return graph.commit(change, base), report


def _keep_warnings(record: Graph, report: Report, arriving: Mapping[URIRef, Parts]) -> None:
    for result in report.results:
        for iri, (public, _) in arriving.items():
            if (URIRef(result.focus_node), None, None) in public:
                for language, message in result.messages.items():
                    text = f"{result.severity.name.lower()}: <{result.focus_node}> {message}"
                    record.add((iri, CG.gateNote, Literal(text, lang=language)))


def _state(
    graph: KnowledgeGraph,
    arriving: Mapping[URIRef, Parts] | None = None,
    leaving: frozenset[URIRef] = frozenset(),
) -> State:
    """The store as it is, or as it would be with some graphs come and others gone."""
    arriving = arriving or {}
    replaced = {part for iri in arriving for part in (iri, terms.restricted(iri))}
    kept = graph.graphs(Role.ADMIN) - _NOT_DATA - leaving - replaced
    closed = {iri for iri in kept if terms.is_restricted(iri)}
    public, restricted = graph.read(kept - closed), graph.read(closed)
    for new_public, new_restricted in arriving.values():
        public += new_public
        restricted += new_restricted
    return State(public, restricted, graph.read([terms.ONTOLOGY_GRAPH]))


def _require_study(graph: KnowledgeGraph, study: str, submissions: Iterable[Submission]) -> None:
    known = studies.known(graph)
    declared = ((terms.study(study), RDF.type, CG.Study) in s.public for s in submissions)
    if study not in known and not any(declared):
        raise UnknownName("study", study, known)


def _twin(iri: URIRef, present: frozenset[URIRef]) -> URIRef | None:
    """The graph in the same study that holds the same content, under this name or another."""
    study = iri.removeprefix(terms.GRAPH).partition("/")[0]
    ending = iri[iri.rindex("-") :]
    same = (g for g in present if g.startswith(terms.GRAPH[study + "/"]) and g.endswith(ending))
    return next(same, None)


def _submissions(graph: KnowledgeGraph) -> frozenset[URIRef]:
    """What came in and is there now; one that is restricted as a whole has no graph but that."""
    data = graph.graphs(Role.ADMIN) - _NOT_DATA
    return frozenset(map(terms.unrestricted, data))


def _find(graph: KnowledgeGraph, submission: str) -> URIRef:
    names = {iri.removeprefix(terms.GRAPH): iri for iri in _submissions(graph)}
    wanted = submission.removeprefix(terms.GRAPH)
    found = [iri for name, iri in names.items() if wanted in (name, name.partition("/")[2])]
    if len(found) != 1:
        raise UnknownName("submission", submission, names)
    return found[0]
