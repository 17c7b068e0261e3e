"""How the graph changes: files come in through the gate, and can be taken back the same way.

One `add` is one commit: its files are judged together and stored together or not at all.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

from rdflib import PROV, RDF, Graph, URIRef
from rdflib.term import Node

from rembug import gate, privacy, reasoning, terms
from rembug.changes import studies
from rembug.changes.commits import Commit, Step, inferring, retried, through_the_gate
from rembug.changes.earlier import Earlier, decided
from rembug.changes.edits import edits
from rembug.changes.ontology import ensure_ontology
from rembug.changes.provenance import (
    brought,
    commit_iri,
    commit_record,
    graph_record,
    history,
    restricted_record,
    submission_record,
)
from rembug.changes.verdicts import NOT_DATA, check_whole, judge, with_change
from rembug.errors import BadParameter, Refused, UnknownName, Words, several
from rembug.gate import Report, Severity
from rembug.graph import Change, Content, KnowledgeGraph, Role, n_triples
from rembug.privacy.cells import suppressing
from rembug.privacy.others import require_open
from rembug.privacy.scan import TRUSTED, Review, Sighting, look
from rembug.sources import Submission
from rembug.sources.folders import read_all
from rembug.sources.model import concealed, together
from rembug.terms import CG

_SHOWN: Final = 20  # submissions


def add(
    graph: KnowledgeGraph,
    paths: Sequence[Path],
    study: str,
    *,
    codebook: Path | None = None,
    review: Review = TRUSTED,
    earlier: Earlier | None = None,
    agent: str = "",
    step: Step = lambda _: None,
) -> Commit:
    """Bring files into the graph, or refuse them all.

    Args:
        graph: where to.
        paths: RDF files and coded projects; the ending decides the reader.
        study: slug of the study that they belong to; it must exist, or one of the files declares
            it.
        codebook: what the codes and sources of coded projects mean.
        review: what a curator decided of things that look like persons; by default all stay.
        earlier: what becomes of earlier versions that tell what is narrowed (`earlier.decided`).
        agent: who commits; empty for the account's own name.
        step: told what is being done.

    Raises:
        Unreadable: a file cannot be parsed; says line and column.
        UnknownName: there is no such study; says the nearest.
        Forbidden: it names what another study keeps from the public.
        Refused: the result would not conform to the shapes; carries the report.
        Unreviewed: what looks like a person would become public and is not decided on.
    """
    step("reading")
    submissions = read_all(paths, study, codebook, names=studies.names(graph)).submissions
    return submit(graph, submissions, review=review, earlier=earlier, agent=agent, step=step)


def submit(
    graph: KnowledgeGraph,
    submissions: Sequence[Submission],
    *,
    review: Review = TRUSTED,
    earlier: Earlier | None = None,
    agent: str = "",
    step: Step = lambda _: None,
) -> Commit:
    """Commit submissions together; raises as `add` does."""
    ensure_ontology(graph, agent=agent)
    return retried(lambda: _submit_once(graph, submissions, review, earlier, agent, step))


def rehearse(
    graph: KnowledgeGraph, submissions: Sequence[Submission], review: Review = TRUSTED
) -> Report:
    """What `submit` would say of submissions; raises UnknownName and Unreviewed as it does."""
    _require_studies(graph, submissions)
    change, _ = _change(graph, submissions, review)
    return judge(graph, change, together(submissions)).report


def sightings(graph: KnowledgeGraph, submissions: Sequence[Submission]) -> tuple[Sighting, ...]:
    """What looks like a person in what submissions would make public."""
    held_back = privacy.held_back(graph)
    known = _silent(graph, submissions)
    closed = _closed(graph, submissions, known)
    found: list[Sighting] = []
    for s in submissions:
        privacy.withhold(s.public, s.restricted, held_back, known, closed)
        found += look(graph, s.public, s.restricted, {s.study}, s.places)
    return tuple(found)


def check(graph: KnowledgeGraph, submissions: Sequence[Submission] = ()) -> Report:
    """The gate's verdict on the store as it would be with some submissions, or on all of it."""
    if not submissions:
        return check_whole(graph)
    change, _ = _change(graph, submissions, TRUSTED)
    return judge(graph, change, together(submissions)).report


def _change(
    graph: KnowledgeGraph,
    submissions: Sequence[Submission],
    review: Review,
    there: Mapping[URIRef, Graph] = MappingProxyType({}),
) -> tuple[Change, dict[URIRef, Submission]]:
    """What submissions change: they come in split and reviewed, and what they restrict moves.

    Others that are there already may be given as they are to be in public.

    With it the submissions by their graphs. Where a file has more than what is public of it, its
    digest tells a guess from the truth: then what stands for it in public is keyed, and its own is
    in the restricted part.
    """
    held_back = privacy.held_back(graph)
    known = _silent(graph, submissions)
    closed = _closed(graph, submissions, known)
    masked = "mask" in review.decisions.values()
    arriving: dict[URIRef, Content] = {}
    coming: dict[URIRef, Submission] = {}
    for s in submissions:
        privacy.withhold(s.public, s.restricted, held_back, known, closed)
        if not review.trusts:
            review.apply(s.public, look(graph, s.public, s.restricted, {s.study}, s.places))
        tells = (None, CG.position, None) in s.public  # which a small cell may restrict
        if s.restricted or s.notes or masked or tells:
            s = s.concealing(graph.secret.digest)
        iri = terms.submission_graph(s.study, s.name)
        coming[iri], arriving[iri] = s, s.public
        if s.keyed is not None:
            arriving[terms.restricted(iri)] = s.restricted + restricted_record(s)
    for iri, public in there.items():
        held = graph.read([terms.restricted(iri)])
        privacy.withhold(public, held, held_back, known, closed)
        arriving[iri] = public
        if held:
            arriving[terms.restricted(iri)] = held
    given = [(iri, s.public) for iri, s in coming.items()]
    given += [(terms.restricted(iri), s.restricted) for iri, s in coming.items()]
    require_open(graph, given)
    change = privacy.moving(graph, Change(arriving), closed)
    return suppressing(graph, change), coming


def narrows(graph: KnowledgeGraph, submissions: Sequence[Submission]) -> bool:
    """Whether submissions restrict what the public reads now and in earlier versions."""
    return graph.has_earlier and _change(graph, submissions, TRUSTED)[0].forget


def repeats(graph: KnowledgeGraph, submissions: Sequence[Submission]) -> bool:
    """Whether some are there already, so that a mask hides what earlier versions tell everybody."""
    return graph.has_earlier and bool(_told_apart(graph, submissions)[1])


def masks(graph: KnowledgeGraph, submissions: Sequence[Submission], review: Review) -> bool:
    """Whether a review masks something in what is there of them already."""
    fresh, unchanged = _told_apart(graph, submissions)
    return graph.has_earlier and bool(_masked(graph, set(unchanged) - fresh.keys(), review))


def revert(
    graph: KnowledgeGraph, *submissions: str, earlier: Earlier | None = None, agent: str = ""
) -> Commit:
    """Take submissions back together, through the gate.

    Args:
        graph: where from.
        submissions: their names as `history` lists them (`study/name` or `name`), or the IRIs of
            their graphs; those that refer to each other can only go together.
        earlier: what becomes of earlier versions that tell of informants (`earlier.decided`).
        agent: who takes them back; empty for the account's own name.

    Raises:
        UnknownName: there is no such submission in the graph now.
        BadParameter: it is the number of a version; says what that brought.
        EarlierVersions: what becomes of earlier versions has to be decided.
        Refused: what would be left does not conform; carries the report, and says which
            submissions rest on what would go.
    """
    base = graph.version
    gone = tuple(dict.fromkeys(named(graph, name) for name in submissions))
    record = commit_record(base + 1, agent)
    for iri in gone:
        record.add((commit_iri(base + 1), PROV.invalidated, iri))
    leaving = frozenset(part for iri in gone for part in (iri, terms.restricted(iri)))
    change = decided(graph, suppressing(graph, Change(drop=leaving)), earlier)
    try:
        version, report = through_the_gate(graph, base, change, record)
    except Refused as error:
        report = cast("Report", error.report)
        raise Refused(report, _resting(graph, report, gone)) from None
    return Commit(version, (), gone, (), report)


def _resting(graph: KnowledgeGraph, report: Report, gone: Collection[URIRef]) -> Words:
    """Which submissions say what would not conform without others: they rest on these."""
    left = {r.focus_node for r in report.results if r.severity == Severity.VIOLATION}
    values = " ".join(f"<{node}>" for node in sorted(left) if terms.is_iri(node))
    asked = f"SELECT DISTINCT ?g {{ VALUES ?s {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
    found = {terms.unrestricted(row["g"].value) for row in graph.rows(asked, Role.ADMIN)}
    names = sorted(iri.removeprefix(terms.GRAPH) for iri in found - NOT_DATA - set(gone))
    if not names:
        return Words("", "")
    given = [iri.removeprefix(terms.GRAPH) for iri in gone]
    together = " ".join([*given, *names[:_SHOWN], *(["…"] if len(names) > _SHOWN else [])])
    return Words(
        f"{several(len(names), 'submission')} rest on what would go; take these back or change "
        f"them first, or take all back together: rembug revert {together}",
        f"{len(names)} kiriman bersandar pada yang akan ditarik; tarik atau perbaiki dahulu "
        f"kiriman itu, atau tarik semuanya sekaligus: rembug revert {together}",
    )


def fill(graph: KnowledgeGraph, *, agent: str = "", step: Step = lambda _: None) -> None:
    """Bring the ontology and the shipped studies into a graph that never had a submission.

    A graph whose filling was cut short is filled; one whose owner took a study back stays as it is.
    """
    ensure_ontology(graph, agent=agent)
    # Most stores tell by the names of their graphs; the whole history of a large one is long.
    if any(map(terms.is_of_a_study, graph.graphs(Role.ADMIN))):
        return
    if any(event.study for event in history(graph)):
        return
    for folder in studies.shipped():
        add(graph, sorted(folder.glob("*.ttl")), folder.name, agent=agent, step=step)


def entail(graph: KnowledgeGraph) -> int:
    """Recompute the entailed graphs; returns how many triples they hold now."""
    base, nothing = graph.version, Change()
    change = inferring(graph, nothing, edits(graph, nothing), anew=True)
    if change != nothing:
        graph.commit(change, base)
    kept = (terms.INFERRED, terms.INFERRED_RESTRICTED)
    return sum(graph.triples(iri).count(b"\n") for iri in kept)


def consistency(graph: KnowledgeGraph) -> reasoning.Consistency:
    """HermiT's verdict on the ontology together with all the data."""
    public, restricted = with_change(graph)
    return reasoning.check(graph.read([terms.ONTOLOGY_GRAPH]), public + restricted)


def _told_apart(
    graph: KnowledgeGraph, submissions: Sequence[Submission]
) -> tuple[dict[URIRef, Submission], list[URIRef]]:
    """Which submissions come in, and the graphs of those that are there as they are."""
    present, keyed = {_content(iri): iri for iri in _submissions(graph)}, graph.secret.digest
    fresh: dict[URIRef, Submission] = {}
    unchanged: list[URIRef] = []
    for submission in submissions:
        iri = terms.submission_graph(submission.study, submission.name)
        study, ending = content = _content(iri)
        twin = present.get(content) or present.get((study, concealed(ending, keyed)))
        if twin is not None and (twin in fresh or _says_something(graph, twin)):
            unchanged.append(twin)
            continue
        fresh[iri] = submission
        present[content] = iri
    return fresh, unchanged


def _submit_once(
    graph: KnowledgeGraph,
    submissions: Sequence[Submission],
    review: Review,
    earlier: Earlier | None,
    agent: str,
    step: Step,
) -> Commit:
    base = graph.version
    _require_studies(graph, submissions)
    fresh, unchanged = _told_apart(graph, submissions)
    masked = _masked(graph, set(unchanged) - fresh.keys(), review)
    if not fresh and not masked:
        nothing = gate.Report(conforms=True, results=())
        return Commit(base, (), (), tuple(unchanged), nothing)
    change, coming = _change(graph, list(fresh.values()), review, masked)
    change = decided(graph, change, earlier, masked=bool(masked))
    named = dict(zip(fresh, coming, strict=True))
    record, places = commit_record(base + 1, agent), together(coming.values())
    for iri, submission in coming.items():
        record += submission_record(iri, submission, base + 1)
    for iri, public in masked.items():
        record += graph_record(iri, "mask", n_triples(public).encode(), base + 1)
    version, report = through_the_gate(graph, base, change, record, places, step)
    there = tuple(named.get(iri, iri) for iri in unchanged if iri not in masked)
    return Commit(version, (*coming, *masked), (), there, report)


def _masked(graph: KnowledgeGraph, there: Iterable[URIRef], review: Review) -> dict[URIRef, Graph]:
    """What is public of submissions that are there, where a review masks something of it.

    It is masked as it is now: a file that is sent again brings back nothing that has been taken.
    """
    found: dict[URIRef, Graph] = {}
    for iri in there:
        public, study = graph.read([iri]), terms.submission_of(iri)
        if study is None or not any(review.masking([tuple(public)])):
            continue
        seen = look(graph, public, graph.read([terms.restricted(iri)]), {study})
        if seen := tuple(s for s in seen if review.of(s) == "mask"):
            review.apply(public, seen)
            found[iri] = public
    return found


def _silent(graph: KnowledgeGraph, submissions: Iterable[Submission]) -> privacy.Silent:
    """Informants whose passages are not public one by one, whichever file says so."""
    found = privacy.silent(graph)
    for submission in submissions:
        found |= privacy.silent_in(submission.public) | privacy.silent_in(submission.restricted)
    return found


def _closed(
    graph: KnowledgeGraph, submissions: Sequence[Submission], known: privacy.Silent
) -> frozenset[Node]:
    """What is not public of what submissions name, whichever of them or of the store says so."""
    parts = [part for s in submissions for part in (s.public, s.restricted)]
    return privacy.closed(graph, parts, known)


def _require_studies(graph: KnowledgeGraph, submissions: Sequence[Submission]) -> None:
    """Raise UnknownName unless each submission's study is there, or one of them declares it."""
    known, missing = studies.known(graph), {submission.study for submission in submissions}
    missing -= known.keys()
    for submission in submissions if missing else ():
        missing -= {s for s in missing if (terms.study(s), RDF.type, CG.Study) in submission.public}
    for study in sorted(missing):
        raise UnknownName("study", study, known)


def _content(iri: URIRef) -> tuple[str, str]:
    """What the graphs of the same content have in common: the study, and the name's ending."""
    return iri.removeprefix(terms.GRAPH).partition("/")[0], iri.rpartition("-")[2]


def _says_something(graph: KnowledgeGraph, iri: URIRef) -> bool:
    """Whether a submission has a statement left; an update may have taken all of them."""
    asked = (
        "SELECT ?s {{ GRAPH <{0}> {{ ?s ?p ?o }} "
        "FILTER(!CONTAINS(STR(?s), '/file/')) }} LIMIT 1"  # what is said of the file itself
    )
    parts = (iri, terms.restricted(iri))
    return any(graph.rows(asked.format(part), Role.ADMIN).rows for part in parts)


def _submissions(graph: KnowledgeGraph) -> frozenset[URIRef]:
    """What came in and is there now; one that is restricted as a whole has no graph but that."""
    data = graph.graphs(Role.ADMIN) - NOT_DATA
    return frozenset(map(terms.unrestricted, data))


def named(graph: KnowledgeGraph, submission: str) -> URIRef:
    """The submission in the graph now that a person named, as `revert` takes it.

    Raises:
        UnknownName: there is none.
        BadParameter: it is the number of a version; says what that brought.
    """
    names = {iri.removeprefix(terms.GRAPH): iri for iri in _submissions(graph)}
    wanted = submission.removeprefix(terms.GRAPH)
    found = [iri for name, iri in names.items() if wanted in (name, name.partition("/")[2])]
    if not found and wanted.isdecimal() and 0 < int(wanted) <= graph.version:
        raise _not_a_version(graph, int(wanted), names)
    if len(found) != 1:
        raise UnknownName("submission", submission, names)
    return found[0]


def _not_a_version(
    graph: KnowledgeGraph, version: int, names: Mapping[str, URIRef]
) -> BadParameter:
    """What is told who takes a version back: what it brought, and how that is taken back."""
    came = brought(graph, version)
    there = " ".join(sorted(name for name, iri in names.items() if iri in came))
    if not there:
        return BadParameter(
            Words(
                f"{version} is a version, and nothing that it brought is in the graph now; a "
                "submission is taken back by its name, which `rembug history` lists",
                f"{version} adalah versi, dan tidak ada kirimannya di dalam graf sekarang; kiriman "
                "ditarik kembali dengan namanya, yang didaftar `rembug history`",
            )
        )
    return BadParameter(
        Words(
            f"{version} is a version; a submission is taken back by its name. To take back what "
            f"version {version} brought: rembug revert {there}",
            f"{version} adalah versi, sedangkan kiriman ditarik kembali dengan namanya. Untuk "
            f"menarik kembali yang masuk dengan versi {version}: rembug revert {there}",
        )
    )
