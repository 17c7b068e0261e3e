"""What an assistant is told, asked by the protocol's own client over both of its transports."""

import asyncio
import json
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

import rembug
from rembug import web
from rembug.graph import KnowledgeGraph, Role
from rembug.settings import Settings
from rembug.tokens import Tokens
from rembug.web.assistant import transport

from ..service import serving
from .conftest import Running, start

ID = "https://w3id.org/rembug/id/contoh"
CG = "PREFIX cg: <https://w3id.org/rembug/ontology#> "
SECRET = "Capital is scarce"  # of a restricted interview


@dataclass
class Assistant:
    """Asks one tool after another over a connection of its own."""

    url: str
    token: str = ""

    def __call__(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What a tool answers; a refusal as `refused`."""
        return self.during(lambda client: _call(client, tool, arguments))

    def during(self, doing: Callable[[Client], Awaitable[Any]]) -> Any:
        async def asked() -> Any:
            headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            async with (
                httpx2.AsyncClient(headers=headers, timeout=60) as http,
                Client(streamable_http_client(f"{self.url}mcp", http_client=http)) as client,
            ):
                return await doing(client)

        return asyncio.run(asked())


async def _call(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    if result.is_error:
        return {"refused": result.content[0].text}  # type: ignore[union-attr]
    told = result.structured_content
    assert told is not None
    assert told == json.loads(result.content[0].text)  # type: ignore[union-attr]
    return told


@pytest.fixture(scope="module")
def service(contoh: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The example study with a token for each role in `tokens`."""
    folder = tmp_path_factory.mktemp("tokens")
    tokens = Tokens(folder / "tokens.json")
    made = {
        role: tokens.create(role.name.lower(), role) for role in Role if role is not Role.PUBLIC
    }
    running = start(web.create_app(contoh, Settings(tokens=str(folder / "tokens.json"))))
    running.tokens = made  # type: ignore[attr-defined]
    yield running


@pytest.fixture(scope="module")
def ask(service: Running) -> Assistant:
    return Assistant(service.url)


@pytest.fixture(scope="module")
def researcher(service: Running) -> Assistant:
    return Assistant(service.url, service.tokens[Role.RESEARCHER])  # type: ignore[attr-defined]


def test_what_is_there_can_be_listed(ask: Assistant) -> None:
    async def listed(client: Client) -> tuple[Any, Any, str]:
        read = await client.read_resource("rembug://instructions/id")
        return await client.list_tools(), await client.list_resources(), read.contents[0].text

    tools, resources, text = ask.during(listed)
    assert {tool.name for tool in tools.tools} >= {"overview", "find", "sparql", "verify_draft"}
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools.tools)
    assert {str(one.uri) for one in resources.resources} == {
        "rembug://instructions/en",
        "rembug://instructions/id",
    }
    assert text == transport.instructions("id")


def test_an_answer_carries_what_it_rests_on(ask: Assistant, service: Running) -> None:
    for tool, arguments in (
        ("overview", {}),
        ("find", {"text": "percaya", "lang": "id"}),
        ("ask_question", {"name": "element-ratings", "parameters": {"study": "contoh"}}),
        ("describe", {"iri": f"{ID}/finding/f2"}),
        ("cite", {"iri": f"{ID}/finding/f2"}),
        ("sparql", {"query": CG + "SELECT ?f { ?f a cg:Finding } ORDER BY ?f"}),
        ("verify_draft", {"text": "The actors trust each other."}),
    ):
        told = ask(tool, **arguments)
        assert told["version"] > 0, tool
        assert told["page"].startswith(service.url), tool
        assert any(one["synthetic"] and one["licence"] for one in told["sources"]), tool
        if tool in ("ask_question", "describe", "sparql", "verify_draft"):
            assert "SELECT" in told["query"]


def test_every_page_that_an_answer_names_is_there(ask: Assistant, service: Running) -> None:
    told = [ask("describe", iri=f"{ID}/finding/f2"), ask("find", text="trust")]
    told += [ask("cite", iri=f"{ID}/finding/f2"), ask("ask_question", name="actors-and-roles")]
    pages = {page for one in told for page in _pages(one) if page.startswith(service.url)}
    assert len(pages) > 10
    for page in pages:
        path = page.removeprefix(service.url)
        assert service.ask("GET", "/" + path.partition("#")[0], Accept="text/html")[0] == 200, page


def _pages(told: object) -> Iterator[str]:
    match told:
        case {"page": str(page), **rest}:
            yield page
            yield from _pages(rest)
        case dict():
            for each in told.values():
                yield from _pages(each)
        case list():
            for each in told:
                yield from _pages(each)


def test_answers_come_in_pages(ask: Assistant) -> None:
    query = CG + "SELECT ?f { ?f a cg:Finding } ORDER BY ?f"
    first = ask("sparql", query=query, limit=5)["answer"]
    second = ask("sparql", query=query, limit=100, offset=first["next"])["answer"]
    assert len(first["rows"]) == 5
    assert first["total"] == len(first["rows"]) + len(second["rows"])
    assert second["next"] is None
    assert ask("sparql", query=query, limit=101).keys() == {"refused"}


def test_an_empty_answer_says_why(ask: Assistant) -> None:
    found = ask("find", text="zzqxv")
    assert found["answer"] == []
    assert found["words_nothing_has"] == ["zzqxv"]
    assert "not prove" in found["empty"]
    told = ask("sparql", query=CG + "SELECT ?s { ?s cg:peerDebriefing ?o }", lang="id")
    assert "refused" in told or told["empty"]


def test_an_unknown_name_is_refused_with_the_nearest(ask: Assistant) -> None:
    assert "cg:Finding" in ask("sparql", query=CG + "SELECT ?s { ?s a cg:Findng }")["refused"]
    assert "element-ratings" in ask("ask_question", name="element-rating")["refused"]
    assert "f2" in ask("describe", iri=f"{ID}/finding/f2x")["refused"]
    told = ask("ask_question", name="element-ratings", parameters={"study": "conto"})
    assert "contoh" in told["refused"]


def test_roles_hold(ask: Assistant, researcher: Assistant) -> None:
    query = (
        "SELECT ?l { GRAPH ?g { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l } "
        f'FILTER(CONTAINS(?l, "{SECRET}")) }}'
    )
    for tool, arguments in (
        ("sparql", {"query": query}),
        ("find", {"text": SECRET}),
        ("describe", {"iri": f"{ID}/finding/f4"}),
        ("verify_draft", {"text": "Capital is hard to come by."}),
    ):
        known, hidden = researcher(tool, **arguments), ask(tool, **arguments)
        assert SECRET in json.dumps(known["answer"]), tool
        assert SECRET not in json.dumps(hidden["answer"]), tool
        assert (known["read_as"], hidden["read_as"]) == ("researcher", "public")


def test_a_token_nobody_has_and_a_sessions_cookie_open_nothing(service: Running) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).encode()
    accept = "application/json, text/event-stream"
    told = {"Content_Type": "application/json", "Accept": accept}
    assert service.ask("POST", "/mcp", body, Authorization="Bearer x", **told)[0] == 401
    assert service.ask("POST", "/mcp", body, **told)[0] == 200


JUDGED = (
    ("The actors trust each other.", "supported"),
    ("Para aktor saling percaya!", "supported"),
    ("The actors don't trust each other.", "contradicted"),
    ("The actors never trust each other.", "contradicted"),
    ("Trust building is good.", "supported"),
    ("Trust building in the bamboo craft collaboration is not weak.", "supported"),
    ("Membangun kepercayaan sangat lemah.", "contradicted"),
    ("Trust building is very good.", "not in the graph"),  # it is rated good
    ("There is trust building.", "supported"),
    ("There is no trust building.", "contradicted"),
    ("Trust building is good because of the Regent.", "not in the graph"),
    ("Trust building is good in 12 villages.", "not in the graph"),
    ("Trust building may be good.", "not in the graph"),
    ("Trust building is good in Village A.", "not in the graph"),
    ("Trust building is good and impact is weak.", "not in the graph"),
    ("Trust building.", "not in the graph"),
    ("The actors of the forest trust each other.", "not in the graph"),
    ("Each other trust the actors.", "not in the graph"),  # the same words
    ("Impact is good.", "contested"),  # of one program, and weak of another
    ("Decisions are made by consensus.", "contradicted"),
    ("Capital is hard to come by.", "not in the graph"),  # its evidence is restricted
    ("The training was not continued.", "contested"),  # evidence for and against
    # Asymmetries are unfavourable: to say how they stand does not say whether they are there.
    ("There are no power, resource and knowledge asymmetries.", "supported"),
)


@pytest.fixture(scope="module")
def verdicts(ask: Assistant) -> dict[str, dict[str, Any]]:
    """What is said of each sentence, all in one draft."""
    text = "\n".join(text for text, _ in JUDGED)
    parts = [ask("verify_draft", text=text, offset=offset)["answer"] for offset in (0, 20)]
    return {one["sentence"]: one for part in parts for one in part}


@pytest.mark.parametrize(("text", "verdict"), JUDGED)
def test_a_sentence_is_judged_by_stance_and_evidence(
    verdicts: dict[str, dict[str, Any]], text: str, verdict: str
) -> None:
    found = verdicts[text]
    assert found["verdict"] == verdict, found
    for side in ("supported_by", "contradicted_by"):
        for one in found[side]:
            assert any(one["evidence"].values())
            assert one["why"]


def test_a_verdict_names_its_findings_and_evidence(ask: Assistant) -> None:
    told = ask("verify_draft", text="Impact is good. Nobody knows.", study="contoh")
    one, other = told["answer"]
    assert [each["finding"] for each in one["supported_by"]] == [f"{ID}/finding/i1"]
    assert [each["finding"] for each in one["contradicted_by"]] == [f"{ID}/finding/i3"]
    assert one["supported_by"][0]["evidence"]["supports"][0]["iri"] == f"{ID}/evidence/e8"
    assert one["matched"][0]["iris"] == ["https://w3id.org/rembug/scheme/aspect/impact"]
    assert "names no aspect" in other["why"]
    assert told["tally"]["contested"] == 1


def test_what_only_another_study_states_is_told_apart_from_what_none_does(ask: Assistant) -> None:
    (one,) = ask("verify_draft", text="The actors trust each other.", study="pembanding")["answer"]
    assert one["verdict"] == "not in the graph"
    assert one["why"].startswith("Another study states this")


def test_a_long_draft_comes_in_parts(ask: Assistant) -> None:
    text = "The actors trust each other. " * 45
    told = ask("verify_draft", text=text)
    assert (told["sentences"], len(told["answer"]), told["next"]) == (45, 20, 20)
    assert len(ask("verify_draft", text=text, offset=40)["answer"]) == 5


HOSTILE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("sparql", {"query": "DROP ALL"}),
    ("sparql", {"query": "INSERT DATA { <a:a> <a:b> <a:c> }"}),
    ("sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"}),
    ("sparql", {"query": "SELECT * {"}),
    ("sparql", {"query": "x" * 20_001}),
    ("sparql", {"query": ""}),
    ("find", {"text": "a" * 1001}),
    ("find", {"text": "dinas", "kind": "nothing"}),
    ("find", {"text": "dinas", "limit": -1}),
    ("describe", {"iri": "> ; DROP ALL #"}),
    ("describe", {"iri": "javascript:alert(1)"}),
    ("cite", {"iri": ID + "/finding/f2> } ; DROP ALL #"}),
    ("ask_question", {"name": "../store/history"}),
    ("ask_question", {"name": "element-ratings", "parameters": {"study": "x> } #"}}),
    ("ask_question", {"name": "element-ratings", "parameters": {"nothing": "x"}}),
    ("ask_question", {"name": "element-ratings", "parameters": ["x"]}),
    ("verify_draft", {"text": "a" * 20_001}),
    ("verify_draft", {"text": "a", "study": "nowhere"}),
    ("overview", {"lang": "xx"}),
    ("nothing", {}),
)


def test_hostile_arguments_are_refused_in_words(ask: Assistant, contoh: KnowledgeGraph) -> None:
    before = contoh.version

    async def refused(client: Client) -> list[dict[str, Any]]:
        return [await _call(client, tool, arguments) for tool, arguments in HOSTILE]

    for told, (tool, arguments) in zip(ask.during(refused), HOSTILE, strict=True):
        assert told.keys() == {"refused"}, (tool, arguments)
        assert "Traceback" not in told["refused"]
    assert contoh.version == before


def test_no_argument_makes_somebody_else_of_a_caller(ask: Assistant) -> None:
    told = ask("describe", iri=f"{ID}/finding/f4", role="admin", read_as="admin", token="x")
    assert "refused" in told or told["read_as"] == "public"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 5000])
def test_what_is_no_message_is_refused(service: Running, body: bytes) -> None:
    told = {"Content_Type": "application/json", "Accept": "application/json, text/event-stream"}
    assert 400 <= service.ask("POST", "/mcp", body, **told)[0] < 500
    assert service.ask("GET", "/mcp", Accept="text/event-stream")[0] == 405
    assert service.ask("DELETE", "/mcp")[0] == 405


def test_an_older_client_is_answered_as_well(service: Running) -> None:
    async def asked() -> Any:
        async with Client(f"{service.url}mcp", mode="legacy") as client:
            return await _call(client, "find", {"text": "percaya"})

    assert asyncio.run(asked())["answer"]


def test_two_at_once_get_each_their_own(service: Running, researcher: Assistant) -> None:
    async def asked() -> list[Any]:
        async with Client(f"{service.url}mcp") as one, Client(f"{service.url}mcp") as other:
            both = (
                _call(each, "find", {"text": "trust", "lang": lang})
                for each, lang in ((one, "en"), (other, "id")) * 4
            )
            return list(await asyncio.gather(*both))

    told = asyncio.run(asked())
    assert {one["version"] for one in told} == {told[0]["version"]}
    assert all(one["answer"] for one in told)


@pytest.mark.parametrize("beside", [False, True])
def test_the_same_over_standard_input(magetan_store: Path, tmp_path: Path, beside: bool) -> None:
    shutil.copytree(magetan_store, tmp_path / "store")
    iri = "https://w3id.org/rembug/id/magetan/finding/impact-neglected"

    async def asked() -> list[dict[str, Any]]:
        code = "import sys; from rembug.cli import main; sys.argv[0] = 'rembug'; main()"
        source = str(Path(rembug.__file__).parents[1])
        role = "public" if beside else "researcher"
        command = ["-c", code, "mcp", "--store", str(tmp_path / "store"), "--as", role]
        started = StdioServerParameters(
            command=sys.executable, args=command, env={"PYTHONPATH": source}
        )
        async with Client(stdio_client(started)) as client:
            with pytest.raises(MCPError):
                await client.read_resource("rembug://instructions/xx")
            return [
                await _call(client, "find", {"text": "dampak", "lang": "id"}),
                await _call(client, "verify_draft", {"text": "Dampak lemah.", "lang": "id"}),
                await _call(client, "cite", {"iri": iri}),
            ]

    if beside:
        with serving(tmp_path):
            found, verified, cited = asyncio.run(asked())
    else:
        found, verified, cited = asyncio.run(asked())
    assert iri in {one["iri"] for one in found["answer"]}
    assert verified["answer"][0]["supported_by"][0]["finding"] == iri
    assert cited["answer"]["page"] == iri  # no service is named that shows it
    # Each answer to who may read what is restricted is noted at once, not when the command ends.
    log = tmp_path / "store/audit.jsonl"
    lines = map(json.loads, log.read_text().splitlines() if log.exists() else ())
    read = [line for line in lines if line["action"] == "read"]
    told = ("assistant", "/mcp", "researcher")
    assert [(one["caller"], one["target"], one["role"]) for one in read] == [told] * (
        0 if beside else 3
    )
