"""What holds for every page: language, security headers, what it links to, errors."""

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from rdflib import DCTERMS, RDF, RDFS, Graph, Literal, URIRef

import rembug.web
from rembug import terms, web
from rembug.changes import studies, submissions
from rembug.errors import TooLong, Words
from rembug.graph import Change, KnowledgeGraph, Rows, Term
from rembug.settings import Settings
from rembug.web import operations
from rembug.web.lists import LISTS
from rembug.web.words import percent, shown, word

from .conftest import Page

WEB = Path(rembug.web.__file__).parent
PAGES = [
    "/",
    "/queries",
    "/queries/element-ratings",
    "/queries/weak-communication",
    "/sparql",
    "/links",
    "/map",
    "/compare",
    "/qca",
    "/network",
    "/dataset",
    "/page/ontology",
    "/ontology/guide",
    "/page/id/contoh/program/pelatihan",
    "/page/scheme/deseve",
    "/nothing-here",
    *(f"/{name}" for name in LISTS),
]


class Outline(HTMLParser):
    """What a page is made of, as far as the tests ask."""

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.fields: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        if tag == "html":
            self.language = named["lang"] or ""
        if tag == "a":
            self.links.append(named["href"] or "")
        if tag == "label":
            self.labels.append(named["for"] or "")
        if tag in ("input", "select", "textarea") and named.get("type") != "hidden":
            self.fields.append(named)
        if named.get("id"):
            self.ids.append(str(named["id"]))
        if tag == "script":
            assert str(named["src"]).startswith("/static/")
            assert "defer" in named
        assert "style" not in named
        assert not any(name.startswith("on") for name in named)


def outline(text: str) -> Outline:
    parser = Outline()
    parser.feed(text)
    return parser


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("lang", "other"), [("id", "en"), ("en", "id")])
def test_a_page_says_its_language_and_offers_the_other(
    browser: FlaskClient, path: str, lang: str, other: str
) -> None:
    response = browser.get(f"{path}?lang={lang}")
    page = outline(response.text)
    assert page.language == lang
    assert response.headers["Content-Language"] == lang
    assert {"Accept", "Accept-Language"} <= set(response.vary.to_header().split(", "))
    assert any(link.endswith(f"lang={other}") for link in page.links)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound_html(browser: FlaskClient, path: str) -> None:
    response = browser.get(path)
    page = outline(response.text)
    assert page.tags.count("h1") == 1
    assert page.tags.count("main") == 1
    # The search field's; an editor's and what prints come on top.
    printed = "data-print" in response.text
    assert page.tags.count("script") == {"/sparql": 3}.get(path, 1 + printed)
    assert page.links[0] == "#main"
    assert len(page.ids) == len(set(page.ids))
    assert {str(field["id"]) for field in page.fields} <= set(page.labels)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "id"),
        ("en", "en"),
        ("en-US,en;q=0.9", "en"),
        ("id;q=0.4, en;q=0.6", "en"),
        ("id;q=0.6, en;q=0.4", "id"),
        ("fr, de;q=0.8", "id"),
    ],
)
def test_accept_language_decides_where_nothing_is_said(
    browser: FlaskClient, header: str, language: str
) -> None:
    response = browser.get("/", headers={"Accept-Language": header})
    assert outline(response.text).language == language
    assert "Set-Cookie" not in response.headers


def test_links_keep_a_language_that_was_asked_for_and_only_then(browser: FlaskClient) -> None:
    for path in ("/", "/queries", "/page/id/contoh/program/pelatihan"):
        inner = [u for u in outline(browser.get(f"{path}?lang=en").text).links if u[:1] == "/"]
        pages = [u for u in inner if "." not in u.partition("?")[0].rpartition("/")[2]]
        kept = [u for u in pages if "lang=" in u]
        assert len(kept) >= len(pages) - 1, set(pages) - set(kept)
        plain = [u for u in outline(browser.get(path).text).links if "lang=" in u]
        assert len(plain) == 1  # the switch


@pytest.mark.parametrize("lang", ["id", "en"])
def test_no_link_leads_nowhere(browser: FlaskClient, lang: str) -> None:
    seen: set[str] = set()
    for path in PAGES:
        for link in outline(browser.get(f"{path}?lang={lang}").text).links:
            target = link.partition("#")[0]
            if target.startswith("/") and target not in seen:
                seen.add(target)
                status = browser.get(target).status_code
                assert status == 200 or target.startswith("/nothing-here"), f"{path}: {target}"
    assert len(seen) > 150


@pytest.mark.parametrize("path", [*PAGES, "/static/style.css", "/sparql?query=ASK{}", "/id/x/y/z"])
def test_every_answer_has_the_strict_headers(browser: FlaskClient, path: str) -> None:
    headers = browser.get(path).headers
    policy = headers["Content-Security-Policy"]
    for rule in (
        "default-src 'none'",
        "style-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ):
        assert rule in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_data_can_be_read_by_pages_of_other_sites(client: FlaskClient) -> None:
    for path in ("/sparql?query=ASK{}", "/queries/indicators.csv", "/.well-known/void"):
        assert client.get(path).headers["Access-Control-Allow-Origin"] == "*"
    preflight = client.options("/sparql", headers={"Access-Control-Request-Method": "POST"})
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]


def test_the_landing_page_answers_the_first_question(
    browser: FlaskClient, client: FlaskClient
) -> None:
    question = "programs-lacking-sustainability-evidence"
    found = client.get(f"/queries/{question}.json").json["results"]["bindings"]
    page = browser.get("/?lang=id").text
    assert "Program mana yang belum memiliki bukti keberlanjutan?" in page
    assert f"<strong>{len(found)}</strong></a> dari" in page
    assert f'href="/queries/{question}?lang=id"' in page


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("id", ["9 temuan, 16 bukti, 1 sumber", "2 angka", "1 program, 2 kebijakan, 6 aktor"]),
        ("en", ["9 findings, 16 pieces of evidence, 1 source", "2 figures"]),
    ],
)
@pytest.mark.parametrize("path", ["/", "/page/id/magetan/study/magetan"])
def test_what_changed_lately_says_what_came_in(
    magetan_browser: FlaskClient, path: str, lang: str, said: list[str]
) -> None:
    page = magetan_browser.get(f"{path}?lang={lang}").text
    lately = page[page.index('id="lately"') :].partition("</section>")[0]
    links = dict(re.findall(r'<a href="(/submissions/[^"]+)">([^<]+)</a>', lately))
    assert set(said) <= set(links.values())
    for link in links:
        assert magetan_browser.get(link).status_code == 200


@pytest.mark.parametrize("lang", ["id", "en"])
def test_what_changed_lately_says_what_was_taken_back(
    magetan_copy: Path, tmp_path: Path, lang: str
) -> None:
    """With several studies, since one alone shows what is in it."""
    actor, study = terms.thing("magetan", "actor", "baru"), terms.study("magetan")
    file = tmp_path / "actor.ttl"
    file.write_text(
        f"<{actor}> a <{terms.CG.CraftCentre}> ; <{terms.CG.inStudy}> <{study}> ; "
        f'<{RDFS.label}> "Sentra Baru"@id, "New Centre"@en .'
    )
    with KnowledgeGraph.own(str(magetan_copy)) as graph:
        submissions.submit(graph, [studies.describe("lain", title_en="Other", title_id="Lain")])
        (added,) = submissions.add(graph, [file], "magetan").added
        submissions.revert(graph, str(added))
        page = web.create_app(graph, Settings()).test_client().get(f"/?lang={lang}").text
    said = {"id": "ditarik kembali:", "en": "taken back:"}[lang]
    assert page.count(f'{said} <a href="/submissions/magetan/actor-') == 2  # at the top, and below
    assert not re.search(r"<a [^>]*></a>", page.partition('<main id="main">')[2])


def test_the_words_of_findings_are_explained_where_they_are_used(
    magetan_browser: FlaskClient,
) -> None:
    for path in ("/", "/findings", "/page/id/magetan/study/magetan"):
        page = magetan_browser.get(f"{path}?lang=id").text
        told = page[page.index('class="meanings"') :].partition("</details>")[0]
        assert "berbeda dari tidak ada bukti" in told
        assert "bersandar pada dua jenis sumber" in told


def test_studies_without_findings_are_shown_after_those_with(magetan_copy: Path) -> None:
    with KnowledgeGraph.own(str(magetan_copy)) as graph:
        submissions.submit(graph, [studies.describe("aaa", title_en="Aaa", title_id="Aaa")])
        page = web.create_app(graph, Settings()).test_client().get("/?lang=id").text
    shown = page[page.index('id="studies"') :].partition("</section>")[0]
    assert shown.index("study/magetan") < shown.index("study/aaa")


def test_every_count_on_the_landing_page_is_that_of_its_list(magetan_browser: FlaskClient) -> None:
    page = magetan_browser.get("/").text
    contents = page[page.index('id="contents"') :].partition("</section>")[0]
    counts = dict(re.findall(r'<a href="/([^"]+)"><strong>(\d+)</strong>', contents))
    # There are no review findings; advice is counted by itself.
    lists = [name.partition("?")[0] for name in counts]
    assert sorted(lists) == sorted([*(set(LISTS) - {"reviews"}), "findings"])
    for name, number in counts.items():
        table = magetan_browser.get(f"/{name}").text
        assert len(set(re.findall(r"<tr[^>]*>\s*<td[^>]*><a href=\"([^\"]*)\"", table))) == int(
            number
        ), name


def test_an_error_is_a_page_for_browsers_and_a_problem_for_programs(
    browser: FlaskClient, client: FlaskClient
) -> None:
    page = browser.get("/nothing-here?lang=id")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "Tidak ada hal seperti itu di sini" in page.text
    problem = client.get("/nothing-here")
    assert problem.content_type == "application/problem+json"
    assert set(problem.json) >= {"type", "title", "status", "detail"}
    assert client.post("/queries").status_code == 405


def test_an_unexpected_error_is_logged_whole_and_tells_nothing(app, caplog) -> None:  # type: ignore[no-untyped-def]
    def broken() -> None:
        raise ZeroDivisionError("kept from the caller")

    other = rembug.web.create_app(app.extensions["rembug"]["graph"], Settings())
    other.add_url_rule("/broken", view_func=broken)
    response = other.test_client().get("/broken")
    assert response.status_code == 500
    assert "kept" not in response.text
    assert "ZeroDivisionError: kept from the caller" in caplog.text


def test_a_browser_is_led_from_the_description_for_programs_to_the_page(
    client: FlaskClient,
) -> None:
    answer = client.get("/.well-known/void?lang=id", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.location) == (303, "/dataset?lang=id")
    asked = client.get("/.well-known/void?format=turtle", headers={"Accept": "text/html"})
    assert asked.mimetype == "text/turtle"


def test_the_descriptions_name_dataset_endpoint_and_studies(client: FlaskClient) -> None:
    for path in ("/.well-known/void", "/dataset?format=turtle"):
        graph = Graph().parse(data=client.get(path).data, format="turtle")
        whole = URIRef("https://w3id.org/rembug/")
        void = "http://rdfs.org/ns/void#"
        (endpoint,) = graph.objects(whole, URIRef(void + "sparqlEndpoint"))
        assert str(endpoint) == "http://localhost/sparql"
        (triples,) = graph.objects(whole, URIRef(void + "triples"))
        assert int(triples) > 1000
        study = URIRef("https://w3id.org/rembug/id/contoh/study/contoh")
        assert (study, RDF.type, URIRef("http://www.w3.org/ns/dcat#Dataset")) in graph
        assert (study, RDF.type, URIRef("https://schema.org/Dataset")) in graph
    assert client.get("/dataset", headers={"Accept": "application/ld+json"}).json


def test_the_page_of_the_data_lists_what_was_brought_in(kg: KnowledgeGraph) -> None:
    data = terms.thing("wilayah", "dataset", "wilayah")
    graph = Graph()
    graph.add((data, RDF.type, terms.CG.LinkedDataset))
    graph.add((data, RDFS.label, Literal("Daftar wilayah")))
    graph.add((data, DCTERMS.rights, Literal("Lisensi tidak dinyatakan", lang="id")))
    graph.add((data, DCTERMS.issued, Literal("2024")))
    kg.commit(Change(replace={terms.submission_graph("wilayah", "daftar"): graph}))
    page = Page(web.create_app(kg, Settings())).get("/dataset?lang=id").text
    rows = page.partition("Himpunan data yang dimasukkan dari luar</h2>")[2]
    for text in ("Daftar wilayah", "Lisensi tidak dinyatakan", "2024", "penerbit"):
        assert text in rows


def test_probes_answer(client: FlaskClient) -> None:
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 200


def test_probes_try_the_gate_once_a_while_and_a_failure_each_time(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[bool] = []

    def prepare() -> None:
        tried.append(True)
        if len(tried) < 3:
            raise TooLong(Words("it does not judge", "tidak memeriksa"))

    monkeypatch.setattr(operations.gate, "prepare", prepare)
    monkeypatch.setattr(operations, "_TRIED", 10**9)
    operations._try_the_gate.cache_clear()
    assert [client.get("/health/ready").status_code for _ in range(5)] == [503, 503, 200, 200, 200]
    assert len(tried) == 3
    operations._try_the_gate.cache_clear()


STRINGS = tomllib.loads((WEB / "translations.toml").read_text(encoding="utf-8"))
KEYS = {f"{section}.{key}" for section, keys in STRINGS.items() for key in keys}
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in [*(WEB / "templates").rglob("*.html"), *WEB.rglob("*.py")]
)
# `t("nav.home")`, `translate("nav.home")`; `t("nav." ~ path)` uses all of a section.
USED = set(re.findall(r"""\b(?:t|translate)\(["']([\w.-]+)["']""", SOURCES))
OPEN = set(re.findall(r'\bt\("(\w+)\." ~', SOURCES)) | set(re.findall(r'f"(\w+)\.\{', SOURCES))
OPEN |= set(re.findall(r'begin = "(\w+)\."', SOURCES))
NAMED = set(re.findall(r'\bname\("(\w+)"', SOURCES))


def test_every_string_stands_in_both_languages() -> None:
    for section, keys in STRINGS.items():
        for key, texts in keys.items():
            assert set(texts) == {"en", "id"}, f"{section}.{key}"
            assert all(texts.values()), f"{section}.{key}"
            places = [set(re.findall(r"\{\w+\}", text)) for text in texts.values()]
            assert places[0] == places[1], f"{section}.{key}"


def test_every_string_that_is_used_exists() -> None:
    assert {key for key in USED if not key.endswith(".")} <= KEYS


def test_no_string_is_unused() -> None:
    whole_sections = OPEN | NAMED
    unused = {k for k in KEYS - USED if k.partition(".")[0] not in whole_sections}
    plain = {k for k in KEYS if f'"{k}"' in SOURCES}
    assert unused - plain == set()


def test_every_column_tag_and_word_of_the_catalogue_has_a_name(
    browser: FlaskClient,
    app,  # type: ignore[no-untyped-def]
) -> None:
    from rembug.graph import Rows
    from rembug.web.tables import table

    catalogue, graph = (app.extensions["rembug"][key] for key in ("catalogue", "graph"))
    assert set(catalogue.tags) <= set(STRINGS["tag"])
    for query in catalogue.values():
        answer = graph.answer(query.bind({}))
        if answer.kind == "solutions":
            columns = {column.variable for column in table(Rows.from_json(answer.body)).columns}
            assert columns <= set(STRINGS["column"]), query.name


def test_a_part_that_comes_too_late_is_said_to_be_and_nothing_is_shown_for_it(
    contoh: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Page(rembug.web.create_app(contoh, Settings()))  # that has given no answer yet
    rows = contoh.rows

    def late(query: str, *about: object) -> Rows:
        if "?supporting" in query or "?bearing" in query:  # the question, trace
            raise TooLong(Words("it was ended", "dihentikan"))
        return rows(query, *about)  # type: ignore[arg-type]

    monkeypatch.setattr(contoh, "rows", late)
    for language, words in (("en", "not answered in time"), ("id", "tidak terjawab pada waktunya")):
        for path in ("/page/id/contoh/study/contoh", "/page/id/contoh/finding/f1"):
            answer = browser.get(f"{path}?lang={language}")
            assert answer.status_code == 200
            assert words in answer.text
    assert 'class="figure"' not in browser.get("/page/id/contoh/study/contoh").text
    assert 'class="figure"' in browser.get("/").text  # which counts in the index


def test_an_address_of_nothing_is_told_in_the_readers_language(browser: FlaskClient) -> None:
    shown = browser.get("/tidak-ada?lang=id")
    assert shown.status_code == 404
    assert "Tidak ada apa-apa di alamat ini" in shown.text
    assert "requested URL" not in shown.text


def test_large_numbers_have_groups_and_years_have_none(app: Flask) -> None:
    def told(text: str, language: str, kind: str = "integer") -> str:
        with app.test_request_context(f"/?lang={language}"):
            g.lang = language
            datatype = f"http://www.w3.org/2001/XMLSchema#{kind}"
            return shown(Term("literal", text, datatype=datatype))

    assert told("140048", "id") == "140.048"
    assert told("140048.5", "en", "decimal") == "140,048.5"
    assert told("2023", "id") == "2023"
    assert told("0.90471", "id", "decimal") == "0,9047"
    assert told("INF", "id", "double") == "INF"
    with app.test_request_context("/"):
        for language, little in (("id", "0,4%"), ("en", "0.4%")):
            g.lang = language
            shares = [percent(Term("literal", text)) for text in ("0.9145", "0.004", "1")]
            assert shares == ["91%", little, "100%"]


def test_a_reason_in_both_languages_is_told_in_one(app: Flask) -> None:
    reason = Term("literal", "same name | nama sama; same place | tempat sama")
    for language, told in (("id", "nama sama; tempat sama"), ("en", "same name; same place")):
        with app.test_request_context("/"):
            g.lang = language
            assert word(reason) == told


def test_the_menu_leads_to_reviews_and_truth_tables(browser: FlaskClient) -> None:
    page = browser.get("/?lang=id").text
    menu = page[page.index('class="menu"') : page.index("</nav>")]
    assert "/reviews?" in menu and "/qca?" in menu
