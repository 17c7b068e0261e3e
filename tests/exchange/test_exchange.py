"""A study goes out as tables, nanopublications and a crate; what comes in again is the same."""

import csv
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from rdflib import PROV, RDF, RDFS, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.term import Node
from rocrate.rocrate import ROCrate

from rembug import exchange, sources, terms
from rembug.changes import studies, submissions
from rembug.errors import NothingToWrite, UnknownName
from rembug.graph import Change, KnowledgeGraph, Role, parse
from rembug.terms import CG

from ..sources.projects import project, qdpx, selection, source

NP = Namespace("http://www.nanopub.org/nschema#")


def data(graph: KnowledgeGraph, study: str) -> Graph:
    mine = {g for g in graph.graphs(Role.PUBLIC) if terms.submission_of(g) == study}
    return graph.read(mine)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("study", ["contoh", "pembanding"])
def test_a_table_that_went_out_comes_in_as_it_was(
    contoh: KnowledgeGraph, tmp_path: Path, study: str, language: str
) -> None:
    whole = data(contoh, study)
    stated = {(s, p, _value(o)) for s, p, o in whole}
    found = exchange.tables(contoh, study, Role.PUBLIC, language)
    assert {"findings", "programs"} <= found.keys()
    again = Graph()
    for name, text in found.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8-sig", newline="")
        again += sources.read(path, study).public
    assert {(s, p, _value(o)) for s, p, o in again} <= stated
    described = set(again.subjects(CG.inStudy))
    lost = {t for t in stated if t[0] in described} - {(s, p, _value(o)) for s, p, o in again}
    subjects = set(whole.subjects())  # what points at things that no table is about is lost
    assert not {t for t in lost if t[2] not in subjects and t[1] != RDF.type}
    for klass, predicate in (
        (CG.Finding, CG.concerns),
        (CG.Finding, CG.about),
        (CG.Finding, CG.rating),
        (CG.Program, CG.ledBy),
        (CG.Tie, CG.tieKind),
    ):
        of = set(whole.subjects(RDF.type, klass))
        assert {t for t in again.triples((None, predicate, None)) if t[0] in of} == {
            t for t in whole.triples((None, predicate, None)) if t[0] in of
        }
    with KnowledgeGraph.in_memory() as other:
        other.commit(Change(replace={terms.submission_graph(study, "again"): again}))
        assert exchange.tables(other, study, Role.PUBLIC, language) == found


def _value(term: Node) -> object:
    """A number whatever its type and notation; any other term as it is."""
    numbers = int | float | Decimal
    is_number = isinstance(term, Literal) and isinstance(term.value, numbers)
    return float(term.value) if is_number else term  # type: ignore[attr-defined]


def test_cells_that_a_spreadsheet_would_run_are_text(kg: KnowledgeGraph, tmp_path: Path) -> None:
    study, actor = terms.study("s"), terms.thing("s", "actor", "a")
    path = tmp_path / "a.ttl"
    path.write_text(
        f'<{study}> a <{CG.Study}> ; <{RDFS.label}> "s"@id, "s"@en .\n'
        f"<{actor}> a <{CG.CraftCentre}> ; <{CG.inStudy}> <{study}> ;"
        f' <{RDFS.label}> "=1+1"@id, "\'=x"@en .\n'
    )
    submissions.add(kg, [path], "s")
    table = exchange.tables(kg, "s", Role.PUBLIC, "en")["actors"]
    [_, row] = csv.reader(io.StringIO(table))
    assert row[1:3] == ["'=1+1", "''=x"]
    (tmp_path / "actors.csv").write_text(table, newline="")
    again = sources.read(tmp_path / "actors.csv", "s").public
    assert {str(o) for o in again.objects(actor) if isinstance(o, Literal)} == {"=1+1", "'=x"}


def test_no_cell_of_a_table_is_run_by_a_spreadsheet(kg: KnowledgeGraph, tmp_path: Path) -> None:
    """Whatever its column: codes, classes and what a row names are guarded as texts are."""
    study, prefix = terms.study("s"), f"{terms.ID}s/"
    path = tmp_path / "a.ttl"
    path.write_text(
        f'<{study}> a <{CG.Study}> ; <{RDFS.label}> "s"@id, "s"@en .\n'
        f"<{prefix}actor/=1+1> a <{CG.CraftCentre}> ; <{CG.inStudy}> <{study}> ;"
        f' <{RDFS.label}> "a"@id, "a"@en .\n'
        f"<{prefix}program/@x> a <{CG.Program}> ; <{CG.inStudy}> <{study}> ;"
        f' <{CG.ledBy}> <{prefix}actor/=1+1> ; <{RDFS.label}> "-1"@id, "+1"@en .\n'
    )
    submissions.add(kg, [path], "s")
    cells = [
        cell
        for table in exchange.tables(kg, "s", Role.PUBLIC, "en").values()
        for row in csv.reader(io.StringIO(table))
        for cell in row
    ]
    assert {"'=1+1", "'@x", "'-1", "'+1"} <= set(cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_each_finding_is_a_nanopublication_of_four_graphs(contoh: KnowledgeGraph) -> None:
    text = exchange.nanopublications(contoh, "contoh")
    assert text == exchange.nanopublications(contoh, "contoh")
    told = Dataset()
    told.parse(data=text, format="trig")
    whole = data(contoh, "contoh")
    heads = list(told.quads((None, RDF.type, NP.Nanopublication, None)))
    kinds = (CG.Finding, CG.Opportunity, CG.Challenge, CG.Recommendation)
    findings = {f for kind in kinds for f in whole.subjects(RDF.type, kind)}
    assert len(heads) == len(findings) > 0
    for publication, _, _, head in heads:
        parts = [
            next(told.graph(head).objects(publication, part))
            for part in (NP.hasAssertion, NP.hasProvenance, NP.hasPublicationInfo)
        ]
        assertion, provenance, published = (told.graph(URIRef(str(part))) for part in parts)
        assert set(assertion.subjects()) <= findings
        assert all(triple in whole for triple in assertion)
        assert (parts[0], PROV.wasAttributedTo, terms.study("contoh")) in provenance
        assert all(part for part in (assertion, provenance, published))


def test_a_crate_describes_every_file_in_it(contoh: KnowledgeGraph, tmp_path: Path) -> None:
    body = exchange.crate(contoh, "contoh", Role.PUBLIC, "en")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        archive.extractall(tmp_path / "crate")
        names = set(archive.namelist())
        metadata = json.loads(archive.read("ro-crate-metadata.json"))
        assert b"true" in archive.read("validation/report.ttl")
        question = archive.read("questions/programs-lacking-sustainability-evidence.rq").decode()
        answer = archive.read("answers/programs-lacking-sustainability-evidence.csv")
        (tmp_path / "contoh.trig").write_bytes(archive.read("data/contoh.trig"))
        quads = list(parse(tmp_path / "contoh.trig", "trig", "contoh.trig"))
    described = {e["@id"] for e in metadata["@graph"] if e["@type"] == "File"}
    assert described == names - {"ro-crate-metadata.json"}
    assert contoh.answer(question, accept={"solutions": "text/csv"}).body == answer
    assert {(q.subject, q.predicate, q.object) for q in quads} == set(data(contoh, "contoh"))
    read = ROCrate(tmp_path / "crate")
    assert {entity.id for entity in read.data_entities} == described
    assert read.name


def test_words_leave_only_for_who_may_read_them(kg: KnowledgeGraph, tmp_path: Path) -> None:
    submissions.submit(kg, [studies.describe("uji", title_en="Test", title_id="Uji")])
    text = "Kami lupa janji itu. Cuaca buruk."
    xml = project(source("a.txt", "a.txt", selection(5, 19, "C2", "U1")))
    path = qdpx(tmp_path / "uji.qdpx", xml, {"a.txt": text.encode()})
    submissions.add(kg, [path], "uji")

    def shown(role: Role) -> str:
        body = exchange.crate(kg, "uji", role, "id")
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        if inner := files.get("coding/uji.qdpx"):
            with zipfile.ZipFile(io.BytesIO(inner)) as archive:
                files |= {name: archive.read(name) for name in archive.namelist()}
        return b"".join(files.values()).decode(errors="replace")

    assert "lupa janji itu" in shown(Role.RESEARCHER)
    everyones = shown(Role.PUBLIC)
    assert "lupa janji itu" not in everyones
    assert "Cuaca buruk" not in everyones
    assert "a.txt" not in everyones


def test_an_unknown_study_is_named(contoh: KnowledgeGraph) -> None:
    for way in (
        lambda: exchange.tables(contoh, "nothing", Role.PUBLIC, "en"),
        lambda: exchange.crate(contoh, "nothing", Role.PUBLIC, "en"),
    ):
        with pytest.raises(UnknownName, match="nothing"):
            way()


def test_a_study_that_lacks_what_is_to_be_written_is_told_so(contoh: KnowledgeGraph) -> None:
    """It is there, and is not called by a name that nothing has."""
    for way, told in (
        (lambda: exchange.nanopublications(contoh, "kosong"), "kosong has no finding"),
        (lambda: exchange.qdpx(contoh, "contoh", Role.PUBLIC), "contoh has no coded text that you"),
    ):
        with pytest.raises(NothingToWrite, match=told) as caught:
            way()
        assert "is named" not in caught.value.told("en")
        assert caught.value.told("id") != caught.value.told("en")
