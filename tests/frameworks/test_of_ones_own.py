"""A framework is data alone: one that nothing here knows goes through all that frameworks are for.

The framework is the one of docs/frameworks.md, so that the page cannot tell what does not work.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from rdflib import RDF, Graph

from rembug import codebooks, settings, terms, web
from rembug.catalogue import Catalogue
from rembug.changes import submissions
from rembug.changes.ontology import ensure_ontology
from rembug.cli import rembug
from rembug.errors import BadParameter, Refused, RembugError, Unreadable
from rembug.graph import KnowledgeGraph, Role
from rembug.settings import Settings
from rembug.sources import templates, vocabulary
from rembug.terms import CG

NAME = "gotong-royong"
DOCS = Path(__file__).parents[2] / "docs" / "frameworks.md"
TEXT = re.search(r"```turtle\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[1]  # type: ignore[index]
STUDY = """
@prefix cg: <https://w3id.org/rembug/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix scheme: <https://w3id.org/rembug/scheme/> .
@prefix x: <https://w3id.org/rembug/id/desa/> .
<https://w3id.org/rembug/id/desa/study/desa> a cg:Study ; cg:synthetic true ;
    rdfs:label "Studi desa (rekaan)"@id, "Village study (made up)"@en ;
    cg:usesFramework scheme:gotong-royong .
"""
FINDINGS = """code,statement (Indonesian),statement (English),about,aspect,rating,stance
t1,Ajakan jarang (rekaan).,Calls are rare (made up).,collaboration/desa,call,weak,undermines
"""
COLLABORATION = """
<https://w3id.org/rembug/id/desa/collaboration/desa> a cg:Collaboration ;
    cg:inStudy <https://w3id.org/rembug/id/desa/study/desa> ;
    rdfs:label "Kerja bakti (rekaan)"@id, "Work days (made up)"@en .
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the framework, which the settings name."""
    folder = tmp_path_factory.mktemp("frameworks")
    (folder / f"{NAME}.ttl").write_text(TEXT, encoding="utf-8")
    kept = (vocabulary._schemes, vocabulary.labels, vocabulary.other_names, vocabulary.concepts)
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("REMBUG_FRAMEWORKS", str(folder))
        for one in kept:
            one.cache_clear()
        yield folder
    for one in kept:
        one.cache_clear()


@pytest.fixture(scope="module")
def village(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    """A store with a study whose one finding, from a table, concerns the framework."""
    here = tmp_path_factory.mktemp("village")
    (here / "study.ttl").write_text(STUDY + COLLABORATION, encoding="utf-8")
    (here / "findings.csv").write_text(FINDINGS, encoding="utf-8")
    with KnowledgeGraph.own(str(here / "store")) as graph:
        submissions.add(graph, [here / "study.ttl", here / "findings.csv"], "desa")
        yield graph


@pytest.fixture(scope="module")
def browser(village: KnowledgeGraph) -> FlaskClient:
    client = web.create_app(village, Settings()).test_client()
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    return client


def test_its_elements_are_in_the_codebook(village: KnowledgeGraph) -> None:
    body = codebooks.export(codebooks.aspects(village), [NAME], "id").decode()
    assert 'name="ajakan"' in body and "undangan kepada warga" in body


def test_its_elements_may_be_chosen_in_a_table_to_fill_in(folder: Path) -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(templates.workbook("findings", "id")))
    assert "ajakan" in {cell.value for row in book["pilihan"].rows for cell in row}


@pytest.mark.parametrize(
    ("question", "column", "expected"),
    [
        ("element-ratings", "element", ["ajakan"]),
        ("compare-studies", "element", ["ajakan"]),
        ("silent-elements", "element", ["kerja"]),
    ],
)
@pytest.mark.parametrize("chosen", [{"framework": NAME}, {"study": "desa"}])
def test_questions_ask_about_it(
    village: KnowledgeGraph, question: str, column: str, expected: list[str], chosen: dict[str, str]
) -> None:
    text = Catalogue.load(settings.queries_dir())[question].bind(chosen)
    found = [str(row[column]) for row in village.rows(text, Role.PUBLIC)]
    assert found == [f"{terms.SCHEME}{NAME}/{name}" for name in expected]


def test_it_has_a_map_which_is_what_a_study_that_uses_it_is_shown(browser: FlaskClient) -> None:
    for path in (f"/map?framework={NAME}&lang=id", "/map?study=desa&lang=id"):
        page = browser.get(path).text
        assert page.count('class="arrow"') == 1
        assert re.findall(r'class="sign ([a-z]+)"><b aria-hidden="true">.</b>', page)
        assert "ajakan" in page and "kerja bersama" in page


def test_the_study_and_the_element_have_pages_that_name_it(browser: FlaskClient) -> None:
    assert "Gotong royong (made up)" in browser.get("/page/id/desa/study/desa?lang=en").text
    assert "Gotong royong (rekaan)" in browser.get(f"/page/scheme/{NAME}?lang=id").text
    assert "joint work" in browser.get(f"/page/scheme/{NAME}/kerja?lang=en").text


def test_its_form_offers_it(browser: FlaskClient) -> None:
    page = browser.get("/queries/element-ratings?lang=en").text
    assert f'<option value="{NAME}">' in page


def test_the_answer_as_a_table_names_it(browser: FlaskClient) -> None:
    answer = browser.get(f"/queries/element-ratings.csv?framework={NAME}&lang=en").text
    (row,) = csv.DictReader(io.StringIO(answer))
    assert row["schemeLabel"] == "Gotong royong (made up)"


BROKEN = {
    "a language is missing": ('"call"@en', '"call"@de'),
    "a polarity is missing": ("cg:polarity polarity:favourable ;\n    cg:drawnIn", "cg:drawnIn"),
    "an element is above itself": (
        "cg:influences gotong:kerja .",
        "skos:broader gotong:kerja . gotong:kerja skos:broader gotong:ajakan .",
    ),
    "an arrow leads to nothing": ("cg:influences gotong:kerja", "cg:influences gotong:krja"),
    "an arrow leads to another framework": (
        "cg:influences gotong:kerja",
        "cg:influences scheme:ansell-gash\\/outcomes",
    ),
    "a box has three numbers": ('"0 0 200 80"', '"0 0 200"'),
    "the name is taken": ("scheme/gotong-royong", "scheme/deseve"),
    "it speaks of what is not its own": (
        "gotong:ajakan a ",
        "<https://w3id.org/rembug/scheme/deseve/rules> skos:altLabel \"x\"@en . gotong:ajakan a ",
    ),
    "it states a class": ("gotong:ajakan a ", "cg:Baru a cg:Framework . gotong:ajakan a "),
    "it is no Turtle": ("gotong:ajakan a ", "gotong:ajakan ajakan "),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_wrong_with_it_is_told_with_its_line_and_nothing_is_stored(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = BROKEN[fault]
    named = TEXT.replace("scheme:gotong-royong", "<https://w3id.org/rembug/scheme/gotong-royong>")
    assert before in named
    (tmp_path / "wrong.ttl").write_text(named.replace(before, after), encoding="utf-8")
    monkeypatch.setenv("REMBUG_FRAMEWORKS", str(tmp_path))
    graph = KnowledgeGraph.in_memory()
    with pytest.raises(RembugError) as refused:
        ensure_ontology(graph)
    assert isinstance(refused.value, Refused | Unreadable)
    assert re.search(r"wrong\.ttl:\d+", str(refused.value)), str(refused.value)
    assert len(graph.read([terms.ONTOLOGY_GRAPH])) == 0


def test_two_files_of_one_name_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    monkeypatch.setenv("REMBUG_FRAMEWORKS", str(tmp_path))
    with pytest.raises(Unreadable, match=r"b\.ttl:\d+.*taken by a\.ttl"):
        ensure_ontology(KnowledgeGraph.in_memory())


def test_a_framework_in_use_is_not_lost_with_its_file(
    village: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REMBUG_FRAMEWORKS", "")
    with pytest.raises(BadParameter, match=r"desa uses the framework .*gotong-royong"):
        ensure_ontology(village)
    kept = village.read([terms.ONTOLOGY_GRAPH])
    assert (terms.SCHEME[NAME], RDF.type, CG.Framework) in kept


def test_a_folder_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REMBUG_FRAMEWORKS", str(tmp_path / "none"))
    with pytest.raises(BadParameter, match="no such folder"):
        ensure_ontology(KnowledgeGraph.in_memory())


def test_commands_that_only_read_take_a_framework_from_its_file_or_say_that_the_store_lacks_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = str(tmp_path / "store")
    runner = CliRunner()
    with monkeypatch.context() as without:
        without.delenv("REMBUG_FRAMEWORKS")
        with KnowledgeGraph.own(store) as graph:
            ensure_ontology(graph)
    export = ["codebook", "export", "--scheme", NAME, "--store", store]
    done = runner.invoke(rembug, export)
    assert done.exit_code == 0, done.stderr
    assert "gotong" in done.stdout.casefold()
    listed = runner.invoke(rembug, ["history", "--store", store])
    assert f"the store does not have the frameworks in {folder}" in listed.stderr
    faulty = tmp_path / "faulty"
    faulty.mkdir()
    (faulty / "own.ttl").write_text(TEXT.replace('"call"@en', '"call"@fr'), encoding="utf-8")
    monkeypatch.setenv("REMBUG_FRAMEWORKS", str(faulty))
    (tmp_path / "study.ttl").write_text(STUDY, encoding="utf-8")
    for words in (export, ["validate", str(tmp_path / "study.ttl"), "--store", store]):
        refused = runner.invoke(rembug, words)
        assert isinstance(refused.exception, Refused)
        assert "own.ttl" in str(refused.exception)


def test_no_code_shape_or_query_names_a_framework_that_ships() -> None:
    root = DOCS.parents[1]
    shipped = [
        str(framework).rpartition("/")[2]
        for file in settings.scheme_files()
        for framework in Graph().parse(file).subjects(RDF.type, CG.Framework)
    ]
    names = re.compile(
        "|".join([*shipped, r"\bAnsell\b", r"\bDeSeve\b", r"\bEmerson\b", r"\bProvan\b"])
    )
    told = {
        (file.name, found[0])
        for folder in ("src", "shapes", "queries")
        for file in (root / folder).rglob("*")
        if file.suffix in {".py", ".ttl", ".rq", ".html", ".toml"}
        for found in [names.search(file.read_text(encoding="utf-8"))]
        if found
    }
    # “criteria” is a word too, and the folder of what ships has no other framework of such a name.
    assert {(name, word) for name, word in told if word != "criteria"} == set()
