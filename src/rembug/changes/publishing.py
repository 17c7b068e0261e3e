"""Other people's data come in, and links to them: graphs of no study, through the same gate.

What they say of persons is reviewed, and what is about restricted things is held back, as in any
other graph.
"""

from dataclasses import replace
from itertools import filterfalse
from pathlib import Path

from rdflib import VOID, Graph, Literal, URIRef

from rembug import gate, terms
from rembug.changes.commits import Commit, through_the_gate
from rembug.changes.endings import ending
from rembug.changes.ontology import ensure_ontology
from rembug.changes.protection import protected, sightings
from rembug.changes.provenance import (
    commit_record,
    restricted_record,
    submission_record,
    superseded,
)
from rembug.errors import BadParameter, Words
from rembug.graph import Change, Content, KnowledgeGraph, Role, as_kept, graph_of
from rembug.linking.datasets import conceal
from rembug.linking.linkset import accepted
from rembug.privacy import put
from rembug.privacy.scan import TRUSTED, Review
from rembug.sources import Submission
from rembug.sources.model import digest
from rembug.terms import CG


def linkset_of(graph: KnowledgeGraph, dataset: str) -> Graph:
    """The links to another dataset as they are, with those that are about restricted things."""
    public = terms.links_graph(dataset)
    return graph.read([public, terms.restricted(public)])


def publish_links(
    graph: KnowledgeGraph,
    dataset: str,
    links: Graph,
    file: Path,
    *,
    review: Review = TRUSTED,
    agent: str = "",
    base: int | None = None,
) -> Commit:
    """Publish the accepted links to another dataset, in place of those published before.

    Args:
        graph: where to.
        dataset: slug of the other dataset.
        links: the linkset, as `rembug.linking.linkset` builds it on what `linkset_of` gives.
        file: the reviewed table that it comes from, for provenance.
        review: what was decided of things that look like persons; by default all stay.
        base: the version that the links were compared with; else the present one.

    Raises:
        Conflict: the graph has changed since.
        Refused: the result would not conform to the shapes; carries the report.
        Unreviewed: what looks like a person would become public and is not decided on.
    """
    iri = terms.links_graph(dataset)
    submission = _submission(dataset, f"links-{dataset}", links, file)
    return _publish(graph, iri, submission, Change({iri: links}), review, agent, base)


def publish_dataset(
    graph: KnowledgeGraph,
    dataset: str,
    content: Graph,
    file: Path,
    *,
    partial: bool = False,
    review: Review = TRUSTED,
    agent: str = "",
) -> Commit:
    """Bring in another dataset as a graph of its own, in place of what was there of it.

    Links to records that are others now end (`rembug.changes.endings`); the commit names them.

    Args:
        graph: where to.
        dataset: its slug.
        content: its description and records, as `rembug.linking.datasets` reads them.
        file: the table that they come from, for provenance.
        partial: whether it says more than the content, so that its digest tells what.
        review: what was decided of things that look like persons; by default all stay.

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
    whole: dict[URIRef, Content] = {iri: content}
    if (part := terms.restricted(iri)) in graph.graphs(Role.ADMIN):
        whole[part] = b""
    submission = _submission(dataset, f"dataset-{dataset}", content, file)
    if partial:
        submission = replace(submission, keyed=graph.secret.digest)
    return _publish(graph, iri, submission, Change(whole), review, agent)


def _submission(dataset: str, name: str, content: Graph, file: Path) -> Submission:
    return Submission(dataset, name, file.name, digest(file.read_bytes()), content)


def _publish(
    graph: KnowledgeGraph,
    iri: URIRef,
    submission: Submission,
    change: Change,
    review: Review,
    agent: str,
    base: int | None = None,
) -> Commit:
    """Write a graph that belongs to no study, and others with it, through the gate."""
    base = graph.version if base is None else base
    change = protected(graph, change)
    found = sightings(graph, change)
    whole = dict(change.replace)
    if found and not review.trusts:
        for name in filterfalse(terms.is_restricted, change.replace):
            whole[name] = told = Graph() + graph_of(change.replace[name])  # the caller's own stays
            review.apply(told, found)
    masked = any(review.of(sighting) == "mask" for sighting in found)
    part = terms.restricted(iri)
    if masked or submission.keyed is not None or whole.get(part):
        submission = replace(submission, keyed=graph.secret.digest)
        put(whole, part, restricted_record(submission))
        told = Graph() + graph_of(whole[iri])
        conceal(told, graph.secret.digest)
        if (iri, VOID.triples, None) in told:  # what is held back is not counted
            told.set((iri, VOID.triples, Literal(accepted(told))))
        whole[iri] = told
    if all(set(graph.read([name])) == set(as_kept(graph_of(c))) for name, c in whole.items()):
        return Commit(base, (), (), (iri,), gate.Report(conforms=True, results=()))
    record = commit_record(base + 1, agent) + submission_record(iri, submission, base + 1)
    record.remove((iri, CG.inStudy, None))
    before, state = superseded(graph, iri)
    change, ended = ending(graph, replace(change, replace=whole))
    version, report = through_the_gate(graph, base, change, record + state, unsaid=before)
    return Commit(version, (iri,), (), (), report, ended=ended)
