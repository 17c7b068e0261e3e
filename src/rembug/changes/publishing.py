"""Other people's data come in, and links to them: graphs of no study, through the same gate."""

from pathlib import Path

from rdflib import Graph, URIRef

from rembug import gate, terms
from rembug.changes.commits import Commit, through_the_gate
from rembug.changes.endings import ending
from rembug.changes.ontology import ensure_ontology
from rembug.changes.provenance import commit_record, submission_record, superseded
from rembug.errors import BadParameter, Words
from rembug.graph import Change, KnowledgeGraph, Role, as_kept
from rembug.sources import Submission
from rembug.sources.model import digest
from rembug.terms import CG


def publish_links(
    graph: KnowledgeGraph,
    dataset: str,
    links: Graph,
    file: Path,
    *,
    agent: str = "",
    base: int | None = None,
) -> Commit:
    """Publish the accepted links to another dataset, in place of those published before.

    Args:
        graph: where to.
        dataset: slug of the other dataset.
        links: the linkset, as `rembug.linking.linkset` builds it.
        file: the reviewed table that it comes from, for provenance.
        base: the version that the links were compared with; else the present one.

    Raises:
        Conflict: the graph has changed since.
        Refused: the result would not conform to the shapes; carries the report.
    """
    name = f"links-{dataset}"
    return _publish(graph, terms.links_graph(dataset), dataset, name, links, file, agent, base=base)


def publish_dataset(
    graph: KnowledgeGraph, dataset: str, content: Graph, file: Path, *, agent: str = ""
) -> Commit:
    """Bring in another dataset as a graph of its own, in place of what was there of it.

    Links to records that are others now end (`rembug.changes.endings`); the commit names them.

    Args:
        graph: where to.
        dataset: its slug.
        content: its description and records, as `rembug.linking.datasets` reads them.
        file: the table that they come from, for provenance.

    Raises:
        BadParameter: a study has that slug.
        Refused: the result would not conform to the shapes; carries the report.
    """
    ensure_ontology(graph, agent=agent)
    if any(terms.submission_of(name) == dataset for name in graph.graphs(Role.ADMIN)):
        raise BadParameter(
            Words(
                f"{dataset} is a study; call the dataset otherwise",
                f"{dataset} adalah studi; beri himpunan data itu nama lain",
            )
        )
    name = f"dataset-{dataset}"
    return _publish(graph, terms.dataset_graph(dataset), dataset, name, content, file, agent)


def _publish(
    graph: KnowledgeGraph,
    iri: URIRef,
    dataset: str,
    name: str,
    content: Graph,
    file: Path,
    agent: str,
    base: int | None = None,
) -> Commit:
    """Put content into a graph that belongs to no study, and others with it, through the gate."""
    base = graph.version if base is None else base
    submission = Submission(dataset, name, file.name, digest(file.read_bytes()), content)
    if set(graph.read([iri])) == set(as_kept(content)):  # numbers as the engine keeps them
        return Commit(base, (), (), (iri,), gate.Report(conforms=True, results=()))
    record = commit_record(base + 1, agent) + submission_record(iri, submission, base + 1)
    record.remove((iri, CG.inStudy, None))
    before, state = superseded(graph, iri)
    change, ended = ending(graph, Change({iri: content}))
    version, report = through_the_gate(graph, base, change, record + state, unsaid=before)
    return Commit(version, (iri,), (), (), report, ended=ended)
