"""Every IRI of ours leads to its page or its data, whatever the host is called."""

import gzip
import html
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from rdflib import DCTERMS, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from werkzeug.urls import iri_to_uri

from rembug import terms, web
from rembug.changes import studies, submissions
from rembug.graph import Change, KnowledgeGraph, as_graph
from rembug.settings import Settings
from rembug.terms import CG
from tests.service import serving
from tests.web.conftest import Page

FINDING = "/id/contoh/finding/f2"
PROGRAM = "/id/contoh/program/pelatihan"
ABSTRACT = "https://w3id.org/rembug/id/magetan/document/abstract"


@pytest.mark.parametrize("path", [PROGRAM, "/scheme/deseve", "/scheme/rating/weak", "/ontology"])
@pytest.mark.parametrize(
    ("accept", "ending"),
    [
        ("text/html", ""),
        ("*/*", ""),
        ("text/turtle", ".ttl"),
        ("application/ld+json", ".jsonld"),
        ("application/rdf+xml, text/html;q=0.5", ".rdf"),
        ("application/n-triples", ".nt"),
    ],
)
def test_an_iri_redirects_to_what_the_caller_reads(
    client: FlaskClient, path: str, accept: str, ending: str
) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert response.status_code == 303
    assert response.location == f"/page{path}{ending}"
    assert "Accept" in response.vary
    assert client.get(response.location).status_code == 200


def test_what_nobody_writes_is_406(client: FlaskClient) -> None:
    assert client.get(PROGRAM, headers={"Accept": "image/png"}).status_code == 406


def test_a_redirect_keeps_the_language(browser: FlaskClient) -> None:
    assert browser.get(f"{PROGRAM}?lang=en").location == f"/page{PROGRAM}?lang=en"


@pytest.mark.parametrize(
    ("ending", "syntax"),
    [("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml"), ("nt", "nt")],
)
def test_every_format_holds_the_same_triples(client: FlaskClient, ending: str, syntax: str) -> None:
    thing = terms.thing("contoh", "program", "pelatihan")
    found = Graph().parse(data=client.get(f"/page{PROGRAM}.{ending}").data, format=syntax)
    reference = Graph().parse(data=client.get(f"/page{PROGRAM}.nt").data, format="nt")
    assert set(found) == set(reference)
    assert (thing, None, None) in found
    assert (None, terms.CG.about, thing) in found


@pytest.mark.parametrize("host", ["localhost", "data.example.org:8443"])
def test_iris_in_data_stay_while_links_on_pages_are_local(browser: FlaskClient, host: str) -> None:
    page = browser.get(f"/page{PROGRAM}", headers={"Host": host}).text
    assert f"https://w3id.org/rembug{PROGRAM}" in page
    assert not re.search(r'href="https://w3id\.org/rembug', page)
    assert 'href="/page/id/contoh/actor/dinas-a"' in page
    data = browser.get(f"/page{PROGRAM}.nt", headers={"Host": host}).text
    assert f"<https://w3id.org/rembug{PROGRAM}>" in data
    assert host not in data


def test_a_finding_leads_to_its_passage_and_its_file(magetan_browser: FlaskClient) -> None:
    page = magetan_browser.get("/page/id/magetan/finding/sustainability-neglected?lang=en").text
    evidence = re.search(r'href="(/page/id/magetan/evidence/[^"]*)"', page)
    assert evidence
    assert 'href="/page/id/magetan/document/abstract?lang=en"' in page
    assert re.search(r"Indonesian:\s+paragraph 3, sentence 3", page)
    assert "findings.ttl" in page
    assert re.search(r"<code>[0-9a-f]{64}</code>", page)
    graph = re.search(r'href="(/page/graph/magetan/findings-[^"]*)"', page)
    assert graph
    submission = magetan_browser.get(graph[1])
    assert submission.status_code == 200
    assert "findings.ttl" in submission.text
    assert magetan_browser.get(evidence[1]).status_code == 200


def test_a_passage_is_given_in_every_language_that_has_it(magetan_browser: FlaskClient) -> None:
    page = magetan_browser.get("/page/id/magetan/finding/collaboration-not-optimal?lang=en").text
    assert re.search(r"Indonesian:\s+paragraph 3, sentence 1", page)
    assert re.search(r"English:\s+paragraph 3, sentence 1", page)


def test_a_program_shows_findings_with_evidence_both_ways(browser: FlaskClient) -> None:
    page = browser.get(f"/page{PROGRAM}?lang=en").text
    trace = page[page.index('id="trace"') : page.index('id="facts"')]
    assert "supported by" in trace
    assert "undermined by" in trace


def test_a_finding_without_evidence_says_so(browser: FlaskClient) -> None:
    page = browser.get("/page/id/contoh/finding/f8?lang=en").text
    assert "No evidence can be shown for this finding" in page
    recommendation = browser.get("/page/id/contoh/finding/r1?lang=en").text
    assert "Put someone in charge" in recommendation
    assert "for this finding" not in recommendation
    assert 'id="trace"' not in recommendation  # it has none, and needs none


def test_the_page_of_a_study_says_first_what_is_missing(magetan_browser: FlaskClient) -> None:
    page = magetan_browser.get("/page/id/magetan/study/magetan?lang=id").text
    parts = [page.index(f'<h2 id="{part}">') for part in ("gaps", "model", "quality", "cite")]
    assert page.index("Apa yang masih kurang") < parts[0]
    assert parts == sorted(parts)
    assert "Studi ini tidak memberikan rekomendasi." in page
    assert "judul dan penulis tidak disebutkan" in page[parts[-1] :]
    assert len(gzip.compress(page.encode())) < 30_000


def test_the_trail_ends_at_the_words_for_those_who_may_read_them_and_with_a_notice_for_others(
    kg: KnowledgeGraph,
) -> None:
    finding, item, place = (terms.thing("s", "x", name) for name in ("f", "e", "p"))
    quoted, oa = Graph(), Namespace("http://www.w3.org/ns/oa#")
    quoted.add((finding, RDF.type, CG.Finding))
    quoted.add((finding, RDFS.label, Literal("Temuan", lang="id")))
    quoted.add((item, RDF.type, CG.Evidence))
    quoted.add((item, CG.supports, finding))
    quoted.add((item, CG.selector, place))
    quoted.add((place, CG.paragraph, Literal(1)))
    asker = web.create_app(kg, Settings()).test_client()
    path = f"/page/{finding.removeprefix(terms.BASE)}?lang=id"
    headers = {"Accept": "text/html"}
    kg.commit(Change(replace={terms.submission_graph("s", "1"): quoted}))
    assert "Kata-kata sumber tidak ditampilkan" in asker.get(path, headers=headers).text
    for name, words in (("prefix", "Sebelum "), ("exact", "inti kalimat"), ("suffix", " sesudah")):
        quoted.add((place, oa[name], Literal(words)))
    kg.commit(Change(replace={terms.submission_graph("s", "1"): quoted}))
    shown = asker.get(path, headers=headers).text
    assert "Sebelum <mark>inti kalimat</mark> sesudah" in shown
    assert "Kata-kata sumber tidak ditampilkan" not in shown


def test_stated_and_inferred_facts_are_kept_apart(browser: FlaskClient) -> None:
    page = browser.get(f"/page{PROGRAM}?lang=en").text
    stated, inferred = page.split("Inferred facts", 1)
    assert "<bdi>led by</bdi>" in stated
    assert ">has actor</bdi>" in inferred
    assert ">has actor</bdi>" not in stated


def test_made_up_data_is_marked_on_its_page(
    browser: FlaskClient, magetan_browser: FlaskClient
) -> None:
    note = "belongs to a made-up study"
    assert note in browser.get(f"/page{PROGRAM}?lang=en").text
    page = magetan_browser.get("/page/id/magetan/finding/sustainability-neglected?lang=en").text
    assert note not in page


@pytest.mark.parametrize("lang", ["id", "en"])
def test_everything_in_the_shipped_study_has_a_page(
    magetan_browser: FlaskClient,
    magetan,
    lang: str,  # type: ignore[no-untyped-def]
) -> None:
    study = terms.study("magetan")
    rows = magetan.rows(f"SELECT DISTINCT ?s {{ ?s <{terms.CG.inStudy}> <{study}> }}")
    assert len(rows) > 40
    for row in rows:
        path = row["s"].value.removeprefix("https://w3id.org/rembug")
        response = magetan_browser.get(f"/page{path}?lang={lang}")
        assert response.status_code == 200, path


def test_an_accepted_link_shows_at_both_ends(browser: FlaskClient) -> None:
    ours, theirs = "/page/id/contoh/actor/sentra-b", "/page/id/daftar-usaha/record/7"
    assert f'href="{theirs}"' in browser.get(ours).text
    assert f'href="{ours}"' in browser.get(theirs).text
    for thing in (ours, theirs):
        iri = "https://w3id.org/rembug" + thing.removeprefix("/page")
        page = browser.get("/links", query_string={"thing": iri}).text
        assert f'href="{ours}"' in page
        assert f'href="{theirs}"' in page
    link_ = browser.get("/page/id/daftar-usaha/link/7?lang=id").text
    assert "<h1><bdi>Sentra B → Sentra Bambu B</bdi></h1>" in link_
    assert "<span>nama hampir sama</span>" in link_


def test_two_datasets_of_one_name_are_told_apart() -> None:
    with KnowledgeGraph.in_memory() as graph:
        told = Graph()
        for slug in ("usaha-2023", "usaha-2024"):
            dataset, record = terms.dataset(slug), terms.record(slug, "1")
            told += [(dataset, RDF.type, CG.LinkedDataset), (dataset, RDFS.label, Literal("Usaha"))]
            link_ = terms.thing(slug, "link", "1")
            told += [(link_, RDF.type, CG.Link), (link_, CG.linkRelation, Literal("closeMatch"))]
            told += [(link_, CG.linkSource, terms.thing("s", "actor", "a"))]
            told += [(link_, CG.linkTarget, record), (record, CG.inDataset, dataset)]
        graph.commit(Change({terms.links_graph("usaha"): told}))
        visitor = Page(web.create_app(graph, Settings()))
        for path, times in (("/links", 2), ("/dataset", 1)):
            page = visitor.get(f"{path}?lang=id").text
            for slug in ("usaha-2023", "usaha-2024"):
                assert page.count(f"Usaha ({slug})") == times, path


def test_a_graph_can_be_taken_whole(client: FlaskClient, contoh) -> None:  # type: ignore[no-untyped-def]
    name = next(g for g in contoh.graphs(0) if "/graph/contoh/" in g)
    path = name.removeprefix("https://w3id.org/rembug")
    found = as_graph(client.get(f"/page{path}.nt").data)
    assert set(found) == set(contoh.read([URIRef(name)]))


def test_the_ontology_page_has_every_class(browser: FlaskClient, client: FlaskClient) -> None:
    page = browser.get("/page/ontology?lang=en").text
    for term in ("Finding", "supports", "TriangulatedFinding"):
        assert f'<section id="{term}"' in page
    data = Graph().parse(data=client.get("/page/ontology.ttl").data, format="turtle")
    assert (terms.CG.Finding, None, None) in data


def test_an_unknown_thing_is_404_with_the_nearest(browser: FlaskClient) -> None:
    response = browser.get("/page/id/contoh/program/pelatihn?lang=en")
    assert response.status_code == 404
    assert f'href="/page{PROGRAM}?lang=en"><bdi>Training</bdi>' in response.text
    response = browser.get("/page/id/contoh/program/zzz?lang=en")  # all begin like it, and no more
    assert "The nearest names" not in response.text


@pytest.mark.parametrize(
    "path",
    [
        "/page/id/<script>alert(1)</script>",
        "/page/id/a%22%3E%7D%20DROP",
        "/page/id/a%0Ab",
        "/page/",
    ],
)
def test_a_hostile_path_finds_nothing_and_writes_nothing(browser: FlaskClient, path: str) -> None:
    response = browser.get(path)
    assert response.status_code == 404
    assert "<script" not in response.text.partition("<main")[2]


def test_a_literal_cannot_write_markup_or_a_link(kg) -> None:  # type: ignore[no-untyped-def]
    from rembug import web
    from rembug.graph import Change
    from rembug.settings import Settings

    thing = terms.thing("s", "finding", "x")
    evil = Graph()
    evil.parse(
        data=f"""@prefix cg: <{terms.CG}> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        <{thing}> a cg:Finding ; rdfs:label "<b>bold</b>"@id ; cg:about <javascript:alert(1)> .""",
        format="turtle",
    )
    kg.commit(Change(replace={terms.submission_graph("s", "x"): evil}))
    client = web.create_app(kg, Settings()).test_client()
    page = client.get("/page/id/s/finding/x", headers={"Accept": "text/html"}).text
    assert "<b>" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert 'href="javascript' not in page


def test_what_is_described_within_a_thing_is_on_its_page_and_in_its_data(
    kg: KnowledgeGraph, tmp_path: Path
) -> None:
    study = studies.describe("s", title_en="Study", title_id="Studi", start="2020", end="2022")
    submissions.submit(kg, [study])
    file = tmp_path / "nested.ttl"
    nested = (
        '[ rdfs:label "nested"@en ; rdfs:seeAlso [ rdfs:label "deeper"@en ; rdfs:seeAlso [ ] ] ]'
    )
    thing = terms.thing("s", "program", "p")
    file.write_text(
        f"@prefix rdfs: <{RDFS}> .\n<{thing}> a <{terms.CG.Program}> ;"
        f' <{terms.CG.inStudy}> <{terms.study("s")}> ; rdfs:label "p"@id, "p"@en ;\n'
        f"    rdfs:seeAlso {nested.replace('[ ]', '( 1 2 3 )')} .\n"
    )
    submissions.add(kg, [file], "s")  # here the nodes get names
    blank = (
        f"<{thing}> <{RDFS.comment}> _:a . _:a <{RDFS.comment}> _:b . _:b <{RDFS.label}> 'very' ."
    )
    parts = {terms.submission_graph("s", "blank"): Graph().parse(data=blank)}
    kg.commit(Change(parts))  # and here they have none
    client = Page(web.create_app(kg, Settings()))
    page = client.get("/page/id/s/program/p?lang=en").text
    for text in ("nested", "deeper", "3", "very"):
        assert f">{text}</span>" in page
    for ending, syntax in (("nt", "nt"), ("ttl", "turtle")):
        found = Graph().parse(data=client.get(f"/page/id/s/program/p.{ending}").data, format=syntax)
        told = {str(value) for value in found.objects() if not isinstance(value, URIRef)}
        assert {"nested", "deeper", "1", "2", "3", "very"} <= told
        assert (thing, terms.CG.inStudy, terms.study("s")) in found


PARTS = ["a", "B", "7", "-", "_", ".", "..", "/", "//", "%2F", "%2E", "%20", "%3E", "%25", "%0A",
         "%0D", "%C3%BC", "%FF", "ü", "ꦧ", "?", "x=1", "&", "=", "+", "(", "'", "!", "*", "~", ":",
         "@", ",", ";", "$", "#", "file", ".ttl", ".nt", ".html", "lang=en",
         "restricted"]  # fmt: skip
SLUGS = (
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=5)
    .map("".join)
    .filter(lambda slug: slug.count("#") < 2)  # a second one makes it no IRI
)


@with_settings(max_examples=15, deadline=None)
@given(slugs=st.lists(SLUGS, min_size=1, max_size=6, unique=True))
def test_every_iri_has_its_page_and_its_data_and_a_link_leads_there(slugs: list[str]) -> None:
    things = [f"{terms.ID}s/actor/{slug}" for slug in slugs]
    hub = terms.thing("s", "finding", "hub")
    told = Graph()
    for number, thing in enumerate(things):
        told.add((hub, RDFS.seeAlso, URIRef(thing)))
        told.add((URIRef(thing), RDFS.label, Literal(f"name {number}.", lang="en")))
    with KnowledgeGraph.in_memory() as graph:
        graph.commit(Change({terms.submission_graph("s", "x"): told}))
        app = web.create_app(graph, Settings())
        browser, client = Page(app), app.test_client()
        page = browser.get("/page/id/s/finding/hub?lang=en").text
        links = dict(re.findall(r'<a href="([^"]*)"><bdi>name (\d+)\.</bdi></a>', page))
        assert sorted(links.values()) == sorted(str(n) for n in range(len(things)))
        for link, number in links.items():
            shown = browser.get(html.unescape(link))
            assert shown.status_code == 200
            assert f"<bdi>name {number}.</bdi></h1>" in shown.text
            iri = things[int(number)]
            for at in re.findall(r'<a href="([^"]*)">(?:Turtle|N-Triples)</a>', shown.text):
                data = Graph().parse(data=client.get(html.unescape(at)).data)
                assert (URIRef(iri), RDFS.label, Literal(f"name {number}.", lang="en")) in data


def test_a_service_dereferences_unusual_iris_as_they_are_sent(tmp_path: Path) -> None:
    slugs = ["a%2Fb", "ü", "%C3%A9", "q?x=1", "file.ttl", "x%3Ey", "a(b)", "caf%C3%A9.nt", "a:b@c"]
    slugs += ["a%25b", "a%0Ab", "a%0A", "%2541"]
    told = Graph()
    for slug in slugs:
        thing = URIRef(f"{terms.ID}s/actor/{slug}")
        told.add((thing, RDF.type, URIRef("https://example.org/Thing")))
        told.add((thing, RDFS.label, Literal(slug.replace("%", " "), lang="en")))
        told.add((thing, RDFS.label, Literal(slug.replace("%", " "), lang="id")))
    with serving(tmp_path, "--empty") as service:
        graph = service.graph(terms.submission_graph("s", "x"))
        body = told.serialize(format="nt", encoding="utf-8")
        assert service.ask("PUT", graph, body, Content_Type="application/n-triples")[0] == 201
        for slug in slugs:
            sent = iri_to_uri(f"/id/s/actor/{slug}")
            for path in {sent, sent if "?" in sent else f"{sent}?lang=en"}:
                for kind in ("text/html", "text/turtle"):
                    status, headers, _ = service.ask("GET", path, Accept=kind)
                    assert status == 303
                    status, found, data = service.ask("GET", headers["Location"], Accept=kind)
                    assert status == 200 and found["Content-Type"].startswith(kind)
                    assert html.escape(slug.replace("%", " ")) in data.decode()
                thing = URIRef(f"{terms.ID}s/actor/{slug}")
                assert (thing, RDFS.label, None) in Graph().parse(data=data)


def test_any_iri_that_the_graph_speaks_of_has_a_page(browser: FlaskClient) -> None:
    licence = "https://creativecommons.org/licenses/by/4.0/"
    page = browser.get("/page", query_string={"iri": licence, "lang": "en"})
    assert page.status_code == 200
    assert 'href="/page/id/contoh/study/contoh?lang=en"' in page.text
    data = browser.get("/page.nt", query_string={"iri": licence})
    assert (None, None, URIRef(licence)) in Graph().parse(data=data.data, format="nt")
    only = browser.get("/page", query_string={"iri": str(RDFS.label), "lang": "en"})
    assert only.status_code == 200  # nothing is said of it, and much by it
    assert "Some of the statements with this property" in only.text
    rows = Graph().parse(data=browser.get("/page.ttl", query_string={"iri": str(RDFS.label)}).data)
    assert rows and set(rows.predicates()) == {RDFS.label}
    described = browser.get("/page.nt", query_string={"iri": f"{terms.CG}about"})
    assert CG.about not in set(Graph().parse(data=described.data, format="nt").predicates())
    for iri in (f"{terms.CG}Finding", str(terms.ONTOLOGY), f"{terms.BASE}{PROGRAM[1:]}"):
        assert browser.get("/page", query_string={"iri": iri}).status_code == 200
    assert browser.get("/page?iri=https://example.org/nothing").status_code == 404
    assert browser.get("/page?iri=no iri").status_code == 404
    assert browser.get("/page").status_code == 400


@pytest.mark.parametrize("cited", [True, False])
def test_a_study_has_a_text_to_cite_it_by(kg: KnowledgeGraph, cited: bool) -> None:
    study, one = terms.study("s"), Graph()
    one.add((study, RDF.type, CG.Study))
    one.add((study, RDFS.label, Literal("Studi rekaan", lang="id")))
    one.add((study, CG.startDate, Literal("2021", datatype=XSD.gYear)))
    if cited:
        one.add((study, DCTERMS.bibliographicCitation, Literal("Sitasi sendiri")))
    kg.commit(Change(replace={terms.submission_graph("s", "x"): one}))
    client = web.create_app(kg, Settings()).test_client()
    page = client.get("/page/id/s/study/s?lang=id", headers={"Accept": "text/html"}).text
    text = re.sub(r"<[^>]*>", "", page.partition('<h2 id="cite">')[2].partition("</section>")[0])
    assert f"Studi rekaan (2021). Rembug, versi {kg.version}. {study}" in text
    assert ("Sitasi sendiri" in text) is cited


def test_columns_of_other_peoples_tables_are_called_as_they_are_there(kg: KnowledgeGraph) -> None:
    record, column = terms.record("umkm", "1"), terms.thing("umkm", "column", "tenaga-kerja")
    rows = Graph()
    rows.add((record, RDF.type, terms.CG.Record))
    rows.add((record, column, Literal(12)))
    rows.add((column, RDFS.label, Literal("Tenaga Kerja")))
    kg.commit(Change(replace={terms.dataset_graph("umkm"): rows}))
    page = Page(web.create_app(kg, Settings())).get("/page/id/umkm/record/1?lang=en")
    assert "<bdi>Tenaga Kerja</bdi></a></dt>" in page.text
    assert "umkm/column/tenaga-kerja</bdi>" not in page.text


def test_what_very_many_rows_say_is_counted_and_cut(kg: KnowledgeGraph) -> None:
    whole, place = terms.dataset("umkm"), terms.thing("umkm", "place", "magetan")
    column = terms.thing("umkm", "column", "usaha")
    rows = Graph()
    rows.add((whole, RDF.type, CG.LinkedDataset))
    rows.add((whole, RDFS.label, Literal("Daftar UMKM", lang="id")))
    rows.add((column, RDFS.label, Literal("Usaha")))
    rows.add((place, RDFS.label, Literal("Magetan", lang="id")))

    def put(numbers: range) -> FlaskClient:
        for number in numbers:
            record = terms.record("umkm", str(number))
            rows.add((record, RDF.type, CG.Record))
            rows.add((record, RDFS.label, Literal(f"UMKM {number}")))
            rows.add((record, CG.inDataset, whole))
            rows.add((record, DCTERMS.spatial, place))
            text = ("batik", "kuliner")[number % 3 == 0] if number < 270 else f"lain {number}"
            rows.add((record, column, Literal(text)))
        kg.commit(Change(replace={terms.dataset_graph("umkm"): rows}))
        return Page(web.create_app(kg, Settings()))

    cut = "Ini 300 yang pertama; masih ada lagi."
    client = put(range(300))
    page = client.get("/page/id/umkm/place/magetan?lang=id").text
    assert page.count(">UMKM ") == 300
    assert cut not in page
    client = put(range(300, 301))
    page = client.get("/page/id/umkm/place/magetan?lang=id").text
    assert page.count(">UMKM ") == 300
    assert cut in page
    page = client.get("/page/id/umkm/dataset/umkm?lang=id").text
    assert 'rel="nofollow">301</a>' in page
    assert "UMKM 1" not in page  # the rows are listed where the number leads
    page = client.get("/page/id/umkm/column/usaha?lang=id").text
    assert "<h1><bdi>Usaha</bdi></h1>" in page
    assert '<a href="/page/id/umkm/dataset/umkm?lang=id"><bdi>Daftar UMKM</bdi></a>' in page
    assert "baris yang terisi</dt><dd>301</dd>" in page
    told = re.findall(r'class="title"><span>([^<]*)</span></td>.*?>(\d+)</td>', page)
    assert told[:3] == [("batik", "180"), ("kuliner", "90"), (told[2][0], "1")]
    assert len(told) == 20
    assert "isi yang berbeda</dt><dd>33</dd>" in page


def test_who_writes_one_word_of_a_name_is_led_to_it(magetan_browser: FlaskClient) -> None:
    answer = magetan_browser.get("/page/id/magetan/actor/mukti?lang=id")
    assert answer.status_code == 404
    assert 'href="/page/id/magetan/actor/mukti-rahayu?lang=id"' in answer.text
    assert "KUBE Mukti Rahayu" in answer.text
