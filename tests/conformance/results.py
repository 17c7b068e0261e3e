"""What comes back and what should, as datasets that are equal when the answers are.

Terms are compared as the engine keeps them: numbers and dates by value.
"""

import io
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_ANSWER = ox.NamedNode("http://e/answer")
_ENDINGS = {"srx": "xml", "srj": "json", "tsv": "tsv", "csv": "csv"}
GENID = "/.well-known/genid/"

Row = dict[str, ox.NamedNode | ox.BlankNode | ox.Literal]


def read_rdf(file: Path, base: str) -> list[ox.Quad]:
    """An RDF file; what its ending says it is."""
    rdf = ox.RdfFormat.from_extension(file.suffix[1:])
    assert rdf, file
    return as_quads(ox.parse(path=str(file), format=rdf, base_iri=base))


def as_quads(found: Iterable[ox.Quad | ox.Triple]) -> list[ox.Quad]:
    """Quads, those without a graph in the default one."""
    return [ox.Quad(*item) if isinstance(item, ox.Triple) else item for item in found]


def canonical(quads: Iterable[ox.Quad]) -> ox.Dataset:
    """A dataset whose blank nodes are named by what is said of them, and terms kept by value."""
    store = ox.Store()
    store.extend([_unskolemized(quad) for quad in quads])
    dataset = ox.Dataset(store)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def _unskolemized(quad: ox.Quad) -> ox.Quad:
    """Blank nodes in the place of the IRIs that stand for them (RDF 1.1 Concepts §3.5)."""
    parts = [
        ox.BlankNode("genid" + part.value.rpartition("/")[2])
        if isinstance(part, ox.NamedNode) and GENID in part.value
        else part
        for part in quad
    ]
    return ox.Quad(*parts)


def solutions(rows: Iterable[Row], *, ordered: bool, lax: bool = False) -> ox.Dataset:
    """Rows as a graph, each a node with its bindings, numbered where their order counts."""
    quads = []
    rows = list(rows)
    if lax:
        rows = list({repr(sorted(row.items(), key=str)): row for row in rows}.values())
    for number, row in enumerate(rows):
        node = ox.BlankNode()
        quads.append(ox.Quad(_ANSWER, ox.NamedNode(RS + "solution"), node))
        if ordered:
            index = ox.Literal(number)
            quads.append(ox.Quad(node, ox.NamedNode(RS + "index"), index))
        for name, value in row.items():
            quads.append(ox.Quad(node, ox.NamedNode(RS + f"variable/{name}"), value))
    return canonical(quads)


def parse_results(body: bytes, media_type: str) -> bool | list[Row]:
    """An answer in one of the SPARQL formats."""
    form = ox.QueryResultsFormat.from_media_type(media_type.partition(";")[0])
    assert form, media_type
    found = ox.parse_query_results(io.BytesIO(body), format=form)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    names = [variable.value for variable in found.variables]
    return [{name: row[name] for name in names if row[name] is not None} for row in found]


def expected(file: Path, iri: str) -> tuple[str, object, bool]:
    """What a result file says: its kind (`boolean`, `solutions`, `triples`, `csv`), its content,
    and whether the order counts."""
    ending = file.suffix[1:]
    if ending == "csv":
        return "csv", file.read_text(encoding="utf-8"), False
    if ending in _ENDINGS:
        form = ox.QueryResultsFormat.from_extension(ending)
        assert form
        found = parse_results(file.read_bytes(), form.media_type)
        return ("boolean" if isinstance(found, bool) else "solutions"), found, False
    quads = read_rdf(file, iri)
    store = ox.Store()
    store.extend(quads)
    result_set = list(store.quads_for_pattern(None, RDF_TYPE, ox.NamedNode(RS + "ResultSet")))
    if not result_set:
        return "triples", quads, False
    node = result_set[0].subject

    def values(subject, name):  # type: ignore[no-untyped-def]
        found = store.quads_for_pattern(subject, ox.NamedNode(RS + name), None)
        return [quad.object for quad in found]

    if boolean := values(node, "boolean"):
        return "boolean", boolean[0].value in ("true", "1"), False
    rows = []
    for solution in values(node, "solution"):
        row = {
            values(binding, "variable")[0].value: values(binding, "value")[0]
            for binding in values(solution, "binding")
        }
        index = values(solution, "index")
        rows.append((int(index[0].value) if index else 0, row))
    rows.sort(key=lambda pair: pair[0])
    ordered = any(index for index, _ in rows)
    return "solutions", [row for _, row in rows], ordered
