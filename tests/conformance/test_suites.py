"""The W3C's suites for SPARQL 1.0 and 1.1 and for the RDF 1.1 syntaxes, over HTTP.

Queries and updates run against `--empty --default-graph strict`, documents go through the Graph
Store Protocol. The cases that fail are in known.toml with their causes, and each of them fails on
the engine's own server too; one that begins to pass fails here until it is taken from the list.
"""

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from ..service import Service
from . import results, suites
from .conftest import W3C
from .suites import Case, Suite

CAUSES = tomllib.loads(Path(__file__).with_name("known.toml").read_text(encoding="utf-8"))
KNOWN = {case: cause for cause in CAUSES.values() for case in cause["cases"]}
MEDIA = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "nq": "application/n-quads",
    "trig": "application/trig",
}
JSON, N_QUADS = "application/sparql-results+json", "application/n-quads"
ACCEPT = {"srx": "application/sparql-results+xml", "tsv": "text/tab-separated-values"}
EVERYTHING = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
GRAPHS = "SELECT ?g { GRAPH ?g {} }"
_COMMENT = re.compile(r"<[^>]*>|\"[^\"]*\"|'[^']*'|(#[^\n]*)")

SUITES = suites.load(W3C) if W3C.is_dir() else {}
CASES = [(suite, case) for name, suite in SUITES.items() for case in suite.cases()]


def _ids(value: object) -> str:
    return value.name if isinstance(value, Case) else ""


@pytest.mark.skipif(bool(CASES), reason="they are here")
def test_the_suites_are_here(missing: Callable[[str], None]) -> None:
    missing("the W3C's suites (make test fetches them)")


@pytest.mark.parametrize(("suite", "case"), CASES, ids=_ids)
def test_the_w3c_suites(
    strict: Service, suite: Suite, case: Case, request: pytest.FixtureRequest
) -> None:
    if case.iri not in KNOWN:
        check(strict, suite, case)
        return
    with pytest.raises(AssertionError):
        check(strict, suite, case)
    if not KNOWN[case.iri].get("own"):
        with pytest.raises(AssertionError):
            check(request.getfixturevalue("oxigraph"), suite, case)


def test_every_known_failure_is_a_case() -> None:
    if CASES:
        assert not KNOWN.keys() - {case.iri for _, case in CASES}


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
    blocks, created = [], []
    for number, (file, graph) in enumerate([*((f, "") for f in wanted[0]), *wanted[1]]):
        lines = b"".join(
            ox.serialize([quad.triple], format=ox.RdfFormat.N_TRIPLES) or b""
            for quad in results.read_rdf(suite.file(file), file)
        ).decode()
        lines = re.sub(r"_:(\w+)", rf"_:b{number}\1", lines) if "_:" in lines else lines
        blocks.append(f"GRAPH <{graph}> {{ {lines} }}" if graph else lines)
        created += [f"CREATE SILENT GRAPH <{graph}> ;"] if graph else []
    update = f"DROP ALL ; {' '.join(created)} INSERT DATA {{ {' '.join(blocks)} }}"
    status, _, body = service.change(update)
    assert status == 204, body
    service.loaded = wanted


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


def check_document(service: Service, suite: Suite, case: Case) -> None:
    """A document goes in by PUT; what is read back is what it says."""
    ending = case.action.rpartition(".")[2]
    body = suite.file(case.action).read_bytes()
    dataset = ending in ("trig", "nq")
    where = service.store if dataset else service.graph(case.action)
    service.loaded = None
    if dataset:
        if case.result:
            service.change("DROP ALL")
        if ending == "trig" and "Negative" not in case.kind:
            body = f"@base <{case.action}> .\n".encode() + body
    status, _, told = service.ask("PUT", where, body, Content_Type=MEDIA[ending])
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
    else:
        triples = service.ask("GET", where, Accept="application/n-triples")[2]
        found = results.as_quads(ox.parse(input=triples, format=ox.RdfFormat.N_TRIPLES))
    assert results.canonical(found) == results.canonical(wanted)
