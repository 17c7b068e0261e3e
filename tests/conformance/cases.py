"""Running a case of the W3C's suites over HTTP.

Queries and updates run against `--empty --default-graph strict`, documents go through the Graph
Store Protocol. The cases that fail are in known.toml with their causes, and each of them fails on
the engine's own server too; one that begins to pass fails here until it is taken from the list.
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from ..service import Service
from . import results, suites
from .conftest import W3C
from .suites import SPARQL10, SPARQL11, Case, Suite

CAUSES = tomllib.loads(Path(__file__).with_name("known.toml").read_text(encoding="utf-8"))
KNOWN = {case: cause for cause in CAUSES.values() for case in cause["cases"]}
MEDIA = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "nq": "application/n-quads",
    "trig": "application/trig",
}
DATASETS = ("trig", "nq")
JSON, N_QUADS = "application/sparql-results+json", "application/n-quads"
ACCEPT = {"srx": "application/sparql-results+xml", "tsv": "text/tab-separated-values"}
NQ = ox.RdfFormat.N_QUADS
EVERYTHING = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
GRAPHS = "SELECT ?g { GRAPH ?g {} }"
_COMMENT = re.compile(r"<[^>]*>|\"[^\"]*\"|'[^']*'|(#[^\n]*)")

SUITES = suites.load(W3C) if W3C.is_dir() else {}
CASES = [(suite, case) for suite in SUITES.values() for case in suite.cases()]
OF_SPARQL = [(suite, case) for suite, case in CASES if suite.base in (SPARQL10, SPARQL11)]
OF_SYNTAXES = sorted(  # documents that are graphs first: those of several end what is there
    ((suite, case) for suite, case in CASES if suite.base not in (SPARQL10, SPARQL11)),
    key=lambda each: each[1].action.endswith(DATASETS),
)


def name(value: object) -> str:
    """What a case is called among the tests."""
    return value.name if isinstance(value, Case) else ""


def hold(service: Service, suite: Suite, case: Case, request: pytest.FixtureRequest) -> None:
    """Hold that a case passes, or fails as it is known to."""
    if case.iri not in KNOWN:
        check(service, suite, case)
        return
    with pytest.raises(AssertionError):
        check(service, suite, case)
    if not KNOWN[case.iri].get("own"):
        with pytest.raises(AssertionError):
            check(request.getfixturevalue("oxigraph"), suite, case)


def check(service: Service, suite: Suite, case: Case) -> None:
    """Run a case; raises AssertionError if it fails."""
    kind = case.kind.removesuffix("11")
    match kind:
        case "PositiveSyntaxTest" | "NegativeSyntaxTest":
            text = suite.file(case.action).read_bytes()
            assert_understood(service.select(text, "*/*")[0], kind)
        case "PositiveUpdateSyntaxTest" | "NegativeUpdateSyntaxTest":
            text = suite.file(case.action).read_bytes()
            assert_understood(service.change(text)[0], kind)
        case "QueryEvaluationTest" | "CSVResultFormatTest":
            check_query(service, suite, case)
        case "UpdateEvaluationTest":
            check_update(service, suite, case)
        case _:
            check_document(service, suite, case)


def assert_understood(status: int, kind: str) -> None:
    if "Negative" in kind:
        assert status == 400
    else:
        # Understood, and done (2xx) or refused for what it asks: an endpoint, a missing graph.
        assert status < 300 or status in (403, 404, 409, 422), status


def prepare(
    service: Service, suite: Suite, data: Iterable[str], graphs: Iterable[tuple[str, str]]
) -> None:
    """Make the store hold some files, and nothing else."""
    wanted = (tuple(data), tuple(graphs))
    if service.loaded == wanted:
        return
    lines: dict[ox.NamedNode | ox.DefaultGraph, list[str]] = {}
    for number, (file, graph) in enumerate([*((f, "") for f in wanted[0]), *wanted[1]]):
        named = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        said = lines.setdefault(named, [])
        for quad in results.read_rdf(suite.file(file), file):
            line = (ox.serialize([ox.Quad(*quad.triple, named)], format=NQ) or b"").decode()
            said.append(re.sub(r"_:(\w+)", rf"_:b{number}\1", line) if "_:" in line else line)
    if service.held is None or not service.held <= {graph for graph in lines if lines[graph]}:
        empty(service)
    if document := "".join(line for said in lines.values() for line in said):
        status, _, body = service.ask("PUT", service.store, document, Content_Type=N_QUADS)
        assert status == 204, body
    bare = [graph for graph in lines if not lines[graph] and graph != ox.DefaultGraph()]
    if bare:
        status, _, body = service.change(" ; ".join(f"CREATE GRAPH {graph}" for graph in bare))
        assert status == 204, body
    service.loaded, service.held = wanted, frozenset(lines)


def empty(service: Service) -> None:
    """Make the store hold nothing."""
    status, _, body = service.change("DROP ALL")
    assert status == 204, body
    service.held = frozenset()


def check_query(service: Service, suite: Suite, case: Case) -> None:
    assert case.result
    graphs = case.graphs
    text = suite.file(case.action).read_text(encoding="utf-8")
    plain = _COMMENT.sub(lambda found: "" if found[1] else found[0], text)
    if not case.data and not graphs and "FROM" in plain:
        here = case.action.rpartition("/")[0]
        graphs = tuple(
            (f"{here}/{name}",) * 2 for name in re.findall(r"FROM\s+(?:NAMED\s+)?<([^>]+)>", plain)
        )
    prepare(service, suite, case.data, graphs)
    kind, wanted, ordered = results.expected(suite.file(case.result), case.result)
    ending = case.result.rpartition(".")[2]
    accept = (
        "text/csv" if kind == "csv" else N_QUADS if kind == "triples" else ACCEPT.get(ending, JSON)
    )
    status, headers, body = service.select(f"BASE <{case.action}>\n{text}", accept)
    assert status == 200, body
    media_type = headers["Content-Type"]
    if kind == "triples":
        found = results.as_quads(ox.parse(input=body, format=ox.RdfFormat.N_QUADS))
        assert results.canonical(found) == results.canonical(wanted)  # type: ignore[arg-type]
    elif kind == "csv":
        assert table(body.decode()) == table(str(wanted))
    elif kind == "boolean":
        assert results.parse_results(body, media_type) is wanted
    else:
        rows = results.parse_results(body, media_type)
        assert isinstance(rows, list)
        assert isinstance(wanted, list)
        left = results.solutions(rows, ordered=ordered, lax=case.lax)
        assert left == results.solutions(wanted, ordered=ordered, lax=case.lax)


def table(text: str) -> tuple[list[str], list[list[str]]]:
    """A CSV file's columns and rows, whatever their order and their blank nodes' labels."""
    head, *rows = csv.reader(io.StringIO(text))
    order = sorted(range(len(head)), key=head.__getitem__)
    cells = [["_:" if row[n].startswith("_:") else number(row[n]) for n in order] for row in rows]
    return sorted(head), sorted(cells)


def number(cell: str) -> str:
    """A number by its value, as the engine keeps it."""
    try:
        return str(float(cell))
    except ValueError:
        return cell


def check_update(service: Service, suite: Suite, case: Case) -> None:
    prepare(service, suite, case.data, case.graphs)
    text = suite.file(case.action).read_text(encoding="utf-8")
    status, _, body = service.change(f"BASE <{case.action}>\n{text}")
    assert status == 204, body
    wanted = [quad for file in case.after for quad in results.read_rdf(suite.file(file), file)]
    for file, graph in case.graphs_after:
        name = ox.NamedNode(graph)
        wanted += [
            ox.Quad(q.subject, q.predicate, q.object, name)
            for q in results.read_rdf(suite.file(file), file)
        ]
    rows = results.parse_results(service.select(EVERYTHING, JSON)[2], JSON)
    assert isinstance(rows, list)
    found = [ox.Quad(r["s"], r["p"], r["o"], r.get("g", ox.DefaultGraph())) for r in rows]
    assert results.canonical(found) == results.canonical(wanted)


def put(service: Service, suite: Suite, case: Case) -> tuple[int, bytes]:
    """PUT the document of a case; gives the status and what is said.

    One that is a graph goes to a graph of its own, and may have gone there before.
    """
    if case.iri in service.documents:
        return service.documents[case.iri]
    ending = case.action.rpartition(".")[2]
    body = suite.file(case.action).read_bytes()
    if ending == "trig" and "Negative" not in case.kind:
        body = f"@base <{case.action}> .\n".encode() + body
    where = service.store if ending in DATASETS else service.graph(case.action)
    service.loaded = service.held = None
    status, _, told = service.ask("PUT", where, body, Content_Type=MEDIA[ending])
    return status, told


def check_document(service: Service, suite: Suite, case: Case) -> None:
    """A document goes in by PUT; what is read back is what it says, beside graphs it leaves."""
    dataset = case.action.rpartition(".")[2] in DATASETS
    if dataset and case.result and service.held is None:
        empty(service)
    before = service.held or frozenset()
    status, told = put(service, suite, case)
    if "Negative" in case.kind:
        assert status == 400, told
        return
    assert status in (201, 204), told
    if case.result is None:
        return
    wanted = results.read_rdf(suite.file(case.result), case.action)
    if dataset:
        rows = results.parse_results(service.select(EVERYTHING, JSON)[2], JSON)
        assert isinstance(rows, list)
        found = [ox.Quad(r["s"], r["p"], r["o"], r.get("g", ox.DefaultGraph())) for r in rows]
        service.held = frozenset(quad.graph_name for quad in found)
        if any(results.GENID in str(graph) for graph in service.held):
            service.held = None  # graphs without a name of their own may come again
        left = before - {quad.graph_name for quad in wanted}
        found = [quad for quad in found if quad.graph_name not in left]
    else:
        triples = service.ask("GET", service.graph(case.action), Accept="application/n-triples")[2]
        found = results.as_quads(ox.parse(input=triples, format=ox.RdfFormat.N_TRIPLES))
    assert results.canonical(found) == results.canonical(wanted)
