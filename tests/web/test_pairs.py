"""Proposed links decided on the pages: by several, blind on request, published by a curator."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rembug import terms, web
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
    "no;nama;kecamatan;omzet\n"
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
    pairs = dict(re.findall(r'name="((?:key|thing)-\d+)" value="([^"]+)"', page))
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
    assert "25000000" in page  # what else the row says
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
    assert re.search(r"by score: [\d.–]+: \d of \d", after)  # what scores were worth so far


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


def test_the_public_reviews_nothing(kg: KnowledgeGraph, tmp_path: Path) -> None:
    client = web.create_app(kg, Settings(tokens=str(tmp_path / "tokens.json"))).test_client()
    assert 'class="pair"' not in client.get(PATH, **HTTPS).text
    assert client.post(PATH, data={"decision-0": "accept"}, **HTTPS).status_code == 401


def test_a_pair_that_is_not_proposed_is_not_taken(
    signed_in: Callable[[str, Role], FlaskClient],
) -> None:
    client = signed_in("kurator", Role.CURATOR)
    form = {"key": key(shown(client)), "key-0": "9", "thing-0": "x", "decision-0": "accept"}
    assert client.post(PATH, data=form, **HTTPS).status_code == 400
    assert client.get("/links/review/nowhere", **HTTPS).status_code == 404


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
