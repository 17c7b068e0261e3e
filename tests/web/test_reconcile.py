"""/reconcile as clients of Reconciliation Service API 0.2 use it; the schemas are ours."""

import functools
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rdflib import XSD

from rembug import settings, web
from rembug.changes import submissions
from rembug.graph import KnowledgeGraph, Role, Term
from rembug.linking import questions
from rembug.linking.reconciliation import CLASSES, FEATURES, Reconciliation
from rembug.settings import Settings
from rembug.tokens import Tokens
from rembug.web.reconcile import _value
from rembug.web.words import strings

ACTOR = "https://w3id.org/rembug/ontology#Actor"
ROSO = "https://w3id.org/rembug/id/magetan/actor/sambung-roso"
MAGETAN = "https://w3id.org/rembug/id/magetan/place/magetan"
COOPERATIVES = "https://w3id.org/rembug/id/magetan/actor/cooperatives-office"
INDUSTRY = "https://w3id.org/rembug/id/magetan/actor/industry-office"

Json = dict[str, Any]

_TYPE: Json = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "name": {"type": "string", "minLength": 1},
    },
}
_PLACE: Json = {
    "type": "object",
    "required": ["service_url", "service_path"],
    "properties": {
        "service_url": {"type": "string", "pattern": "^https?://[^/]+$"},
        "service_path": {"type": "string", "pattern": "^/"},
        "flyout_service_path": {"type": "string", "pattern": r"\$\{id\}"},
    },
}
_TEMPLATE: Json = {"type": "string", "pattern": r"^https?://.*\{\{id\}\}"}
MANIFEST = Draft202012Validator(
    {
        "type": "object",
        "required": ["versions", "name", "identifierSpace", "schemaSpace", "view", "suggest"],
        "properties": {
            "versions": {"type": "array", "contains": {"const": "0.2"}},
            "name": {"type": "string", "minLength": 1},
            "identifierSpace": {"type": "string", "pattern": "^https?://"},
            "schemaSpace": {"type": "string", "pattern": "^https?://"},
            "defaultTypes": {"type": "array", "minItems": 1, "items": _TYPE, "uniqueItems": True},
            "view": {"properties": {"url": _TEMPLATE}, "required": ["url"]},
            "feature_view": {"properties": {"url": _TEMPLATE}, "required": ["url"]},
            "preview": {
                "required": ["url", "width", "height"],
                "properties": {
                    "url": _TEMPLATE,
                    "width": {"type": "integer"},
                    "height": {"type": "integer"},
                },
            },
            "suggest": {
                "required": ["entity", "property", "type"],
                "additionalProperties": _PLACE,
            },
            "extend": {
                "required": ["propose_properties"],
                "properties": {
                    "propose_properties": _PLACE,
                    "property_settings": {"type": "array"},
                },
            },
            "batchSize": {"type": "integer", "minimum": 1},
        },
    }
)
RESULTS = Draft202012Validator(
    {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "required": ["result"],
            "properties": {
                "result": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["id", "name", "score", "match", "type", "features"],
                        "properties": {
                            "id": {"type": "string", "minLength": 1},
                            "name": {"type": "string", "minLength": 1},
                            "description": {"type": "string"},
                            "score": {"type": "number", "minimum": 0, "maximum": 100},
                            "match": {"type": "boolean"},
                            "type": {"type": "array", "items": _TYPE},
                            "features": {
                                "type": "array",
                                "items": {
                                    "required": ["id", "value"],
                                    "properties": {"value": {"type": ["number", "boolean"]}},
                                },
                            },
                        },
                    },
                }
            },
        },
    }
)
SUGGESTIONS = Draft202012Validator(
    {
        "type": "object",
        "required": ["result"],
        "properties": {"result": {"type": "array", "items": _TYPE}},
    }
)
EXTENSION = Draft202012Validator(
    {
        "type": "object",
        "required": ["meta", "rows"],
        "properties": {
            "meta": {"type": "array", "items": _TYPE},
            "rows": {
                "additionalProperties": {
                    "additionalProperties": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "oneOf": [
                                {"required": [one]} for one in ("id", "str", "int", "float", "date")
                            ],
                            "properties": {
                                "int": {"type": "integer"},
                                "float": {"type": "number"},
                                "date": {
                                    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?"
                                    r"(Z|[+-]\d\d:\d\d)?$"
                                },
                            },
                        },
                    }
                }
            },
        },
    }
)


@pytest.fixture(scope="module")
def magetan_client(magetan: KnowledgeGraph) -> FlaskClient:
    return web.create_app(magetan, Settings()).test_client()


def ask(client: FlaskClient, batch: Json, path: str = "/reconcile") -> Json:
    response = client.post(path, data={"queries": json.dumps(batch)})
    assert response.status_code == 200, response.text
    found: Json = response.json
    return found


def test_the_manifest_says_what_there_is(magetan_client: FlaskClient) -> None:
    for lang in ("id", "en"):
        manifest = magetan_client.get("/reconcile", headers={"Accept-Language": lang}).json
        MANIFEST.validate(manifest)
        for what in ("entity", "property", "type"):
            place = manifest["suggest"][what]["service_path"]
            found = magetan_client.get(place, query_string={"prefix": "a"}).json
            SUGGESTIONS.validate(found)
            assert found["result"], what
    about = magetan_client.get("/reconcile/about", headers={"Accept": "text/html"})
    assert "<code>http://localhost/reconcile</code>" in about.text


@pytest.mark.parametrize(
    ("cell", "thing"),
    [
        ("Sentra Batik Sambung Roso", ROSO),
        ("BATIK SAMBUNGROSO", ROSO),
        ("sambong rosso", ROSO),
        ("Roso Sambung", ROSO),
        ("Sentra Batik Samboeng Roso", ROSO),
        ("Kab. Magetan", MAGETAN),
        ("Magetan Regency", MAGETAN),
        ("35.20", MAGETAN),
        (MAGETAN, MAGETAN),
        ("Disperindag Magetan", INDUSTRY),
        ("Dinas Perindustrian & Perdagangan", INDUSTRY),
        ("Dinas Koperasi", COOPERATIVES),
        ("KOPERASI", COOPERATIVES),
        ("Dinas Koperasi Kab. Magetan", COOPERATIVES),
        ("Dinkop Magetan", COOPERATIVES),
    ],
)
def test_a_name_is_matched_however_it_is_written(
    magetan_client: FlaskClient, cell: str, thing: str
) -> None:
    (first, *_) = ask(magetan_client, {"q": {"query": cell}})["q"]["result"]
    assert first["id"] == thing
    assert {one["id"] for one in first["features"]} <= set(FEATURES)


def test_what_is_sure_is_told_from_what_a_person_decides(magetan_client: FlaskClient) -> None:
    batch = {
        "sure": {"query": "Batik Sambung Roso"},
        "other kind": {"query": "Dinas Sambung Roso"},
        "part": {"query": "Magetan", "type": "cg:Actor"},
        "kind": {"query": "Dinas Koperasi"},
        "nothing": {"query": "Toko Besi Lancar Jaya"},
    }
    found = ask(magetan_client, batch)
    RESULTS.validate(found)
    assert [one["match"] for one in found["sure"]["result"]] == [True]
    other = found["other kind"]["result"][0]
    assert other["id"] == ROSO
    assert not other["match"]
    assert {"id": "other_kind", "value": True} in other["features"]
    assert not any(one["match"] for one in found["part"]["result"])
    kind = found["kind"]["result"][0]  # whose whole name is longer
    assert (kind["id"], kind["match"], 50 < kind["score"] < 72) == (COOPERATIVES, False, True)
    assert found["nothing"] == {"result": []}


def test_types_and_properties_narrow(magetan_client: FlaskClient) -> None:
    placed = [{"pid": "cg:locatedIn", "v": "Kab. Magetan"}]
    elsewhere = [{"pid": "cg:locatedIn", "v": [{"id": "https://example.org/elsewhere"}]}]
    found = ask(
        magetan_client,
        {
            "place": {"query": "Magetan", "type": "https://w3id.org/rembug/ontology#Place"},
            "regency": {"query": "Magetan", "type": ["cg:Regency"]},
            "both": {"query": "Magetan", "type": ["cg:Regency", "cg:Actor"], "type_strict": "all"},
            "rather": {"query": "Magetan", "type": "cg:Actor", "type_strict": "should"},
            "here": {"query": "Sambung Roso", "properties": placed},
            "there": {"query": "Sambung Roso", "properties": elsewhere},
            "unnamed": {"properties": placed, "type": "cg:Actor"},
        },
    )
    RESULTS.validate(found)
    for key in ("place", "regency"):
        assert [one["id"] for one in found[key]["result"]] == [MAGETAN]
    assert found["both"]["result"] == []
    assert MAGETAN in [one["id"] for one in found["rather"]["result"]]
    assert found["here"]["result"][0]["score"] > found["there"]["result"][0]["score"]
    assert ROSO in [one["id"] for one in found["unnamed"]["result"]]


BAD: list[object] = [
    1,
    "Batik",
    None,
    {},
    {"query": ""},
    {"query": 5},
    {"query": "a", "limit": 0},
    {"query": "a", "limit": "3"},
    {"query": "a", "limit": float("nan")},
    {"query": "a", "type": 5},
    {"query": "a", "type": "cg:Nothing"},
    {"query": "a", "type_strict": "never"},
    {"query": "a", "properties": [{"pid": "cg:locatedIn"}]},
    {"query": "a", "properties": [{"pid": "no such property", "v": "x"}]},
    {"query": "a", "properties": [{"pid": "cg:locatedIn", "v": {"name": "x"}}]},
    {"query": "a", "more": 1},
    {"query": "a" * 2000},
]


def test_a_bad_query_is_an_error_of_its_own(magetan_client: FlaskClient) -> None:
    good = {"query": "Sambung Roso"}
    batch = {"good": good, **{f"bad{n}": bad for n, bad in enumerate(BAD)}}
    found = ask(magetan_client, batch)
    RESULTS.validate(found)
    assert list(found) == list(batch)
    assert found["good"]["result"][0]["id"] == ROSO
    for n in range(len(BAD)):
        answer = found[f"bad{n}"]
        assert answer["error"]["status"] in (400, 404), BAD[n]
        assert answer["error"]["detail"]
        assert answer["result"] == []  # as the schema of 0.2 has it, beside what is wrong
    assert "error" not in found["good"]


@pytest.mark.parametrize("bad", BAD)
def test_a_batch_without_a_good_query_is_no_answer_of_no_match(
    magetan_client: FlaskClient, bad: object
) -> None:
    """Clients that read `result` alone, as OpenRefine does, meet the status."""
    queries = json.dumps({"a": bad, "b": bad})
    response = magetan_client.post("/reconcile", data={"queries": queries})
    assert response.status_code in (400, 404)
    assert response.json is not None
    RESULTS.validate(response.json)
    assert all(answer["error"]["detail"] for answer in response.json.values())


@pytest.mark.parametrize(
    "queries", ["", "[]", "{", '"a"', "{}}", "[" * 100_000, '{"\\ud800": {"query": "a"}}']
)
def test_a_bad_batch_is_refused_whole(magetan_client: FlaskClient, queries: str) -> None:
    response = magetan_client.post("/reconcile", data={"queries": queries})
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"


def test_half_a_character_spoils_its_own_query_alone(magetan_client: FlaskClient) -> None:
    queries = '{"good": {"query": "Sambung Roso"}, "bad": {"query": "Batik \\ud800"}}'
    found = magetan_client.post("/reconcile", data={"queries": queries}).json
    assert found["good"]["result"][0]["id"] == ROSO
    assert found["bad"]["error"]["status"] == 400
    assert found["bad"]["result"] == []


def test_a_batch_is_bounded(magetan_client: FlaskClient) -> None:
    batch = {str(n): {"query": "Batik"} for n in range(questions.BATCH + 1)}
    response = magetan_client.post("/reconcile", data={"queries": json.dumps(batch)})
    assert response.status_code == 413
    many = [f"urn:x:{n}" for n in range(questions.BATCH + 1)]
    extend = json.dumps({"ids": many, "properties": []})
    assert magetan_client.post("/reconcile", data={"extend": extend}).status_code == 413


def test_a_service_that_failed_does_not_look_like_no_match(
    kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    submissions.fill(kg)
    client = web.create_app(kg, Settings()).test_client()
    late = {"a": {"query": "Sambung Roso"}, "b": {"query": "Sambung Roso"}}
    hasty = functools.partial(Reconciliation, patience=-1.0)
    monkeypatch.setattr("rembug.web.reconcile.Reconciliation", hasty)
    response = client.post("/reconcile", data={"queries": json.dumps(late)})
    assert response.status_code == 503
    assert response.mimetype == "application/problem+json"
    monkeypatch.undo()
    index = kg.index(Role.PUBLIC)
    index.close()
    index._path.write_bytes(b"damaged" * 4000)
    response = client.post("/reconcile", data={"queries": json.dumps(late)})
    assert response.status_code == 503
    assert ask(client, late)["a"]["result"]  # it was built again


def test_get_and_post_answer_the_same_from_anywhere(magetan_client: FlaskClient) -> None:
    queries = json.dumps({"q": {"query": "Sambung Roso"}})
    got = magetan_client.get("/reconcile", query_string={"queries": queries})
    posted = magetan_client.post("/reconcile", data={"queries": queries})
    assert got.json == posted.json
    paths = (
        "/reconcile",
        "/reconcile/suggest/entity?prefix=a",
        f"/reconcile/preview?id={ROSO}",
        f"/reconcile/flyout?id={ROSO}",
        "/reconcile/propose?type=cg:Actor",
        "/reconcile/nothing",
    )
    for path in paths:
        response = magetan_client.get(path, headers={"Origin": "https://example.org"})
        assert response.headers["Access-Control-Allow-Origin"] == "*", path


def test_a_thing_is_suggested_by_the_beginning_of_its_name_or_its_identifier(
    magetan_client: FlaskClient,
) -> None:
    for prefix in ("Sentra Batik Sam", "sambung", ROSO):
        found = magetan_client.get("/reconcile/suggest/entity", query_string={"prefix": prefix})
        SUGGESTIONS.validate(found.json)
        assert ROSO in [one["id"] for one in found.json["result"]], prefix
    short = magetan_client.get("/reconcile/suggest/entity?prefix=Disperindag").json["result"]
    assert [one["id"] for one in short] == [INDUSTRY]
    more = magetan_client.get("/reconcile/suggest/type?prefix=&cursor=3").json["result"]
    assert more == magetan_client.get("/reconcile/suggest/type?prefix=").json["result"][3:]
    assert magetan_client.get("/reconcile/suggest/type?cursor=x").status_code == 400
    assert magetan_client.get("/reconcile/suggest/nothing").status_code == 404


def test_a_preview_is_shown_in_other_pages(magetan_client: FlaskClient) -> None:
    response = magetan_client.get("/reconcile/preview", query_string={"id": ROSO})
    assert "Sambung Roso" in response.text
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    other = magetan_client.get("/search?format=html")
    assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"]
    assert magetan_client.get("/reconcile/preview?id=urn:x").status_code == 404


def test_columns_are_filled_from_properties(client: FlaskClient) -> None:
    proposed = client.get("/reconcile/propose?type=cg:Program&limit=50").json["properties"]
    assert {"cg:ledBy", "cg:startDate"} <= {
        one["id"].replace("https://w3id.org/rembug/ontology#", "cg:") for one in proposed
    }
    program = "https://w3id.org/rembug/id/contoh/program/pelatihan"
    wanted = [{"id": one["id"]} for one in proposed]
    extend = json.dumps({"ids": [program, "not an IRI"], "properties": wanted})
    found = client.post("/reconcile", data={"extend": extend}).json
    EXTENSION.validate(found)
    assert [one["id"] for one in found["meta"]] == [one["id"] for one in wanted]
    kinds = {kind for values in found["rows"][program].values() for one in values for kind in one}
    assert {"id", "name", "str"} & kinds
    assert not any(found["rows"]["not an IRI"].values())
    for bad in ("[]", "{}", '{"ids": [1], "properties": []}', '{"ids": [], "properties": [1]}'):
        assert client.post("/reconcile", data={"extend": bad}).status_code == 400


@pytest.fixture(scope="module")
def restricted(
    example_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[FlaskClient, str]]:
    """A service over the example, parts of which are restricted; and a researcher's token."""
    folder = tmp_path_factory.mktemp("closed") / "store"
    shutil.copytree(example_store, folder)
    token = Tokens(Settings(store=str(folder)).tokens_file).create("r", Role.RESEARCHER)
    with KnowledgeGraph.own(str(folder)) as graph:
        yield web.create_app(graph, Settings(store=str(folder))).test_client(), token


def test_what_is_restricted_is_matched_by_those_who_may_read_it_alone(
    restricted: tuple[FlaskClient, str],
) -> None:
    client, token = restricted
    closed = "https://w3id.org/rembug/id/contoh/evidence/e14"
    allowed = {"Authorization": f"Bearer {token}"}
    queries = json.dumps({"q": {"query": closed, "type": "cg:Evidence"}})
    extend = json.dumps(
        {"ids": [closed], "properties": [{"id": "cg:inSource"}, {"id": "cg:supports"}]}
    )
    for data in ({"queries": queries}, {"extend": extend}):
        open_ = client.post("/reconcile", data=data)
        full = client.post("/reconcile", data=data, headers=allowed)
        assert open_.status_code == full.status_code == 200
        assert len(open_.data) < len(full.data), data
    path = f"/reconcile/preview?id={closed}"
    assert client.get(path).status_code == 404
    assert client.get(path, headers=allowed).status_code == 200


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=30),
            lambda some: (
                st.lists(some, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["query", "type", "limit", "properties", "pid", "v", "id"]),
                    some,
                    max_size=4,
                )
            ),
            max_leaves=8,
        ),
        max_size=3,
    )
)
@hypothesis_settings(deadline=None, max_examples=50)
def test_every_query_has_a_result_or_an_error(app: Flask, batch: Json) -> None:
    response = app.test_client().post("/reconcile", data={"queries": json.dumps(batch)})
    found = response.json
    assert found is not None
    RESULTS.validate(found)
    assert found.keys() == batch.keys()
    assert not any("error" in answer and answer["result"] for answer in found.values())
    failed = bool(found) and all("error" in answer for answer in found.values())
    assert failed == (response.status_code != 200)


@pytest.mark.parametrize(
    ("text", "datatype", "value"),
    [
        ("2024-05-06", "date", {"date": "2024-05-06T00:00:00Z"}),
        ("2024-05-06+07:00", "date", {"date": "2024-05-06T00:00:00+07:00"}),
        ("2024-05-06 or so", "date", {"str": "2024-05-06 or so"}),
        ("2024-05-06T07:08:09.5", "dateTime", {"date": "2024-05-06T07:08:09.5"}),
        ("2024-05-06T7 pagi", "dateTime", {"str": "2024-05-06T7 pagi"}),
        ("2024-05-06T24:00:00", "dateTime", {"str": "2024-05-06T24:00:00"}),
        ("kemarin", "dateTime", {"str": "kemarin"}),
        ("9" * 5000, "integer", {"str": "9" * 5000}),
        ("INF", "double", {"str": "INF"}),
    ],
)
def test_an_ill_typed_value_is_text(text: str, datatype: str, value: Json) -> None:
    found = _value(Term("literal", text, datatype=str(XSD[datatype])), {})
    assert found == value
    EXTENSION.validate({"meta": [], "rows": {"urn:x": {"p": [found]}}})


def test_the_classes_are_those_of_the_index() -> None:
    text = (settings.queries_dir() / "index" / "kinds.rq").read_text(encoding="utf-8")
    kinds = dict(re.findall(r'\((?:cg|skos):(\w+) "(\w+)"', text))
    named = {kind: re.split("[#/]", iri)[-1] for kind, iri in CLASSES.items()}
    assert named.items() <= {kind: name for name, kind in kinds.items()}.items()


def test_every_reason_is_explained() -> None:
    assert all(set(strings()[f"feature.{feature}"]) == {"id", "en"} for feature in FEATURES)
