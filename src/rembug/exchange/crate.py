"""A study as an RO-Crate: data, tables, verdict, questions and answers, provenance, codebook.

RO-Crate 1.1 or later (ro-crate-py writes its metadata): a folder in an archive that describes
itself in schema.org terms, for repositories that keep research data.
"""

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from rdflib import DCTERMS, RDFS, Graph, Literal

from rembug import __version__, codebooks, terms
from rembug.catalogue import Catalogue
from rembug.changes import verdicts
from rembug.changes.provenance import history
from rembug.errors import NothingToWrite, UnknownName
from rembug.exchange.coding import qdpx
from rembug.exchange.nanopublications import nanopublications
from rembug.exchange.tables import tables, zipped
from rembug.gate.report import Report
from rembug.graph import Change, KnowledgeGraph, Role, passing_folder
from rembug.settings import queries_dir

_ENDINGS: Final = {"boolean": "json", "solutions": "csv", "triples": "ttl"}
_TYPES: Final = {
    "ttl": "text/turtle",
    "trig": "application/trig",
    "csv": "text/csv",
    "json": "application/sparql-results+json",
    "rq": "application/sparql-query",
    "qdc": "application/xml",
    "qdpx": "application/zip",
}
_ACCEPT: Final = {kind: _TYPES[ending] for kind, ending in _ENDINGS.items()}


def crate(graph: KnowledgeGraph, study: str, role: Role, language: str) -> bytes:
    """All that a role may read of a study, as an archive that says what is in it.

    Args:
        graph: where the study is.
        study: its slug.
        role: who asks; the coding with its texts is for researchers.
        language: of the tables and of the questions' answers.

    Raises:
        UnknownName: there is nothing of the study that the role may read.
    """
    mine = {iri for iri in graph.graphs(role) if terms.submission_of(iri) == study}
    if not mine:
        raise UnknownName("study", study, ())
    about = graph.read(mine)
    events = history(graph, study)
    from rocrate.rocrate import ROCrate  # here: it takes a tenth of a second

    made = ROCrate()
    made.name = _labelled(about, study, "en")
    made.description = f"{_labelled(about, study, 'id')} / {_labelled(about, study, 'en')}"
    made.root_dataset["datePublished"] = events[-1].time if events else "1980-01-01"
    made.root_dataset["identifier"] = str(terms.study(study))
    for licence in about.objects(terms.study(study), DCTERMS.license):
        made.license = str(licence)
    files: dict[str, bytes] = {}
    for name, body, title in _files(graph, study, role, language, mine):
        files[name] = body
        told: dict[str, Any] = {"name": title, "encodingFormat": _TYPES[name.rpartition(".")[2]]}
        told["contentSize"] = str(len(body))
        made.add_file(io.BytesIO(body), name, properties=told)
    with passing_folder() as folder:
        made.metadata.write(folder)
        files["ro-crate-metadata.json"] = Path(folder, "ro-crate-metadata.json").read_bytes()
    return zipped(files)


def _files(
    graph: KnowledgeGraph, study: str, role: Role, language: str, mine: set[Any]
) -> Iterator[tuple[str, bytes, str]]:
    """Each file's name, content and title."""
    yield f"data/{study}.trig", graph.dump(mine, "trig"), f"All statements of the study {study}"
    ontology = graph.read([terms.ONTOLOGY_GRAPH])
    yield "data/ontology.ttl", _turtle(ontology), f"The ontology of Rembug {__version__}"
    for name, table in tables(graph, study, role, language).items():
        yield f"tables/{name}.csv", table.encode("utf-8-sig"), f"Table: {name}"
    report = _verdict(graph, graph.read(mine), role)
    yield "validation/report.ttl", _turtle(report.graph()), f"SHACL report of the study {study}"
    provenance = _provenance(graph, study)
    yield "provenance/provenance.ttl", _turtle(provenance), "What came in when, from whom (PROV-O)"
    for query in Catalogue.load(queries_dir()).values():
        names = {parameter.name for parameter in query.parameters}
        values = {"study": study, "lang": language}
        text = query.bind({k: v for k, v in values.items() if k in names})
        answer = graph.answer(text, role, _ACCEPT)
        title = query.title[language]
        yield f"questions/{query.name}.rq", text.encode(), title
        yield f"answers/{query.name}.{_ENDINGS[answer.kind]}", answer.body, title
    frameworks = codebooks.export(codebooks.aspects(graph), (), language)
    yield "codebook/frameworks.qdc", frameworks, "The frameworks as codes (REFI-QDA)"
    with suppress(NothingToWrite):  # it has no findings
        yield "data/nanopublications.trig", nanopublications(graph, study).encode(), "Findings"
    with suppress(NothingToWrite):  # it has no coded text, or not for this role
        yield f"coding/{study}.qdpx", qdpx(graph, study, role), "The coding (REFI-QDA)"


def _verdict(graph: KnowledgeGraph, about: Graph, role: Role) -> Report:
    """What the gate says of a study's things, judged by what a role may read and nothing else."""
    hidden = graph.graphs(Role.ADMIN) - graph.graphs(role)
    told = verdicts.check_whole(graph, Change(drop=hidden))
    things = {str(subject) for subject in about.subjects()}
    return Report.of(result for result in told.results if result.focus_node in things)


def _provenance(graph: KnowledgeGraph, study: str) -> Graph:
    """What provenance says of a study's submissions, with their commits and files."""
    recorded = graph.read([terms.PROVENANCE])
    kept, waiting = Graph(), list(recorded.subjects(terms.CG.inStudy, terms.study(study)))
    waiting += [c for s in waiting for c in recorded.subjects(None, s)]
    seen = set()
    while waiting:
        if (node := waiting.pop()) in seen:
            continue
        seen.add(node)
        for triple in recorded.triples((node, None, None)):
            kept.add(triple)
            if terms.submission_of(str(triple[2])) in (study, None):
                waiting.append(triple[2])
    return kept


def _turtle(graph: Graph) -> bytes:
    return graph.serialize(format="turtle", encoding="utf-8")


def _labelled(about: Graph, study: str, language: str) -> str:
    labels = about.objects(terms.study(study), RDFS.label)
    fits = (str(x) for x in labels if isinstance(x, Literal) and x.language == language)
    return next(fits, study)
