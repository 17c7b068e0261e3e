"""Tokens that are good for some studies: no door leads to another study's restricted part."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import URIRef

from rembug import terms, web
from rembug.changes import submissions
from rembug.cli import rembug as command
from rembug.errors import BadParameter
from rembug.graph import Change, Confined, KnowledgeGraph, Limits, Reads, Role
from rembug.settings import Settings
from rembug.tokens import Tokens, audit

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
WORDS = {"satu": "kata studi satu", "dua": "kata studi dua"}
GRAPHS = {study: terms.restricted(terms.submission_graph(study, "wawancara")) for study in WORDS}
INFERRED = "mengikuti dari keduanya"


def said(study: str, words: str) -> bytes:
    finding = terms.thing(study, "finding", "f1")
    kind = f"<{finding}> a <{terms.CG.Finding}> .\n"
    return (f'<{finding}> <{LABEL}> "{words}"@id .\n' + kind.replace(" a ", f" <{A}> ")).encode()


A = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    store = tmp_path_factory.mktemp("studies") / "store"
    with KnowledgeGraph.own(str(store), limits=Limits(seconds=20)) as graph:
        for study, words in WORDS.items():
            public = terms.submission_graph(study, "wawancara")
            graph.commit(Change(replace={public: said(study, f"publik {study}")}))
            graph.commit(Change(replace={GRAPHS[study]: said(study, words)}))
        graph.commit(Change(replace={terms.INFERRED_RESTRICTED: said("satu", INFERRED)}))
        graph.commit(Change(drop=frozenset({GRAPHS["dua"]})))  # so that it is of the past too
        graph.commit(Change(replace={GRAPHS["dua"]: said("dua", WORDS["dua"])}))
        yield graph


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(tokens=str(tmp_path_factory.mktemp("tokens") / "tokens.json"))


@pytest.fixture(scope="module")
def app(graph: KnowledgeGraph, chosen: Settings) -> Flask:
    return web.create_app(graph, chosen)


@pytest.fixture(scope="module")
def tokens(chosen: Settings) -> dict[str, str]:
    known = Tokens(chosen.tokens_file)
    return {
        "satu": known.create("satu", Role.RESEARCHER, ["satu"]),
        "kurator": known.create("kurator", Role.CURATOR, ["satu"]),
        "semua": known.create("semua", Role.RESEARCHER),
    }


def doors() -> list[str]:
    iri, path = quote(GRAPHS["dua"], safe=""), "/" + GRAPHS["dua"].removeprefix(terms.BASE)
    thing = "/" + terms.thing("dua", "finding", "f1").removeprefix(terms.BASE)
    queries = (
        "SELECT * { ?s ?p ?o }",
        "SELECT * { GRAPH ?g { ?s ?p ?o } }",
        f"SELECT * FROM <{GRAPHS['dua']}> {{ ?s ?p ?o }}",
        f"DESCRIBE <{terms.thing('dua', 'finding', 'f1')}>",
    )
    asked = [f"/sparql?query={quote(query)}" for query in queries]
    return [
        *(*asked, *(f"{one}&version=5" for one in asked), *(f"{one}&version=4" for one in asked)),
        *(f"{asked[0]}&default-graph-uri={iri}", f"{asked[1]}&named-graph-uri={iri}"),
        *(path, f"/page{path}", f"/page{path}.ttl", f"/data?graph={iri}", "/data", "/"),
        *(f"/page{thing}", f"/page{thing}.ttl", "/findings", "/findings?format=json"),
        *("/search?q=kata", "/search.json?q=kata", "/suggest.json?q=kata", "/evidence", "/studies"),
    ]


def test_no_door_leads_to_another_studys_restricted_part(
    app: Flask, tokens: dict[str, str]
) -> None:
    found: dict[str, set[str]] = {}
    for who in tokens:
        client = app.test_client()
        for door in doors():
            for accept in ("text/html", "*/*"):
                headers = {"Authorization": f"Bearer {tokens[who]}", "Accept": accept}
                answer = client.get(door, headers=headers)
                assert answer.status_code < 500, (door, answer.text)
                for words in (*WORDS.values(), INFERRED):
                    if words in answer.text:
                        found.setdefault(who, set()).add(words)
    assert found["satu"] == found["kurator"] == {WORDS["satu"]}
    assert found["semua"] == {*WORDS.values(), INFERRED}


def test_the_etag_of_one_is_not_that_of_another(app: Flask, tokens: dict[str, str]) -> None:
    tags = {
        app.test_client()
        .get("/sparql?query=ASK%7B%7D", headers={"Authorization": f"Bearer {token}"})
        .headers["ETag"]
        for token in (tokens["satu"], tokens["semua"])
    }
    assert len(tags) == 2


def test_a_curator_of_one_study_writes_nothing_else(app: Flask, tokens: dict[str, str]) -> None:
    client = app.test_client()
    headers = {"Authorization": f"Bearer {tokens['kurator']}"}
    turtle = {"headers": headers, "content_type": "text/turtle"}
    other = f"<http://e/s> <http://e/p> <http://e/o> <{GRAPHS['dua']}> ."
    refused = [
        client.put("/graph/dua/x", **turtle),
        client.post("/graph/dua/x", **turtle),
        client.delete("/graph/dua/wawancara", headers=headers),
        client.put("/graph/links/x", **turtle),
        client.put("/data?graph=urn:other:graph", **turtle),
        client.post("/data?default", **turtle),
        client.post("/data", **turtle),
        client.post("/data", headers=headers, content_type="application/n-quads", data=other),
        client.post("/submissions", headers=headers, data={"study": "dua"}),
        client.post("/update", headers=headers, data={"update": "DROP ALL"}),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert client.put("/graph/satu/x", **turtle).status_code in (201, 204, 422)


def test_an_admin_is_of_all_studies(chosen: Settings) -> None:
    with pytest.raises(BadParameter, match="all studies"):
        Tokens(chosen.tokens_file).create("kepala", Role.ADMIN, ["satu"])


def test_who_read_and_who_was_refused_is_in_the_audit_log(
    app: Flask, chosen: Settings, tokens: dict[str, str]
) -> None:
    client = app.test_client()
    headers = {"Authorization": f"Bearer {tokens['satu']}"}
    path = "/page/id/satu/finding/f1"
    client.get(path, headers=headers)
    client.get("/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%22kata%22%7D", headers=headers)
    client.delete("/graph/satu/wawancara", headers=headers)
    client.get("/findings", headers={"Authorization": "Bearer nobody"})
    file = chosen.tokens_file.with_name("audit.jsonl")
    assert file.stat().st_mode & 0o077 == 0
    last = [json.loads(line) for line in file.read_text().splitlines()[-4:]]
    told = [(line["caller"], line["action"], line["target"]) for line in last]
    assert told == [
        ("satu", "read", path),
        ("satu", "read", "/sparql"),  # and no word of the query
        ("satu", "refused", "DELETE /graph/satu/wawancara"),
        ("", "refused", "GET /findings"),
    ]
    assert last[0]["studies"] == ["satu"]
    assert all(line["time"] for line in last)


def test_what_commands_do_is_in_the_audit_log_and_old_lines_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, file = tmp_path / "store", tmp_path / "store/audit.jsonl"
    store.mkdir()
    old = json.dumps({"time": "2001-01-01T00:00:00.000+00:00", "action": "read"})
    file.write_text(old + "\n" + "{cut short\n")
    words = ["token", "create", "--role", "researcher", "--name", "baru", "--study", "satu"]
    with command.make_context("rembug", [*words, "--store", str(store)]) as context:
        command.invoke(context)
    (line,) = map(json.loads, file.read_text().splitlines())
    assert line["target"].endswith("token create")
    expected = {"token": "baru", "studies": ["satu"], "outcome": "done"}
    assert expected.items() <= line.items()
    monkeypatch.setenv("REMBUG_AUDIT_DAYS", "0")
    file.write_text(old + "\n")
    with command.make_context("rembug", ["token", "list", "--store", str(store)]) as context:
        command.invoke(context)
    assert len(file.read_text().splitlines()) == 2


def test_strangers_do_not_fill_the_disk_with_refusals(tmp_path: Path) -> None:
    log = audit.Audit(tmp_path / "audit.jsonl")
    for number in range(audit.MOST + 5):
        log.note({"action": "refused", "number": number}, bounded=True)
    log.note({"action": "PUT"})
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert audit.MOST - 10 < len(lines) - 1 <= 2 * audit.MOST  # an hour may end meanwhile
    assert lines[-1]["action"] == "PUT"


def test_writes_of_one_caller_are_bounded_and_counted_down_again(
    app: Flask, tokens: dict[str, str]
) -> None:
    client = app.test_client()
    headers = {"Authorization": f"Bearer {tokens['kurator']}"}
    writing = app.extensions["rembug"]["writing"]
    before = writing.total()
    assert client.delete("/graph/satu/nothing", headers=headers).status_code == 404
    assert writing.total() == before
    writing["kurator"] = 16  # that wait for their turn
    refused = client.delete("/graph/satu/nothing", headers=headers)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    writing["kurator"] = 0


PLACES = [
    place
    for study in ("a", "b", "c")
    for graph in [terms.submission_graph(study, "x")]
    for place in (graph, terms.restricted(graph))
] + [terms.INFERRED_RESTRICTED]
CONTENT = st.sets(st.integers(0, 5), max_size=4).map(
    lambda found: b"".join(b'<http://e/%d> <http://e/p> "w" .\n' % n for n in sorted(found))
)


@given(st.lists(st.tuples(st.sampled_from(PLACES), CONTENT), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_store_of_a_study_is_what_one_made_anew_is(
    commits: list[tuple[URIRef, bytes]],
) -> None:
    reads = Confined(Role.RESEARCHER, frozenset({"a", "b"}))
    query = "SELECT ?g ?s { { GRAPH ?g { ?s ?p ?o } } UNION { ?s ?p ?o } } ORDER BY ?g ?s"
    with KnowledgeGraph.in_memory() as graph:
        graph.rows(query, reads)  # so that it follows from the beginning
        for place, content in commits:
            graph.commit(Change(replace={place: content}))
        followed = graph.rows(query, reads).rows
        graph.rebuild()
        assert graph.rows(query, reads).rows == followed
        hidden = {str(terms.INFERRED_RESTRICTED), str(PLACES[5])}
        assert not hidden & {str(row["g"]) for row in followed if "g" in row}


def test_nothing_is_concluded_for_one_study_from_what_another_restricts(
    kg: KnowledgeGraph,
) -> None:
    """Whoever has a token of one study reads no conclusion that has a restricted premise."""

    def iri(study: str, kind: str) -> URIRef:
        return terms.thing(study, kind, "x")

    def said(*triples: tuple[URIRef, URIRef, URIRef]) -> bytes:
        return "".join(f"<{s}> <{p}> <{o}> .\n" for s, p, o in triples).encode()

    actor, concluded = iri("dua", "actor"), {}
    for study, other in (("satu", "dua"), ("dua", "satu")):
        public = terms.submission_graph(study, "wawancara")
        evidence, informant = iri(study, "evidence"), iri(study, "informant")
        spoken = [
            (evidence, terms.CG.supports, iri(study, "finding")),
            (evidence, terms.CG.givenBy, informant),
            # One whose premises are in both: what one study restricts of the other's evidence.
            (iri(other, "evidence"), terms.CG.supports, iri(study, "policy")),
        ]
        kg.commit(
            Change(
                replace={
                    public: said((informant, terms.CG.speaksFor, actor)),
                    terms.restricted(public): said(*spoken),
                }
            )
        )
        concluded[study] = (iri(study, "finding"), terms.CG.voicedBy, actor)
    submissions.entail(kg)

    def reads(role: Reads) -> set[str]:
        """Of whose finding somebody reads who voices it."""
        return {
            study
            for study, (s, p, o) in concluded.items()
            if b"true" in kg.answer(f"ASK {{ <{s}> <{p}> <{o}> }}", role).body
        }

    assert reads(Role.RESEARCHER) == {"satu", "dua"}
    assert reads(Role.PUBLIC) == set()
    for study, other in (("satu", "dua"), ("dua", "satu")):
        one = Confined(Role.RESEARCHER, frozenset({study}))
        assert other not in reads(one)
        mixed = f"ASK {{ <{iri(other, 'policy')}> <{terms.CG.voicedBy}> ?who }}"
        assert b"true" in kg.answer(mixed, Role.RESEARCHER).body
        assert b"false" in kg.answer(mixed, one).body
        assert b"false" in kg.answer(mixed, Role.PUBLIC).body
