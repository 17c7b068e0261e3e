"""The SDK's server over two transports: a POST that Flask answers, and standard input and output.

Over HTTP each request is answered by itself, in JSON, without a session (Streamable HTTP, MCP
2025-06-18 and 2026-07-28): an event loop for the length of one request runs the SDK's own handler,
so that waitress, its limits and its log are those of every other request.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import anyio
from flask import Blueprint, Flask, Response, current_app, g, has_request_context, request

from rembug import __version__
from rembug.errors import RembugError
from rembug.graph import Role
from rembug.web.assistant import tools
from rembug.web.callers import PUBLIC, Caller, asker, caller, note_reading
from rembug.web.context import graph
from rembug.web.negotiation import LANGUAGES
from rembug.web.protocol import LONGEST

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

blueprint = Blueprint("assistant", __name__)

_Given = ParamSpec("_Given")
_Told = TypeVar("_Told")
_Message = MutableMapping[str, Any]
_ANYWHERE: Final = "http://rembug.invalid/"
_WATCHED: Final = 0.5  # seconds between looks whether the caller still waits
# A context for each call where there is no request, as over standard input.
_calling: ContextVar[Callable[[], AbstractContextManager[object]] | None] = ContextVar(
    "calling", default=None
)


@blueprint.post("/mcp")
def over_http() -> Response:
    """One message of the protocol; roles by bearer token alone, never by a session's cookie."""
    if caller().by_session:
        g.caller = PUBLIC
    return anyio.run(_answered, request.get_data(), asker().gone)


async def _answered(body: bytes, gone: Callable[[], bool]) -> Response:
    """The response that the SDK's handler makes of the request under way."""
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    waiting = [body]
    status = 500
    headers: list[tuple[bytes, bytes]] = []
    parts: list[bytes] = []

    async def receive() -> _Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        while not gone():
            await anyio.sleep(_WATCHED)
        return {"type": "http.disconnect"}

    async def send(message: _Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], message["headers"]
        else:
            parts.append(message.get("body", b""))

    manager = StreamableHTTPSessionManager(
        server()._lowlevel_server, json_response=True, stateless=True, max_request_body_size=LONGEST
    )
    async with manager.run():
        await manager.handle_request(_scope(), receive, send)
    response = Response(b"".join(parts), status)
    for name, value in headers:
        response.headers[name.decode("latin-1")] = value.decode("latin-1")
    return response


def _scope() -> dict[str, Any]:
    """The request under way as ASGI says it (ASGI HTTP, §2.3)."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query_string,
        "root_path": "",
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
            for name, value in request.headers.items()
        ],
        "client": (request.remote_addr or "", 0),
        "server": None,
    }


def over_stdio(app: Flask, role: Role, site: str = "") -> None:
    """Answer one assistant over standard input and output until it hangs up.

    Args:
        app: the application over the graph.
        role: as whom it reads.
        site: the URL of the service that shows the pages; without one they are named by IRI.
    """

    @contextmanager
    def calling() -> Iterator[None]:
        with app.test_request_context("/mcp", base_url=site or _ANYWHERE):
            g.caller, g.no_site = Caller("assistant", role), not site
            yield
            note_reading(200, graph().version)  # at once: an assistant ends the command as it likes

    _calling.set(calling)
    anyio.run(server().run_stdio_async)


@cache
def server() -> "MCPServer":
    """The SDK's server with our tools and instructions; made when somebody first asks."""
    from mcp.server.mcpserver import MCPServer
    from mcp.types import ToolAnnotations

    made: MCPServer = MCPServer(
        "rembug",
        title="Rembug",
        version=__version__,
        instructions=instructions("en"),
        website_url="https://w3id.org/rembug/",
        log_level="WARNING",
        subscriptions=False,
    )
    reading = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    for tool in tools.ALL:
        made.add_tool(_guarded(tool), annotations=reading)
    for language in LANGUAGES:
        uri = f"rembug://instructions/{language}"
        made.resource(uri, mime_type="text/markdown", name=f"instructions.{language}")(
            _text_of(language)
        )
    return made


def instructions(language: str) -> str:
    """What an assistant is told about answering from the graph."""
    return (files(__package__) / f"instructions.{language}.md").read_text("utf-8")


def _text_of(language: str) -> Callable[[], str]:
    def text() -> str:
        return instructions(language)

    text.__doc__ = {
        "en": "How to answer from the graph: read this first.",
        "id": "Cara menjawab dari graf: baca ini lebih dahulu.",
    }[language]
    return text


def _guarded(tool: Callable[_Given, _Told]) -> Callable[_Given, _Told]:
    """A tool in the context of its caller; what Rembug refuses is told, not thrown."""
    from mcp.server.mcpserver.exceptions import ToolError

    @wraps(tool)
    def guarded(*args: _Given.args, **kwargs: _Given.kwargs) -> _Told:
        if not has_request_context():
            calling = _calling.get()
            assert calling is not None
            with calling():
                return guarded(*args, **kwargs)
        given: Mapping[str, Any] = kwargs
        g.lang = given.get("lang", "en")
        try:
            return tool(*args, **kwargs)
        except RembugError as error:
            raise ToolError(error.told(g.lang)) from error
        except Exception:
            current_app.logger.exception("the tool %s failed", tool.__name__)
            raise

    return guarded
