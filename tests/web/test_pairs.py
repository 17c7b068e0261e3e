"""Proposed links decided on the pages: by several, blind on request, published by a curator."""

import html
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rdflib import PROV, RDF, SKOS

from rembug import linking, terms, web
from rembug.changes import publishing
from rembug.errors import BadParameter
from rembug.graph import KnowledgeGraph, Role
from rembug.linking import Decision, Proposal, Row, datasets
from rembug.linking.datasets import Description
from rembug.linking.desk import Desk, Review
from rembug.settings import Settings
from rembug.terms import CG
from rembug.tokens import Tokens

from .test_account import HTTPS, key, sign_in

PATH = "/links/review/ikm"
TABLE = (
    "id;nama;kecamatan;omzet\n"
    "1;Sentra Batik Sambungroso;Sidorejo;25.000.000\n"
    "2;K.U.B.E. Moekti Rahajoe;;\n"
    "3;Toko Bangunan Jaya;;\n"
)


@pytest.fixture
def kg(magetan_copy: Path, tmp_path: Path) -> Iterator[KnowledgeGraph]:
    (tmp_path / "ikm.csv").write_text(TABLE)
    with KnowledgeGraph.own(str(magetan_copy)) as graph:
        about = Description("ikm", "Daftar IKM (rekaan)", "Dinas contoh")
        content = datasets.dataset(tmp_path / "ikm.csv", about).graph
        publishing.publish_dataset(graph, "ikm", content, tmp_path / "ikm.csv")
        yield graph


@pytest.fixture
def signed_in(kg: KnowledgeGraph, tmp_path: Path) -> Callable[[str, Role], FlaskClient]:
    settings = Settings(tokens=str(tmp_path / "tokens.json"))
    app: Flask = web.create_app(kg, settings)

    def enter(name: str, role: Role) -> FlaskClient:
        client = app.test_client()
        sign_in(client, Tokens(settings.tokens_file).create(name, role))
        return client

    return enter


def shown(client: FlaskClient, **query: str) -> str:
    response = client.get(PATH, query_string={"lang": "en", "study": "magetan", **query}, **HTTPS)
    assert response.status_code == 200, response.text
    return response.text


def decided(client: FlaskClient, *words: str) -> str:
    """Decide on the pairs of the page in their order; the next page."""
    page = shown(client, again="1")
    pairs = dict(re.findall(r'name="((?:key|thing|name|place)-\d+)" value="([^"]*)"', page))
    form = {f"decision-{n}": word for n, word in enumerate(words)}
    form |= {"key": key(page), "study": "magetan", **pairs}
    response = client.post(PATH, query_string={"lang": "en"}, data=form, **HTTPS)
    assert response.status_code == 303, response.text
    assert client.get(response.location, **HTTPS).status_code == 200
    return shown(client)


def published(client: FlaskClient) -> int:
    form = {"key": key(client.get("/account", **HTTPS).text), "study": "magetan", "publish": "1"}
    return client.post(PATH, data=form, **HTTPS).status_code


def relations(kg: KnowledgeGraph) -> dict[str, tuple[str, list[str]]]:
    links = kg.read([terms.links_graph("ikm")])
    return {
        str(links.value(target, CG.recordKey) or target).rsplit("/", 1)[1]: (
            str(links.value(link, CG.linkRelation)),
            sorted(map(str, links.objects(link, terms.URIRef("http://purl.org/dc/terms/creator")))),
        )
        for link, target in links.subject_objects(CG.linkTarget)
    }


def test_both_sides_are_shown_with_the_reasons_unless_somebody_wants_to_be_blind(
    signed_in: Callable[[str, Role], FlaskClient],
) -> None:
    client = signed_in("kurator", Role.CURATOR)
    page = shown(client)
    assert page.count('class="pair"') == 2  # nothing is proposed for the third row
    assert "25,000,000" in page  # what else the row says
    assert "Magetan Regency" in page and "Kabupaten Magetan" not in page
    assert "Sambung Roso Batik Centre" in page  # the other name of the thing
    assert "score" in page
    blind = shown(client, blind="1")
    assert blind.count('class="pair"') == 2
    assert "score 0" not in blind
    assert "similar" not in blind


def test_a_decision_is_kept_and_published_by_a_curator(
    signed_in: Callable[[str, Role], FlaskClient], kg: KnowledgeGraph
) -> None:
    client = signed_in("kurator", Role.CURATOR)
    version = kg.version
    after = decided(client, "accept", "reject")
    assert "nothing left for you" in after
    assert kg.version == version  # until it is published
    assert published(client) == 303
    found = relations(kg)
    assert found["1"][0] != "noMatch"
    assert found["2"] == ("noMatch", ["kurator"])
    after = shown(client)
    assert "Decided and not published" not in after
    assert re.search(r"by score: [\d–]+%: \d of \d", after)  # what scores were worth so far
    page = client.get("/page/id/ikm/dataset/ikm?lang=en", **HTTPS).text
    told = re.findall(r'href="(/queries/dataset-records[^"]*)" rel="nofollow">(\d+)</a>', page)
    assert [number for _, number in told] == ["3", "1", "1", "1"]  # all; linked, apart, open
    for to, number in told:
        assert f"<strong>{number}</strong>" in client.get(html.unescape(to), **HTTPS).text
    assert "with proposals to review</dt><dd>0<" in page
    assert re.search(r">omzet</bdi></a></td>.*?>1</td>.*?<span>25,000,000</span>", page)
    assert ">rdfs:label<" not in page
    column = client.get("/page/id/ikm/column/kecamatan?lang=en", **HTTPS).text
    assert "rows filled in</dt><dd>1</dd>" in column
    assert "<span>Sidorejo</span>" in column


def test_what_two_reviewers_see_differently_stays_open(
    signed_in: Callable[[str, Role], FlaskClient], kg: KnowledgeGraph
) -> None:
    one, other = signed_in("kurator", Role.CURATOR), signed_in("peneliti", Role.RESEARCHER)
    decided(one, "accept", "accept")
    page = decided(other, "accept", "reject")
    assert "Disputed" in page
    assert "Krippendorff" in page
    assert "Publish" not in page  # a researcher decides, and publishes nothing
    assert published(other) == 403
    assert "disputed" not in decided(other, "accept", "accept").lower()  # talked over
    decided(other, "accept", "reject")
    assert published(one) == 303
    assert relations(kg) == {"1": (relations(kg)["1"][0], ["kurator", "peneliti"])}


def test_what_looks_like_a_person_in_links_is_shown_before_it_is_published(
    signed_in: Callable[[str, Role], FlaskClient], kg: KnowledgeGraph, tmp_path: Path
) -> None:
    (tmp_path / "ikm.csv").write_text(TABLE.replace("1;Sentra", "Bu Sulastri;Sentra"))
    content = datasets.dataset(tmp_path / "ikm.csv", Description("ikm", "IKM", "Dinas")).graph
    publishing.publish_dataset(kg, "ikm", content, tmp_path / "ikm.csv")
    client = signed_in("kurator", Role.CURATOR)
    decided(client, "accept", "accept")
    form = {"key": key(client.get("/account", **HTTPS).text), "study": "magetan", "publish": "1"}
    version = kg.version
    response = client.post(PATH, query_string={"lang": "en"}, data=form, **HTTPS)
    assert response.status_code == 422
    assert "Sulastri</bdi></strong>" in response.text
    assert kg.version == version
    form["reviewed"] = re.findall(r'name="reviewed" value="(\w+)"', response.text)[0]
    assert client.post(PATH, data=form | {"reviewed": "other"}, **HTTPS).status_code == 422
    assert client.post(PATH, data=form, **HTTPS).status_code == 303
    assert kg.version == version + 1


def test_the_public_reviews_nothing(kg: KnowledgeGraph, tmp_path: Path) -> None:
    client = web.create_app(kg, Settings(tokens=str(tmp_path / "tokens.json"))).test_client()
    assert 'class="pair"' not in client.get(PATH, **HTTPS).text
    refused = client.post(PATH, data={"decision-0": "accept"}, **HTTPS)
    assert refused.status_code == 401
    assert 'href="/account' in refused.text.partition("</header>")[2].partition("<footer")[0]


def test_a_pair_that_is_not_proposed_is_not_taken(
    signed_in: Callable[[str, Role], FlaskClient],
) -> None:
    client = signed_in("kurator", Role.CURATOR)
    form = {"key": key(shown(client)), "key-0": "9", "thing-0": "x", "decision-0": "accept"}
    assert client.post(PATH, data=form, **HTTPS).status_code == 400
    assert client.get("/links/review/nowhere", **HTTPS).status_code == 404


@pytest.mark.parametrize("dataset", ["a\nb", "//evil.example", "", "..", "a/b"])
def test_the_form_leads_on_to_a_dataset_alone(
    signed_in: Callable[[str, Role], FlaskClient], dataset: str
) -> None:
    client = signed_in("kurator", Role.CURATOR)
    answer = client.get("/links/review/of", query_string={"dataset": dataset}, **HTTPS)
    assert answer.status_code == 400


def brought_in(kg: KnowledgeGraph, folder: Path, text: str) -> None:
    """Bring a table in whose keys are the numbers of its rows."""
    head, *rows = text.splitlines()
    numbered = [f"id;{head}", *(f"{number};{row}" for number, row in enumerate(rows, 1))]
    (folder / "ikm.csv").write_text("\n".join(numbered))
    about = Description("ikm", "Daftar IKM (rekaan)", "Dinas contoh")
    content = datasets.dataset(folder / "ikm.csv", about).graph
    publishing.publish_dataset(kg, "ikm", content, folder / "ikm.csv")


IN_ORDER = "nama;kecamatan\nSentra Batik Sambungroso;Sidorejo\nToko Bangunan Jaya;Lembeyan\n"
SWAPPED = "nama;kecamatan\nToko Bangunan Jaya;Lembeyan\nSentra Batik Sambungroso;Sidorejo\n"


def test_a_decision_is_not_published_for_another_record_that_came_in_its_place(
    signed_in: Callable[[str, Role], FlaskClient], kg: KnowledgeGraph, tmp_path: Path
) -> None:
    brought_in(kg, tmp_path, IN_ORDER)
    client = signed_in("kurator", Role.CURATOR)
    page = shown(client)
    pairs = dict(re.findall(r'name="((?:key|thing|name|place)-\d+)" value="([^"]*)"', page))
    decided(client, "accept")
    brought_in(kg, tmp_path, SWAPPED)
    after = shown(client)
    assert "The dataset changed after these were decided" in after
    assert after.count('class="pair"') == 1  # asked again, of the row that it is now
    assert published(client) == 400
    assert relations(kg) == {}
    form = {"key": key(after), "study": "magetan", "decision-0": "accept", **pairs}
    assert client.post(PATH, data=form, **HTTPS).status_code == 400  # a page from before
    assert "The dataset changed" not in decided(client, "accept")
    assert published(client) == 303
    assert list(relations(kg)) == ["2"]


def test_a_link_ends_when_another_record_comes_in_the_place_of_its_own(
    signed_in: Callable[[str, Role], FlaskClient], kg: KnowledgeGraph, tmp_path: Path
) -> None:
    brought_in(kg, tmp_path, IN_ORDER)
    client = signed_in("kurator", Role.CURATOR)
    decided(client, "accept")
    assert published(client) == 303
    [link] = kg.read([terms.links_graph("ikm")]).subjects(RDF.type, CG.Link)
    brought_in(kg, tmp_path, SWAPPED)
    links = kg.read([terms.links_graph("ikm")])
    assert not list(links.triples((None, SKOS.exactMatch | SKOS.closeMatch, None)))
    assert (link, PROV.invalidatedAtTime, None) in links
    assert "Toko Bangunan Jaya" in str(links.value(link, CG.matchReason))  # what was and what is
    assert linking.calibration(links) == []  # it says nothing of the score
    assert shown(client).count('class="pair"') == 1
    brought_in(kg, tmp_path, IN_ORDER)  # the link is decided on anew, and the old one stays told
    decided(client, "accept")
    assert published(client) == 303
    assert len(set(kg.read([terms.links_graph("ikm")]).subjects(RDF.type, CG.Link))) == 2


def test_a_record_that_was_gone_and_comes_back_as_another_has_no_link(
    signed_in: Callable[[str, Role], FlaskClient], kg: KnowledgeGraph, tmp_path: Path
) -> None:
    brought_in(kg, tmp_path, "nama\nToko Bangunan Jaya\nSentra Batik Sambungroso\n")
    client = signed_in("kurator", Role.CURATOR)
    decided(client, "accept")
    published(client)
    brought_in(kg, tmp_path, "nama\nToko Bangunan Jaya\n")
    brought_in(kg, tmp_path, "nama\nToko Bangunan Jaya\nWarung Lain\n")
    links = kg.read([terms.links_graph("ikm")])
    assert not list(links.triples((None, SKOS.exactMatch | SKOS.closeMatch, None)))


def test_nothing_that_is_decided_at_once_is_lost(tmp_path: Path) -> None:
    def keep(number: int) -> None:  # each request, and each process, has a desk of its own
        pair = Proposal(Row(str(number), "a"), "urn:x", "A", "closeMatch", 1.0, "r", "m")
        Desk(tmp_path).keep("d", "kurator", Review([Decision(pair)]))

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Desk(tmp_path).reviews("d")["kurator"].decisions) == 20


def test_all_that_an_official_code_decides_is_accepted_at_once(
    signed_in: Callable[[str, Role], FlaskClient], kg: KnowledgeGraph, tmp_path: Path
) -> None:
    brought_in(kg, tmp_path, "nama;kode\nMagetan;35.20\nSentra Batik Sambungroso;\n")
    client = signed_in("kurator", Role.CURATOR)
    page = shown(client)
    assert "with the same official code: 1" in page
    form = {"key": key(page), "study": "magetan", "coded": "2"}
    assert client.post(PATH, data=form, **HTTPS).status_code == 400  # not what was shown
    assert client.post(PATH, data={**form, "coded": "1"}, **HTTPS).status_code == 303
    assert "same official code" not in shown(client)
    assert published(client) == 303
    assert relations(kg)["1"] == ("exactMatch", ["kurator"])
    assert "2" not in relations(kg)


def test_pairs_come_in_the_order_in_which_people_count(
    signed_in: Callable[[str, Role], FlaskClient], kg: KnowledgeGraph, tmp_path: Path
) -> None:
    brought_in(kg, tmp_path, "nama\n" + "Sentra Batik Sambungroso\n" * 11)
    page = shown(signed_in("kurator", Role.CURATOR))
    keys = list(dict.fromkeys(re.findall(r'name="key-\d+" value="([^"]*)"', page)))
    assert keys == [str(number) for number in range(1, 12)]


def test_each_pair_comes_once_where_keys_say_nothing(
    signed_in: Callable[[str, Role], FlaskClient], kg: KnowledgeGraph, tmp_path: Path
) -> None:
    names = [f"Sentra Batik Sambungroso {letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    (tmp_path / "ikm.csv").write_text("\n".join(["nama", *names]))
    content = datasets.dataset(tmp_path / "ikm.csv", Description("ikm", "IKM", "Dinas")).graph
    publishing.publish_dataset(kg, "ikm", content, tmp_path / "ikm.csv")
    client = signed_in("kurator", Role.CURATOR)
    seen: list[str] = []
    after = ""
    while not seen or after:
        page = shown(client, after=after)
        seen += dict.fromkeys(re.findall(r'name="name-\d+" value="([^"]*)"', page))
        [after] = re.findall(r'name="after" value="([^"]*)"', page) or [""]
        assert len(seen) <= len(names)
    assert seen == names


def test_the_last_word_on_a_pair_counts(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    pair = Proposal(Row("1", "a"), "urn:x", "A", "exactMatch", 1.0, "r", "m")
    other = Proposal(Row("1", "a"), "urn:y", "B", "exactMatch", 1.0, "r", "m")
    desk.keep("d", "Bu Guru", Review(unsure=[pair]))
    desk.keep("d", "Bu Guru", Review([Decision(pair)]))
    assert desk.reviews("d") == {"bu-guru": Review((Decision(pair),), ())}
    with pytest.raises(BadParameter, match="exactly two things"):
        desk.keep("d", "Bu Guru", Review([Decision(other)]))
    assert desk.reviews("d") == {"bu-guru": Review((Decision(pair),), ())}
    assert desk.reviews("d", {("1", "urn:x")}) == {}
