"""The network of actors: what the picture, the table and the files say is what is stated."""

import io
import re
from collections.abc import Sequence

import networkx as nx
import pytest
from defusedxml import ElementTree
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, RDFS, Graph, Literal

from rembug import terms, web
from rembug.graph import Change, KnowledgeGraph
from rembug.settings import Settings
from rembug.terms import CG
from rembug.web.spread import places

BROWSER = {"Accept": "text/html"}
SVG = "{http://www.w3.org/2000/svg}"
TIES = [("dinas-a", "sentra-b"), ("dinas-b", "dinas-a"), ("sentra-b", "kube-c")]
TIES += [("kube-c", "sentra-b"), ("dinas-b", "kube-c")]


def test_the_files_hold_the_ties_that_are_stated(client: FlaskClient) -> None:
    graphml = nx.read_graphml(io.BytesIO(client.get("/network.graphml?study=contoh").data))
    gexf = nx.read_gexf(io.BytesIO(client.get("/network.gexf?study=contoh").data))
    for found in (graphml, gexf):
        ends = [(a.rpartition("/")[2], b.rpartition("/")[2]) for a, b in found.edges()]
        assert sorted(ends) == sorted(TIES)
        assert {kind for _, kind in found.nodes(data="sector")} <= {"formal", "informal", "unknown"}
        assert found.graph["name"].startswith("Studi contoh: ")
        assert "networkx_key" not in {key for *_, data in found.edges(data=True) for key in data}
        ties = dict(zip(ends, (data for *_, data in found.edges(data=True)), strict=True))
        assert ties["dinas-a", "sentra-b"]["weight"] == 2  # weak, of five
        assert ties["sentra-b", "kube-c"]["weight"] == 5
        assert "weight" not in ties["dinas-b", "kube-c"]  # how strong is not stated
    ids = re.findall(r'<edge [^>]*id="(\d+)"', client.get("/network.graphml?study=contoh").text)
    assert len(set(ids)) == len(TIES)
    named = client.get("/network.net?study=contoh").headers["Content-Disposition"]
    assert named == "attachment; filename=network-contoh.net"
    pajek = nx.parse_pajek(client.get("/network.net?study=contoh&lang=en").text)
    assert ("Agency B", "Agency A") in set(pajek.edges())
    assert pajek.number_of_edges() == len(TIES)
    listed = client.get("/network.dl?study=contoh").text
    head, _, rest = listed.partition("\nlabels:\n")
    labels, _, data = rest.partition("\ndata:\n")
    assert head == f"dl n={graphml.number_of_nodes()} format=edgelist1"
    assert len(labels.split(",\n")) == graphml.number_of_nodes()
    assert len(data.splitlines()) == len(set(TIES))


def test_the_picture_has_a_shape_for_each_sector_and_a_link_for_each_actor(
    browser: FlaskClient, client: FlaskClient
) -> None:
    page = browser.get("/network?study=contoh&lang=en").text
    for sector, shape in (("formal", "rect"), ("informal", "circle")):
        assert re.search(rf'<g class="actor {sector}"[^>]*><{shape} ', page)
    assert page.count("<line x1=") == len(TIES)
    alone = client.get("/network.svg?study=contoh&lang=en")
    assert alone.mimetype == "image/svg+xml"
    tree = ElementTree.fromstring(alone.text)
    assert len(tree.findall("{http://www.w3.org/2000/svg}line")) == len(TIES)
    assert alone.data == client.get("/network.svg?study=contoh&lang=en").data
    told = [text.text for text in tree.findall("{http://www.w3.org/2000/svg}text")]
    legend = told.index("formal")
    assert told[legend : legend + 4] == ["formal", "informal", "buys from", "communicates with"]
    assert "Made-up" in " ".join(map(str, told[legend + 4 :]))
    # In the other language the same kind of tie has the same colour.
    other = ElementTree.fromstring(client.get("/network.svg?study=contoh&lang=id").text)
    named = [text.text for text in other.findall("{http://www.w3.org/2000/svg}text")]
    assert 0 < named.index("membeli dari") < named.index("berkomunikasi dengan")


def test_no_name_lies_on_the_end_of_a_line(client: FlaskClient) -> None:
    """An arrow whose head is beneath a name leads nowhere."""
    tree = ElementTree.fromstring(client.get("/network.svg?study=contoh&lang=en").text)
    names = []
    for text in tree.iter(SVG + "text"):
        wide, x, y = 6 * len(text.text), float(text.get("x")), float(text.get("y"))
        left = x - wide / 2 if text.get("text-anchor") == "middle" else x
        names.append((left, left + wide, y - 10, y + 3))
    lines = list(tree.iter(SVG + "line"))
    assert lines
    for line in lines:
        for end in "12":
            x, y = float(line.get("x" + end)), float(line.get("y" + end))
            assert not any(a < x < b and top < y < bottom for a, b, top, bottom in names)


def test_the_studies_are_named_in_the_language_that_a_browser_asks_for(
    browser: FlaskClient,
) -> None:
    asked = browser.get("/network", headers={"Accept-Language": "en"}).text
    told = browser.get("/network?lang=en").text
    options = re.compile(r"<option value=[^<]*")
    assert options.findall(asked) == options.findall(told)
    assert options.findall(told) != options.findall(browser.get("/network?lang=id").text)


def test_nobody_is_called_isolated_where_ties_were_not_examined(
    browser: FlaskClient, magetan_browser: FlaskClient
) -> None:
    page = magetan_browser.get("/network?lang=en").text
    assert "The study states no ties" in page
    assert "No tie is stated for" not in page
    assert "KUBE Mukti Rahayu" in page
    assert "No tie is stated for" in browser.get("/network?study=contoh&lang=en").text


def test_each_row_says_from_and_to_whom_and_how_its_actor_is_tied(browser: FlaskClient) -> None:
    """Who hears the page is told what the picture shows: direction, kind and strength."""
    rows = browser.get("/network?study=contoh&lang=en").text.partition("<tbody")[2].split("</tr>")
    row = next(one for one in rows if "/kube-c?" in one.partition("</td>")[0])
    told = [" ".join(re.sub("<[^>]*>", "", li).split()) for li in re.findall("<li>.*?</li>", row)]
    assert len(told) == sum("kube-c" in tie for tie in TIES)
    ways = [line.split()[0] for line in told]
    assert ways == sorted(ways, reverse=True)
    assert "to Centre B: communicates with, strength 3 of 5" in told


def test_ties_are_narrowed_by_kind_and_strength_on_the_page_and_in_the_files(
    browser: FlaskClient, client: FlaskClient
) -> None:
    page = browser.get("/network?study=contoh&lang=en").text
    kinds = re.findall(r'<option value="([^"]+)"', page.partition('id="kind"')[2].split("</se")[0])
    assert len(kinds) == 2
    counts = []
    for kind in kinds:
        text = client.get(f"/network.graphml?study=contoh&kind={kind}").data
        counts.append(nx.read_graphml(io.BytesIO(text)).number_of_edges())
        shown = browser.get(f"/network?study=contoh&kind={kind}&lang=en").text
        assert shown.count("<line x1=") == counts[-1]
        assert f"kind={kind}" in shown.partition("The network as a file")[2]
        assert "No tie is stated for" not in shown
    assert sum(counts) == len(TIES)
    strong = browser.get("/network?study=contoh&strength=4&lang=en").text
    assert 0 < strong.count("<line x1=") < len(TIES)
    nothing = browser.get(f"/network?study=contoh&strength=5&kind={kinds[0]}&lang=en").text
    assert "No tie is of this kind and strength." in nothing or "<line x1=" in nothing
    assert "The study states no ties" not in nothing


def test_a_name_with_markup_and_quotes_stays_a_name(kg: KnowledgeGraph) -> None:
    study, actor = terms.study("s"), terms.thing("s", "actor", "a")
    one = Graph()
    one.add((study, RDF.type, CG.Study))
    for kind in (CG.Actor, CG.InformalActor):
        one.add((actor, RDF.type, kind))
    one.add((actor, CG.inStudy, study))
    one.add((actor, RDFS.label, Literal('"><script>x</script>\n' + "a" * 5000, lang="id")))
    kg.commit(Change(replace={terms.submission_graph("s", "x"): one}))
    client = web.create_app(kg, Settings()).test_client()
    page = client.get("/network?study=s", headers=BROWSER).text
    assert "<script" not in page.partition("<main")[2]
    ElementTree.fromstring(client.get("/network.svg?study=s").text)
    for ending in ("net", "dl"):
        text = client.get(f"/network.{ending}?study=s").text
        assert text.count('"') == 2


def test_it_opens_on_a_study_that_has_actors(kg: KnowledgeGraph) -> None:
    for name, filled in (("a-empty", False), ("b-filled", True)):
        one, study = Graph(), terms.study(name)
        one.add((study, RDF.type, CG.Study))
        one.add((study, RDFS.label, Literal(name, lang="id")))
        if filled:
            actor = terms.thing(name, "actor", "a")
            one.add((actor, RDF.type, CG.Actor))
            one.add((actor, CG.inStudy, study))
            one.add((actor, RDFS.label, Literal("Kelompok (rekaan)", lang="id")))
        kg.commit(Change(replace={terms.submission_graph(name, "x"): one}))
    client = web.create_app(kg, Settings()).test_client()
    assert "Kelompok (rekaan)" in client.get("/network", headers=BROWSER).text
    assert "Kelompok (rekaan)" not in client.get("/network?study=a-empty", headers=BROWSER).text


@pytest.mark.parametrize(
    "path", ["/network.doc", "/network?study=nothing", "/network.gexf?study=nothing"]
)
def test_what_there_is_not_is_told(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.get("/network.gexf?study=").status_code == 200


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=25))
def test_no_two_actors_are_drawn_on_each_other_and_all_within_the_picture(
    ties: Sequence[tuple[int, int]],
) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from(str(n) for n in range(15))
    graph.add_edges_from((str(a), str(b)) for a, b in ties)
    lines = {iri: ["Kelompok usaha", iri] for iri in graph}
    found = places(graph, lines)
    assert found == places(graph, lines)
    at = list(found.values())
    assert all(x >= 0 and y >= 0 for x, y in at)
    for i, (x, y) in enumerate(at):
        for other_x, other_y in at[:i]:
            assert abs(x - other_x) > 60 or abs(y - other_y) > 35
    tied = [found[iri][1] for iri in graph if graph.degree(iri)]
    alone = [found[iri][1] for iri in graph if not graph.degree(iri)]
    assert not tied or not alone or max(tied) < min(alone)
