"""Other people's data come in, and links to them: graphs of no study, through the same gate.

What they say of persons is reviewed, and what is about restricted things is held back, as in any
other graph.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial as having
from itertools import chain, filterfalse, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rdflib import RDF, BNode, Graph, Literal, URIRef

from rembug import gate, terms
from rembug.changes.commits import Commit, Completed, as_judged, retried, through_the_gate
from rembug.changes.earlier import Earlier, decided
from rembug.changes.editions import Record
from rembug.changes.endings import ending
from rembug.changes.ontology import ensure_ontology
from rembug.changes.protection import protected, sightings
from rembug.changes.provenance import (
    commit_record,
    restricted_record,
    submission_record,
    superseded,
)
from rembug.changes.records import Arrived, NotAlike, arrive, rest_on
from rembug.errors import BadParameter, TooLarge, Words
from rembug.graph import (
    SUBJECT,
    Change,
    Content,
    KnowledgeGraph,
    Role,
    Scope,
    Triple,
    as_kept,
    graph_of,
    passing_folder,
    spilling_graph,
)
from rembug.linking.datasets import conceal
from rembug.linking.linkset import RELATIONS, parted, recount
from rembug.linking.linkset import lost as no_longer_there
from rembug.privacy import put
from rembug.privacy.scan import TRUSTED, Review
from rembug.sources import Submission
from rembug.sources.model import digest
from rembug.terms import CG

_MANY: Final = 2_000  # records; fewer are judged with all that there is
_ATTEMPTS: Final = 3  # to go through records while others change what they rest on
_TOGETHER: Final = 200_000  # records, at 50 kB of memory and 3 ms of processor time each
_logger: Final = logging.getLogger("rembug.changes")


def linkset_of(graph: KnowledgeGraph, dataset: str) -> Graph:
    """The links to another dataset as they are, with those that are about restricted things."""
    public = terms.links_graph(dataset)
    return graph.read([public]) + _held(graph, public)


def _held(graph: KnowledgeGraph, iri: URIRef) -> Graph:
    """What is held back of a linkset, without the names of files that it came from."""
    held = graph.read([terms.restricted(iri)])
    for file in set(held.subjects(CG.sha256)):
        held.remove((file, None, None))
    return held


def lost(graph: KnowledgeGraph, dataset: str) -> list[str]:
    """The names of records that accepted links lead to and their dataset does not have."""
    links, described = linkset_of(graph, dataset), Graph()
    own = graph.reader(Scope(only=frozenset({str(terms.dataset_graph(dataset))})))
    for triple in own.matching(SUBJECT, set(links.objects(None, CG.linkTarget)), RDF.type):
        described.add(triple)
    return no_longer_there(links, described)


def publish_links(
    graph: KnowledgeGraph,
    dataset: str,
    links: Graph,
    file: Path,
    *,
    review: Review = TRUSTED,
    earlier: Earlier | None = None,
    agent: str = "",
    base: int | None = None,
) -> Commit:
    """Publish the accepted links to another dataset, in place of those published before.

    A link to what is not public is restricted, and no longer so when it is published again after
    its thing has become public.

    Args:
        graph: where to.
        dataset: slug of the other dataset.
        links: the linkset, as `rembug.linking.linkset` builds it on what `linkset_of` gives.
        file: the reviewed table that it comes from, for provenance.
        review: what was decided of things that look like persons; by default all stay.
        earlier: what becomes of earlier versions that tell what is masked (`earlier.decided`).
        base: the version that the links were compared with; else the present one.

    Raises:
        Conflict: the graph has changed since.
        Refused: the result would not conform to the shapes; carries the report.
        Unreviewed: what looks like a person would become public and is not decided on.
    """
    iri = terms.links_graph(dataset)
    submission = _submission(dataset, f"links-{dataset}", links, file)
    whole: dict[URIRef, Content] = {iri: links}
    if (part := terms.restricted(iri)) in graph.graphs(Role.ADMIN):
        held = _held(graph, iri)
        closed = set(held.subjects(CG.linkSource))
        rest = Graph()
        for triple in held * links:  # what somebody has restricted otherwise
            if triple[0] not in closed and triple[1] not in RELATIONS.values():
                rest.add(triple)
        whole = {iri: links - rest, part: rest}
    return _publish(graph, iri, submission, Change(whole), review, earlier, agent, base)


def publish_dataset(
    graph: KnowledgeGraph,
    dataset: str,
    content: Graph,
    file: Path,
    rows: Iterable[Record] = (),
    *,
    partial: bool = False,
    review: Review = TRUSTED,
    earlier: Earlier | None = None,
    agent: str = "",
    done: Callable[[int], object] = lambda _: None,
) -> Commit:
    """Bring in another dataset as a graph of its own, in place of what was there of it.

    Links to records that are others now end (`rembug.changes.endings`); the commit names them.

    Args:
        graph: where to.
        dataset: its slug.
        content: its description and records, as `rembug.linking.datasets` reads them.
        file: the table that they come from, for provenance.
        rows: records that the content does not have.
        partial: whether it says more than the content, so that its digest tells what.
        review: what was decided of things that look like persons; by default all stay.
        earlier: what becomes of earlier versions that tell what is masked (`earlier.decided`).
        done: told how many more records were gone through.

    Raises:
        BadParameter: a study has that slug.
        Refused: the result would not conform to the shapes; carries the report.
        Unreviewed: what looks like a person would become public and is not decided on.
    """
    ensure_ontology(graph, agent=agent)
    if any(terms.submission_of(name) == dataset for name in graph.graphs(Role.ADMIN)):
        raise BadParameter(
            Words(
                f"{dataset} is a study; choose another name for the dataset",
                f"{dataset} adalah studi; beri himpunan data itu nama lain",
            )
        )
    iri = terms.dataset_graph(dataset)
    for _ in range(_ATTEMPTS if _are_many(rows) else 0):
        try:
            return _publish_many(
                *(graph, dataset, content, file, rows, partial, review, earlier, agent, done)
            )
        except _Outdated:
            _logger.warning("what %s rests on has changed; it is judged again", dataset)
        except (NotAlike, gate.Underivable) as reason:
            _logger.warning("the records of %s are judged together: %s", dataset, reason)
            break
    content = _with(content, rows)
    submission = _submission(dataset, f"dataset-{dataset}", content, file)
    if partial:
        submission = replace(submission, keyed=graph.secret.digest)

    def once() -> Commit:
        whole: dict[URIRef, Content] = {iri: content}
        if (part := terms.restricted(iri)) in graph.graphs(Role.ADMIN):
            whole[part] = b""
        return _publish(graph, iri, submission, Change(whole), review, earlier, agent)

    return retried(once)


def _are_many(rows: Iterable[Record]) -> bool:
    """Whether records are so many that most of them are not judged with all that there is."""
    return sum(1 for _ in islice(rows, _MANY)) == _MANY


def _with(content: Graph, rows: Iterable[Record]) -> Graph:
    """A graph with records; raises TooLarge where they are more than can be judged together."""
    whole, parts = spilling_graph(), chain[Iterable[Triple]]([content], rows)
    for number, said in enumerate(parts):
        if number > _TOGETHER:
            most = f"{_TOGETHER:,}".replace(",", " ")
            raise TooLarge(
                Words(
                    f"these records have to be judged together, since they replace others or are "
                    f"named elsewhere, and at most {most} can be; bring them in as several "
                    "datasets, by regions",
                    "baris-baris ini harus diperiksa bersama karena menggantikan yang lain atau "
                    f"disebut di tempat lain, dan paling banyak {most}; masukkan sebagai beberapa "
                    "himpunan data, menurut wilayah",
                )
            )
        for triple in said:
            whole.add(triple)
    return whole


def _publish_many(
    graph: KnowledgeGraph,
    dataset: str,
    description: Graph,
    file: Path,
    rows: Iterable[Record],
    partial: bool,
    review: Review,
    earlier: Earlier | None,
    agent: str,
    done: Callable[[int], object],
) -> Commit:
    """Bring in a dataset, its records some at a time.

    Raises:
        NotAlike, Underivable: they have to be judged together.
    """
    iri = terms.dataset_graph(dataset)
    part = terms.restricted(iri)
    held = graph.read([part])
    if set(held.subjects()) != set(held.subjects(CG.sha256)) or (
        held and iri not in graph.graphs(Role.ADMIN)
    ):
        raise NotAlike("some of it is held back")
    with _folder(graph) as folder:
        since, watched = graph.version, _has_study(graph)
        arrived = arrive(graph, iri, description, rows, review, Path(folder), done)
        content = arrived.description + arrived.core
        submission = _submission(dataset, f"dataset-{dataset}", content, file)
        if arrived.masked or partial:
            submission = replace(submission, keyed=graph.secret.digest)

        def once() -> Commit:
            base = graph.version
            if base != since and (
                _has_study(graph) != watched or graph.altered(since, rest_on(iri))
            ):
                raise _Outdated
            about = review, earlier, agent, base
            if not arrived.held.is_new:
                return _publish_edition(graph, iri, submission, arrived, *about)
            return _publish(graph, iri, submission, Change({iri: content}), *about, arrived)

        return retried(once)


class _Outdated(Exception):
    """What records were held against is other now."""


def _has_study(graph: KnowledgeGraph) -> bool:
    """Whether a store has a study, so that persons are looked for."""
    return any(map(terms.is_of_a_study, graph.graphs(Role.ADMIN)))


def _folder(graph: KnowledgeGraph) -> TemporaryDirectory[str]:
    """Where the table is gone through, beside the store if that is this process's own."""
    if graph.aside is None:
        return passing_folder()
    graph.aside.mkdir(mode=0o700, exist_ok=True)
    return TemporaryDirectory(dir=graph.aside)


def _publish_edition(
    graph: KnowledgeGraph,
    iri: URIRef,
    submission: Submission,
    arrived: Arrived,
    review: Review,
    earlier: Earlier | None,
    agent: str,
    base: int,
) -> Commit:
    """Bring in another edition of a dataset, by what it has otherwise.

    Raises:
        NotAlike, Underivable: the records have to be judged together.
    """
    described, part = Graph() + arrived.description, terms.restricted(iri)
    whole: dict[URIRef, Content] = {}
    drop = frozenset({part} & graph.graphs(Role.ADMIN))
    if submission.keyed is not None:
        conceal(described, graph.secret.digest)
        whole, drop = {part: restricted_record(submission)}, frozenset()
    now, before = set(as_kept(described)), arrived.held.others()
    come, gone = Graph() + arrived.core, Graph() + arrived.leaving
    for triples, graph_ in ((now - before, come), (before - now, gone)):
        for triple in triples:
            graph_.add(triple)
    if any(isinstance(node, BNode) for triple in gone for node in triple):
        raise NotAlike("something without a name goes")
    if not come and not gone:
        return Commit(base, (), (), (iri,), gate.Report(conforms=True, results=()))
    given = Change(append={iri: come}, remove={iri: gone})
    if protected(graph, given) != given:
        raise NotAlike("something of it is not public")
    hidden = arrived.hidden or any(review.masking([tuple(before - now)]))
    record = commit_record(base + 1, agent) + submission_record(iri, submission, base + 1)
    record.remove((iri, CG.inStudy, None))
    record.set((iri, CG.tripleCount, Literal(arrived.triples + len(described))))
    unsaid, state = superseded(graph, iri)
    change = decided(graph, replace(given, replace=whole, drop=drop), earlier, masked=hidden)
    change, ended = ending(graph, change)
    version, report = through_the_gate(
        *(graph, base, change, record + state),
        unsaid=unsaid,
        completed=having(arrived.whole, iri),
    )
    return Commit(version, (iri,), (), (), report, ended=ended)


def _submission(dataset: str, name: str, content: Graph, file: Path) -> Submission:
    return Submission(dataset, name, file.name, digest(file.read_bytes()), content)


def _publish(
    graph: KnowledgeGraph,
    iri: URIRef,
    submission: Submission,
    change: Change,
    review: Review,
    earlier: Earlier | None,
    agent: str,
    base: int | None = None,
    arrived: Arrived | None = None,
) -> Commit:
    """Write a graph that belongs to no study, and others with it, through the gate.

    Raises:
        NotAlike: other records arrived, and are not as those in the change.
    """
    base = graph.version if base is None else base
    given, change = change, protected(graph, change)
    if arrived is not None and change != given:
        raise NotAlike("something of it is not public")
    whole = dict(change.replace)
    part = terms.restricted(iri)
    if held := whole.get(part):
        whole[iri], whole[part] = parted(graph_of(whole[iri]), graph_of(held))
        change = replace(change, replace=whole)
    found = sightings(graph, change, review)
    whole = dict(change.replace)
    if found and not review.trusts:
        for name in filterfalse(terms.is_restricted, change.replace):
            whole[name] = told = Graph() + graph_of(change.replace[name])  # the caller's own stays
            review.apply(told, found)
    masked = any(review.of(sighting) == "mask" for sighting in found)
    if masked or submission.keyed is not None or whole.get(part):
        submission = replace(submission, keyed=graph.secret.digest)
        put(whole, part, restricted_record(submission))
        told = Graph() + graph_of(whole[iri])
        conceal(told, graph.secret.digest)
        recount(told)  # what is held back is not counted
        whole[iri] = told
    there = {name: set(graph.read([name])) for name in whole}
    now = {name: set(as_kept(graph_of(content))) for name, content in whole.items()}
    if there == now:
        return Commit(base, (), (), (iri,), gate.Report(conforms=True, results=()))
    record = commit_record(base + 1, agent) + submission_record(iri, submission, base + 1)
    record.remove((iri, CG.inStudy, None))
    before, state = superseded(graph, iri)
    gone = [tuple(there[n] - now[n]) for n in whole if not terms.is_restricted(n)]
    change = replace(change, replace=whole)
    change = decided(graph, change, earlier, masked=any(review.masking(gone)))
    change, ended = ending(graph, change)
    completed: Completed = as_judged
    triples = len(graph_of(whole[iri]))  # what is held back is not counted
    if arrived is not None:
        triples += arrived.triples - len(arrived.core)
        completed = having(arrived.whole, iri)
    record.set((iri, CG.tripleCount, Literal(triples)))
    version, report = through_the_gate(
        graph, base, change, record + state, unsaid=before, completed=completed
    )
    return Commit(version, (iri,), (), (), report, ended=ended)
