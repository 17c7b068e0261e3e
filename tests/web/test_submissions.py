"""Bringing files in over HTTP: looked at on a page first, or stored at once for a program."""

import html
import io
import math
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from rdflib import RDF, RDFS, URIRef
from werkzeug.test import Client

from rembug import terms, web
from rembug.changes import submissions
from rembug.changes.staging import Staged, Staging
from rembug.cli import rembug as command
from rembug.errors import EarlierVersions, TooMany, UnknownName
from rembug.graph import Change, KnowledgeGraph, Role, deadline
from rembug.graph.deadline import asked_by, asker
from rembug.graph.workers.reading import Places
from rembug.settings import Settings
from rembug.sources.folders import Found
from rembug.terms import CG
from rembug.tokens import Tokens
from rembug.web import server

from ..sources.test_agreement import FIRST, SECOND, coded
from .conftest import BROWSER
from .test_account import HTTPS, key, sign_in

ACTOR = """
@prefix cg: <https://w3id.org/rembug/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://w3id.org/rembug/id/magetan/actor/new> a cg:CraftCentre ;
    cg:inStudy <https://w3id.org/rembug/id/magetan/study/magetan> ;
    rdfs:label "Sentra Pak Fulan"@id, "New Centre"@en .
"""
PLAIN = ACTOR.replace("Pak Fulan", "Baru")
BROKEN = PLAIN.replace(', "New Centre"@en', "")


@pytest.fixture
def kg(magetan_copy: Path) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph.own(str(magetan_copy)) as graph:
        yield graph


@pytest.fixture
def app(kg: KnowledgeGraph, tmp_path: Path) -> Iterator[Flask]:
    settings = Settings(tokens=str(tmp_path / "tokens.json"))
    for name, role in (
        ("kurator", Role.CURATOR),
        ("lain", Role.CURATOR),
        ("baca", Role.RESEARCHER),
    ):
        token = Tokens(settings.tokens_file).create(name, role)
        (tmp_path / name).write_text(token)
    yield web.create_app(kg, settings)


@pytest.fixture
def curator(app: Flask, tmp_path: Path) -> FlaskClient:
    client = app.test_client()
    sign_in(client, (tmp_path / "kurator").read_text())
    return client


def bring(client: FlaskClient, text: str, name: str = "actor.ttl", **fields: object):  # type: ignore[no-untyped-def]
    form = {"file": (io.BytesIO(text.encode()), name), "study": "magetan", **fields}
    return client.post("/submissions", data=form, content_type="multipart/form-data", **HTTPS)


@pytest.mark.parametrize("path", ["/submissions", "/submissions/study"])
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("aggregate only", "nothing about any single passage", "withheld", "safeguarded")),
        ("id", ("agregat saja", "tidak satu bagian pun", "ditahan", "perjanjian unduh khusus")),
    ],
)
def test_what_consents_and_levels_open_is_said_before_the_first_upload(
    curator: FlaskClient, path: str, language: str, told: tuple[str, ...]
) -> None:
    page = curator.get(f"{path}?lang={language}", **HTTPS).text
    table = page[page.index('class="levels"') :]
    for words in told:
        assert words in table


def looked_at(client: FlaskClient, text: str, name: str = "actor.ttl") -> tuple[str, str]:
    """Bring a file in on the page, and wait for what the page says of it; its path and text."""
    form_key = key(client.get("/submissions?lang=en", **HTTPS).text)
    response = bring(client, text, name, key=form_key)
    assert response.status_code == 303
    return response.location, settled(client, response.location)


def settled(client: FlaskClient, path: str) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        shown = client.get(path, query_string={"lang": "en"}, **HTTPS).text
        if "http-equiv" not in shown:
            return shown
        time.sleep(0.05)
    raise AssertionError("it went on and on")


def answered(client: FlaskClient, path: str, shown: str, **form: str) -> str:
    response = client.post(path, data={"key": key(shown), **form}, **HTTPS)
    assert response.status_code == 303
    return settled(client, response.location)


def test_a_file_is_looked_at_decided_on_and_stored(
    curator: FlaskClient, kg: KnowledgeGraph
) -> None:
    before = kg.version
    path, shown = looked_at(curator, ACTOR)
    assert "Everything is in order" in shown
    assert re.search(r"<legend><strong>Pak Fulan</strong>", shown)
    assert kg.version == before
    undecided = curator.post(path, data={"key": key(shown), "store": "1"}, **HTTPS)
    assert undecided.status_code == 400
    done = answered(curator, path, shown, store="1", **{"decision-0": "mask"})
    assert "in the graph" in done
    assert kg.version == before + 1
    listed = curator.get("/submissions?lang=en", **HTTPS).text
    assert "actor.ttl" in listed
    of_its_own = re.search(r'href="(/submissions/magetan/actor-\w+)', done)
    assert of_its_own
    page = curator.get(of_its_own[1], **HTTPS).text
    assert "kurator" in page
    labels = kg.read(kg.graphs(Role.PUBLIC)).objects(None, RDFS.label)
    assert "Sentra [disamarkan]" in map(str, labels)


def test_where_keep_becomes_mask_the_page_asks_what_becomes_of_earlier_versions(
    curator: FlaskClient, kg: KnowledgeGraph
) -> None:
    path, shown = looked_at(curator, ACTOR)
    assert 'name="earlier"' not in shown
    answered(curator, path, shown, store="1", **{"decision-0": "keep"})
    before = kg.version
    path, shown = looked_at(curator, ACTOR)
    assert 'name="earlier" value="forget">' in shown  # who keeps all again need not say
    assert "These files are in the graph already" in shown
    form = {"key": key(shown), "store": "1", "decision-0": "mask"}
    refused = curator.post(path, data=form, **HTTPS)
    assert refused.status_code == 428
    assert kg.version == before
    assert kg.has_earlier
    done = answered(curator, path, shown, store="1", **{"decision-0": "mask", "earlier": "forget"})
    assert "in the graph" in done
    assert kg.version == before + 1
    assert not kg.has_earlier
    labels = set(map(str, kg.read(kg.graphs(Role.PUBLIC)).objects(None, RDFS.label)))
    assert "Sentra [disamarkan]" in labels
    assert not any("Fulan" in label for label in labels)


def test_what_does_not_conform_is_shown_beside_its_line_and_cannot_be_stored(
    curator: FlaskClient, kg: KnowledgeGraph
) -> None:
    before = kg.version
    path, shown = looked_at(curator, BROKEN)
    assert "Not everything is in order" in shown
    assert "actor.ttl:4" in shown
    assert "The label in English is missing" in shown
    indonesian = curator.get(path, query_string={"lang": "id"}, **HTTPS).text
    assert "Label berbahasa Inggris belum ada" in indonesian
    assert 'name="store"' not in shown
    assert curator.post(path, data={"key": key(shown), "store": "1"}, **HTTPS).status_code == 400
    assert kg.version == before


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("actor.ttl", "<a", "actor.ttl:1"),
        ("actor.doc", "x", "files of this kind cannot be read"),
        ("findings.csv", "a,b\n", "findings.csv"),
        ("../../x.ttl", "<a", "x.ttl:1"),  # the file's own name, and no other folder
    ],
)
def test_what_cannot_be_read_says_where_and_why(
    curator: FlaskClient, name: str, text: str, says: str
) -> None:
    _, shown = looked_at(curator, text, name)
    assert says in shown
    assert "Nothing was stored" in shown


def test_an_upload_is_let_go(curator: FlaskClient, kg: KnowledgeGraph, tmp_path: Path) -> None:
    path, shown = looked_at(curator, PLAIN)
    assert list((tmp_path / "store" / "staged").rglob("actor.ttl"))
    assert curator.post(path, data={"key": key(shown), "drop": "1"}, **HTTPS).status_code == 303
    assert curator.get(path, **HTTPS).status_code == 404
    assert not list((tmp_path / "store" / "staged").rglob("actor.ttl"))


def test_nobody_else_sees_an_upload_or_stands_in_for_the_form(
    app: Flask, curator: FlaskClient, tmp_path: Path
) -> None:
    path, _ = looked_at(curator, PLAIN)
    other = app.test_client()
    sign_in(other, (tmp_path / "lain").read_text())
    assert other.get(path, **HTTPS).status_code == 404
    assert app.test_client().get(path, **HTTPS).status_code == 404
    assert bring(curator, PLAIN, key="guessed").status_code == 403
    assert bring(app.test_client(), PLAIN).status_code == 401
    reader = app.test_client()
    sign_in(reader, (tmp_path / "baca").read_text())
    form_key = key(reader.get("/account", **HTTPS).text)
    assert bring(reader, PLAIN, key=form_key).status_code == 403


def test_a_program_stores_at_once(app: Flask, kg: KnowledgeGraph, tmp_path: Path) -> None:
    client = app.test_client()
    headers = {"Authorization": f"Bearer {(tmp_path / 'kurator').read_text()}"}

    def post(text: str, query: str = "", **more: str):  # type: ignore[no-untyped-def]
        form = {"file": (io.BytesIO(text.encode()), "actor.ttl"), "study": "magetan"}
        return client.post(f"/submissions{query}", data=form, headers={**headers, **more})

    before = kg.version
    looked = post(ACTOR, "?dry-run=1")
    assert looked.status_code == 200
    assert looked.json["report"]["conforms"] is True
    assert [s["text"] for s in looked.json["sightings"]] == ["Pak Fulan"]
    assert post(ACTOR).status_code == 422
    assert post(BROKEN).json["report"]["results"][0]["place"].startswith("actor.ttl:4")
    assert kg.version == before
    stored = post(ACTOR, **{"Rembug-Reviewed": looked.json["reviewed"]})
    assert (stored.status_code, stored.json["version"]) == (201, before + 1)
    told = client.get(stored.location, headers={"Accept": "application/json"}).json
    assert told["submissionLabel"] == "actor.ttl"
    again = post(ACTOR, **{"Rembug-Reviewed": looked.json["reviewed"]})
    assert (again.status_code, again.json["added"]) == (200, [])
    listed = client.get("/submissions", headers={"Accept": "application/json"}).json
    assert listed[0]["submissionLabel"] == "actor.ttl"
    assert post("", "").status_code in (400, 422)


def test_files_are_read_in_the_name_of_who_brings_them(
    app: Flask, curator: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    one = Places.one
    monkeypatch.setattr(Places, "one", lambda self: (names.append(asker()), one(self))[1])
    looked_at(curator, ACTOR)
    assert set(names) == {"kurator"}
    names.clear()
    headers = {"Authorization": f"Bearer {(tmp_path / 'lain').read_text()}"}
    form = {"file": (io.BytesIO(ACTOR.encode()), "actor.ttl"), "study": "magetan"}
    looked = app.test_client().post("/submissions?dry-run=1", data=form, headers=headers)
    assert looked.status_code == 200
    assert set(names) == {"lain"}
    asked_by("")
    app.test_client().get("/account", headers=headers)
    assert asker() == "lain"  # as for what a request reads itself


def test_what_codes_stand_for_is_shown_before_anything_is_stored(curator: FlaskClient) -> None:
    book = (
        '<?xml version="1.0"?><CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes>'
        '<Code guid="00000000-0000-0000-0000-000000000001" name="Kepercayaan" isCodable="true"/>'
        "</Codes></CodeBook>"
    )
    _, shown = looked_at(curator, book, "codes.qdc")
    assert "<td>Kepercayaan</td>" in shown
    assert "stays your own" in shown


def test_the_public_reads_what_came_in_and_has_no_form(app: Flask) -> None:
    page = app.test_client().get("/submissions", headers={"Accept": BROWSER}).text
    assert 'type="file"' not in page
    assert "study.ttl" in page


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_api_is_described(app: Flask, lang: str) -> None:
    told = app.test_client().get("/openapi.json", query_string={"lang": lang}).json
    OpenAPIV31SpecValidator(told).validate()
    question = told["paths"]["/queries/programs-lacking-sustainability-evidence"]["get"]
    assert {p["name"] for p in question["parameters"]} >= {"study", "lang", "format"}
    questions = app.test_client().get("/queries", headers={"Accept": "application/json"}).json
    listed = told["paths"]["/queries"]["get"]["responses"]["200"]["content"]["application/json"]
    assert set(listed["schema"]["items"]["required"]) == set(questions[0])
    assert set(told["paths"]["/submissions"]) == {"get", "post"}


FINDING = {
    "study": "magetan",
    "code": "Kepercayaan antardinas",
    "statement (Indonesian)": "Kepercayaan antardinas lemah.",
    "statement (English)": "Trust between agencies is weak.",
    "kind of finding": "challenge",
    "about": "collaboration/batik-smes",
    "aspect": ["ansell-gash/trust-building", "aspect/communication"],
    "rating": "rating/weak",
}


@pytest.mark.parametrize(
    ("lang", "code", "made"),
    [
        ("en", "Kepercayaan antardinas", "kepercayaan-antardinas"),
        ("id", "", "kepercayaan-antardinas-lemah"),  # of what the finding says
    ],
)
def test_a_finding_is_stated_on_the_page(
    curator: FlaskClient, kg: KnowledgeGraph, lang: str, code: str, made: str
) -> None:
    form = curator.get(f"/submissions/state/findings?lang={lang}&study=magetan", **HTTPS).text
    fields = {name: FINDING[name] for name in FINDING if f'name="{name}"' in form}
    assert fields == FINDING
    response = curator.post(
        "/submissions/state/findings", data={**FINDING, "code": code, "key": key(form)}, **HTTPS
    )
    assert response.status_code == 303
    shown = settled(curator, response.location)
    assert f"finding-{made}.csv" in shown
    data = {"key": key(shown), "store": "1"}
    assert curator.post(response.location, data=data, **HTTPS).status_code == 303
    settled(curator, response.location)
    finding = terms.thing("magetan", "finding", made)
    there = kg.construct(f"CONSTRUCT WHERE {{ <{finding}> ?p ?o }}")
    assert (finding, RDF.type, CG.Challenge) in there
    assert set(there.objects(finding, CG.concerns)) == {
        URIRef(terms.SCHEME + concept) for concept in FINDING["aspect"]
    }
    assert (finding, CG.rating, terms.RATING.weak) in there


def test_a_study_is_begun_on_the_page_with_its_frameworks(
    curator: FlaskClient, kg: KnowledgeGraph
) -> None:
    page = "/submissions/study"
    form = curator.get(f"{page}?lang=en", **HTTPS).text
    told = {"slug": "baru", "title_id": "Studi baru", "title_en": "New study", "start": "2024"}
    given = {**told, "framework": ["ansell-gash", "deseve"], "key": key(form)}
    assert all(f'name="{name}"' in form for name in given)
    wrong = curator.post(page, data={**given, "framework": ["ansel-gash"]}, **HTTPS)
    assert wrong.status_code == 404 and "ansell-gash" in wrong.text
    assert curator.post(page, data={**given, "slug": "magetan"}, **HTTPS).status_code == 400
    assert curator.post(page, data={**given, "region": "> ."}, **HTTPS).status_code == 400
    location = curator.post(page, data=given, **HTTPS).location
    answered(curator, location, settled(curator, location), store="1")
    used = kg.construct(f"CONSTRUCT WHERE {{ <{terms.study('baru')}> ?p ?o }}")
    assert set(used.objects(terms.study("baru"), CG.usesFramework)) == {
        URIRef(terms.SCHEME + name) for name in given["framework"]
    }
    cells = curator.get("/compare?study=baru&framework=deseve&lang=en", **HTTPS).text
    assert 'class="sign silent"' in cells and 'td class="sign unasked"' not in cells


def test_a_finding_is_stated_from_what_the_study_has(curator: FlaskClient) -> None:
    page = curator.get("/page/id/magetan/evidence/centres?lang=en", **HTTPS).text
    to = re.search(r'class="button" href="([^"]*state/findings[^"]*)"', page)
    assert to
    form = curator.get(html.unescape(to[1]), **HTTPS).text
    evidence = f"{terms.ID}magetan/evidence/centres"
    assert f'name="supported by" value="{evidence}" checked' in form
    form = curator.get("/submissions/state/findings?lang=en&study=magetan", **HTTPS).text
    for name, value in (("supported by", evidence), ("about", f"{terms.ID}magetan/actor/regent")):
        assert f'<input type="checkbox" name="{name}" value="{value}">' in form
    groups = re.findall(r"<summary>([^<]*) <span", form)
    assert "Collaborative governance (Ansell and Gash)" in groups
    assert {"Programs", "Policies", "Evidence"} <= set(groups)
    given = {**FINDING, "supported by": evidence, "key": key(form)}
    told = settled(
        curator, curator.post("/submissions/state/findings", data=given, **HTTPS).location
    )
    assert "id/magetan/evidence" not in told  # what is there already is called by its name


def test_the_address_of_a_page_stands_for_its_thing(
    curator: FlaskClient, kg: KnowledgeGraph
) -> None:
    form = curator.get("/submissions/state/findings?lang=en", **HTTPS).text
    about = "http://localhost:8000/page/id/magetan/program/empowerment?lang=id"
    aspect = "sustainability/financial"
    given = {**FINDING, "about": about, "aspect": aspect, "key": key(form)}
    location = curator.post("/submissions/state/findings", data=given, **HTTPS).location
    shown = settled(curator, location)
    assert "Programs formed to empower batik SMEs" in shown  # before anything is stored
    answered(curator, location, shown, store="1")
    finding = terms.thing("magetan", "finding", "kepercayaan-antardinas")
    program = terms.thing("magetan", "program", "empowerment")
    assert (finding, CG.about, program) in kg.construct(f"CONSTRUCT WHERE {{ <{finding}> ?p ?o }}")


def test_a_form_comes_back_as_it_was_filled_in(curator: FlaskClient) -> None:
    form = curator.get("/submissions/state/findings?lang=en", **HTTPS).text
    wrong = {**FINDING, "about": "that program", "key": key(form)}
    location = curator.post("/submissions/state/findings", data=wrong, **HTTPS).location
    back = re.search(r'class="button" href="([^"]*)"', settled(curator, location))
    assert back
    again = curator.get(html.unescape(back[1]), **HTTPS).text
    assert "Trust between agencies is weak." in again
    assert 'value="that program"' in again
    assert re.search(r'value="aspect/communication" checked', again)


def test_a_file_that_went_no_further_is_mended_on_the_page(
    curator: FlaskClient, kg: KnowledgeGraph
) -> None:
    path, shown = looked_at(curator, BROKEN)
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", shown, re.DOTALL)
    assert text
    assert html.unescape(text[1]).strip() == BROKEN.strip()
    mended = answered(curator, path, shown, again="1", **{"text-0": PLAIN})
    assert "Everything is in order" in mended
    assert "New Centre" in mended
    assert curator.get(path, **HTTPS).status_code == 404


def test_a_submission_is_taken_back_on_its_page_by_a_curator(
    app: Flask, curator: FlaskClient, kg: KnowledgeGraph
) -> None:
    path, shown = looked_at(curator, PLAIN)
    done = answered(curator, path, shown, store="1")
    found = re.search(r'href="(/submissions/magetan/actor-\w+)', done)
    assert found
    page = curator.get(f"{found[1]}?lang=en", **HTTPS).text
    assert app.test_client().post(found[1], **HTTPS).status_code in (401, 403)
    assert curator.post(found[1], **HTTPS).status_code in (400, 403)  # no key of a form
    version = kg.version
    assert curator.post(found[1], data={"key": key(page)}, **HTTPS).status_code == 303
    assert kg.version == version + 1
    after = curator.get(f"{found[1]}?lang=en", **HTTPS).text
    assert "taken back" in after
    assert "nothing of it is in the graph" in after
    assert "Take it back now" not in after
    # What others rest on stays; the page says what they are, once each, in its language.
    study = re.search(r'href="(/submissions/magetan/study-\w+)', curator.get("/submissions").text)
    assert study
    told = curator.post(f"{study[1]}?lang=en", data={"key": key(page)}, **HTTPS)
    assert told.status_code == 422 and kg.version == version + 1
    assert "rest on what would go" in told.text and "Studi yang memuat" not in told.text
    assert told.text.count("It is not stated which study this belongs to") == 1
    assert f'href="{study[1]}?lang=en"' in told.text


INFORMANT = (
    PLAIN
    + f"""
<https://w3id.org/rembug/id/magetan/informant/p9> a cg:Informant ; cg:pseudonym "P9" ;
    cg:inStudy <https://w3id.org/rembug/id/magetan/study/magetan> ;
    cg:speaksFor <https://w3id.org/rembug/id/magetan/actor/new> ;
    cg:consent <{terms.CONSENT.paraphrase}> .
"""
)


def test_what_earlier_versions_tell_of_informants_is_decided_on_the_page_or_in_a_header(
    app: Flask, curator: FlaskClient, kg: KnowledgeGraph, tmp_path: Path
) -> None:
    (tmp_path / "actor.ttl").write_text(INFORMANT)
    [iri] = submissions.add(kg, [tmp_path / "actor.ttl"], "magetan").added
    version, page = kg.version, "/submissions/" + iri.removeprefix(terms.GRAPH)
    shown = curator.get(f"{page}?lang=en", **HTTPS).text
    assert 'name="earlier" value="forget" required' in shown
    assert curator.post(page, data={"key": key(shown)}, **HTTPS).status_code == 428
    client = app.test_client()
    headers = {"Authorization": f"Bearer {(tmp_path / 'kurator').read_text()}"}
    path = "/graph/" + iri.removeprefix(terms.GRAPH)
    told = client.delete(path, headers=headers)
    assert (told.status_code, "Rembug-Earlier" in told.json["detail"]) == (428, True)
    headers["Rembug-Earlier"] = "perhaps"
    assert client.delete(path, headers=headers).status_code == 400
    with (
        command.make_context(
            "rembug", ["revert", iri, "--store", str(tmp_path / "store")]
        ) as context,
        pytest.raises(EarlierVersions),
    ):
        command.invoke(context)
    assert kg.version == version
    form = {"key": key(shown), "earlier": "forget"}
    assert curator.post(page, data=form, **HTTPS).status_code == 303
    for then, status in ((version, 404), (kg.version, 200)):
        for room in ("/sparql?query=ASK%7B%7D&", "/?"):
            assert client.get(f"{room}version={then}").status_code == status


def test_a_template_says_what_its_cells_take(browser_of: FlaskClient) -> None:
    import openpyxl

    answer = browser_of.get("/submissions/template/findings.xlsx?lang=id")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data))["findings"]
    prompts = [rule.prompt for rule in sheet.data_validations.dataValidation if rule.prompt]
    assert any("program/pelatihan" in prompt and "titik koma" in prompt for prompt in prompts)
    plain = browser_of.get("/submissions/template/ties.csv?lang=en")
    assert plain.data.decode("utf-8-sig").startswith("code,from,to")
    assert browser_of.get("/submissions/template/opinions.csv").status_code == 404


@pytest.fixture
def browser_of(app: Flask) -> FlaskClient:
    return app.test_client()


def test_what_is_stated_wrongly_says_what_is_wrong(curator: FlaskClient) -> None:
    form = curator.get("/submissions/state/findings?lang=en", **HTTPS).text
    wrong = {**FINDING, "about": "that program", "key": key(form)}
    location = curator.post("/submissions/state/findings", data=wrong, **HTTPS).location
    assert "nothing here is called “that program”" in settled(curator, location)
    form = curator.get("/submissions/state/findings?lang=id&study=magetan", **HTTPS).text
    for label in ("tentang", "aspek"):
        assert re.search(rf'{label} <span class="note">\(wajib diisi\)', form)
    empty = {**FINDING, "about": "", "aspect": "", "key": key(form)}
    to = curator.post("/submissions/state/findings?lang=id", data=empty, **HTTPS).location
    settled(curator, to.partition("?")[0])
    told = curator.get(to, **HTTPS).text
    assert "<li>tentang: kosong, padahal wajib diisi</li>" in told
    assert "<li>aspek: kosong, padahal wajib diisi</li>" in told
    assert ".csv:2" not in told
    nameless = {**FINDING, "code": "!", "key": key(form)}
    assert curator.post("/submissions/state/findings", data=nameless, **HTTPS).status_code == 400
    assert curator.get("/submissions/state/opinions", **HTTPS).status_code == 404


def test_nobody_but_a_curator_states_anything(app: Flask, tmp_path: Path) -> None:
    for name in ("", "baca"):
        client = app.test_client()
        if name:
            sign_in(client, (tmp_path / name).read_text())
        page = client.get("/submissions/state/findings", **HTTPS).text
        assert "<textarea" not in page
        response = client.post("/submissions/state/findings", data=FINDING, **HTTPS)
        assert response.status_code in (401, 403)


def test_researchers_see_how_far_coders_agree(
    app: Flask, kg: KnowledgeGraph, tmp_path: Path
) -> None:
    coded(kg, tmp_path, FIRST, SECOND)
    client = app.test_client()
    assert "0.10" not in client.get("/agreement?lang=en&study=uji", **HTTPS).text
    sign_in(client, (tmp_path / "baca").read_text())
    assert "<td" not in client.get("/agreement?lang=en", **HTTPS).text
    told = {
        lang: client.get(f"/agreement?lang={lang}&study=uji", **HTTPS).text for lang in ("en", "id")
    }
    assert "0.10" in told["en"] and "0,10" in told["id"]  # alpha 0.095
    json = {"headers": {"Accept": "application/json"}, "base_url": HTTPS["base_url"]}
    found = client.get("/agreement?study=uji", **json)
    assert found.json is not None and found.json[0]["passages"] == 10
    assert "two coders" in client.get("/agreement?lang=en&study=magetan", **HTTPS).text
    assert client.get("/agreement?study=none", **HTTPS).status_code == 404


def test_a_curators_uploads_do_not_push_out_anothers_and_a_withdrawal_reaches_them(
    kg: KnowledgeGraph, tmp_path: Path
) -> None:
    staging = Staging(kg, tmp_path / "staged")

    def bring(caller: str) -> Staged:
        return staging.stage([("a.ttl", io.BytesIO(b"not turtle"))], "s", caller, wait=True)

    first, others = bring("one"), bring("two")
    for _ in range(16):
        bring("two")
    assert staging.of(first.id, "one") is first
    with pytest.raises(UnknownName):
        staging.of(others.id, "two")
    kg.commit(Change(forget=True), kg.version)
    assert not list((tmp_path / "staged").iterdir())


def test_so_many_uploads_of_a_curator_are_checked_at_a_time_and_others_go_on(
    kg: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging, go_on = Staging(kg, tmp_path / "staged"), threading.Event()
    monkeypatch.setattr("rembug.changes.staging.read_files", lambda *_: go_on.wait() and Found())

    def bring(caller: str) -> Staged:
        return staging.stage([("a.ttl", io.BytesIO(b""))], "s", caller)

    brought = [bring("one") for _ in range(16)]
    before = sorted((tmp_path / "staged").iterdir())
    with pytest.raises(TooMany, match="16 uploads of yours"):
        bring("one")
    assert sorted((tmp_path / "staged").iterdir()) == before
    brought.append(bring("two"))
    assert all(staging.of(one.id, one.caller) is one for one in brought)
    go_on.set()
    over = time.monotonic() + 60
    while any(one.busy for one in brought):
        assert time.monotonic() < over
        time.sleep(0.01)
    bring("one")


def test_what_tells_what_is_restricted_is_for_those_who_may_read_it(
    app: Flask, tmp_path: Path
) -> None:
    """The names of files, and the size of the store."""
    client = app.test_client()
    reader, curator = (
        {"Authorization": f"Bearer {(tmp_path / name).read_text()}"} for name in ("baca", "kurator")
    )
    assert "rembug_quads" not in client.get("/metrics").text
    assert "rembug_commits" in client.get("/metrics").text
    assert "rembug_quads" in client.get("/metrics", headers=reader).text
    form = {"file": (io.BytesIO(PLAIN.encode()), "Bu Sulastri.ttl"), "study": "magetan"}
    headers = {**curator, "Slug": "Sentra%20baru"}
    stored = client.post("/submissions", data=form, headers=headers)
    assert "/submissions/magetan/sentra-baru-" in stored.location
    assert "Sulastri" not in client.get("/submissions?lang=en", headers={"Accept": BROWSER}).text


def test_what_is_staged_is_gone_when_the_service_ends(tmp_path: Path) -> None:
    def staged() -> list[Path]:
        return list((tmp_path / "store").rglob("*.ttl"))

    settings = Settings(tokens=str(tmp_path / "tokens.json"))
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        staging = web.create_app(graph, settings).extensions["rembug"]["staging"]
        staging.stage([("a.ttl", io.BytesIO(b"kata"))], "s", "one", wait=True)
        [file] = staged()
        with KnowledgeGraph.open(str(tmp_path / "store")) as beside:  # as `rembug publish` does
            web.create_app(beside, settings)
        assert staged() == [file]
    assert not staged()
    file.parent.mkdir(parents=True)  # as a service leaves it that is killed
    file.write_text("kata")
    with KnowledgeGraph.open(str(tmp_path / "store")):
        assert not staged()


def test_a_store_folder_that_others_could_enter_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir(mode=0o755)
    with KnowledgeGraph.open(str(tmp_path / "store")):
        assert (tmp_path / "store").stat().st_mode & 0o077 == 0


def test_what_excel_wrote_is_mended_on_the_page_and_the_preview_speaks_of_things(
    curator: FlaskClient,
) -> None:
    """A table in Windows-1252 comes back as text; kinds and things have their names."""
    form_key = key(curator.get("/submissions?lang=en", **HTTPS).text)
    body = "kode,nama\r\nbaru,Kafé Baru\r\n".encode("cp1252")
    form = {"file": (io.BytesIO(body), "aktor.csv"), "study": "magetan", "key": form_key}
    sent = curator.post("/submissions", data=form, content_type="multipart/form-data", **HTTPS)
    stuck = settled(curator, sent.location)
    assert 'name="text-0"' in stuck and "Kafé Baru" in stuck
    path, _ = looked_at(curator, PLAIN)
    shown = curator.get(path, query_string={"lang": "id"}, **HTTPS).text
    assert "CraftCentre" not in shown
    assert "Sentra kerajinan" in shown
    stored = answered(curator, path, shown, store="1")
    assert ">/submissions/" not in stored
    assert "/page/id/magetan/study/magetan" in stored[stored.index("<main") :]


def test_what_was_taken_back_is_no_last_change_of_its_study(
    curator: FlaskClient, kg: KnowledgeGraph
) -> None:
    path, shown = looked_at(curator, PLAIN)
    done = answered(curator, path, shown, store="1")
    study = "/page/id/magetan/study/magetan?lang=id"
    told = curator.get(study, **HTTPS).text
    assert "actor.ttl" in told
    assert 'href="/page/id/magetan/study/magetan' in done
    (iri,) = (
        str(row["submission"])
        for row in kg.rows(
            "PREFIX dcterms: <http://purl.org/dc/terms/> "
            'SELECT ?submission { ?submission dcterms:title "actor.ttl" }'
        )
    )
    submissions.revert(kg, iri, agent="kurator")
    assert "actor.ttl" not in curator.get(study, **HTTPS).text


def test_several_are_taken_back_together_after_a_look_at_what_goes(
    curator: FlaskClient, kg: KnowledgeGraph
) -> None:
    there = curator.get("/submissions?lang=en", **HTTPS).text
    names = re.findall(r'name="submission" value="(magetan/[^"]+)"', there)
    assert len(names) == 3  # those that rest on each other, so that none goes alone
    version = kg.version
    shown = curator.get("/submissions/revert", query_string={"submission": names}, **HTTPS).text
    assert kg.version == version
    assert all(f'value="{name}"' in shown for name in names)
    assert re.search(r"\d+ (?:temuan|findings)", shown)
    form = {"submission": names, "key": key(shown), "earlier": "keep"}
    assert curator.post("/submissions/revert", data=form | {"key": ""}, **HTTPS).status_code == 403
    alone = curator.post("/submissions/revert", data=form | {"submission": names[2:]}, **HTTPS)
    done = curator.post("/submissions/revert", data=form, **HTTPS)
    assert (alone.status_code, done.status_code) == (422, 303)
    assert kg.version == version + 1
    again = curator.get(done.location, **HTTPS).text
    said = re.search(r'role="status">(.*?)</div>', again, re.DOTALL)
    assert said
    assert "Sudah ditarik kembali" in said[1]
    places = re.findall(r'href="([^"]+)"', said[1])
    assert len(places) == len(names)
    assert "Berkasnya dapat dikirim lagi" in curator.get(places[0], **HTTPS).text
    assert not re.findall(r'name="submission" value="magetan/', again)
    assert 'role="status"' not in curator.get("/submissions?taken=magetan/nothing", **HTTPS).text
    assert curator.get("/submissions/revert", **HTTPS).status_code == 400
    assert curator.post("/submissions/revert", data=form, **HTTPS).status_code == 404


@pytest.mark.parametrize("ending", [False, True])
def test_an_upload_that_nobody_waits_for_is_ended_and_leaves_nothing(
    app: Flask, kg: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: bool
) -> None:
    """Whether its caller has left, or the service ends; what was stored before is as it was."""
    monkeypatch.setattr(deadline, "_NOW_AND_THEN", 0)
    served, before = server._Counted(app), kg.version
    served.until = 0 if ending else math.inf
    response = Client(served).post(
        "/submissions",
        data={"file": (io.BytesIO(PLAIN.encode()), "actor.ttl"), "study": "magetan"},
        headers={"Authorization": f"Bearer {(tmp_path / 'kurator').read_text()}"},
        environ_overrides={"waitress.client_disconnected": lambda: not ending},
    )
    assert response.status_code == (503 if ending else 499)
    if ending:
        assert "nothing of this was stored" in response.json["detail"]  # type: ignore[index]
    assert kg.version == before
    assert not app.extensions["rembug"]["staging"]._staged
    assert not list(tmp_path.rglob("actor.ttl"))
