"""The owner's end of the private socket: `owner.sock`, which only the same account may open."""

import contextlib
import json
import logging
import os
import socket
import threading
from base64 import b64encode
from collections.abc import Mapping
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Any, Final, Protocol

from rdflib import URIRef

from rembug.errors import RembugError, StoreFull, StoreUnreachable, Words
from rembug.graph import change_files
from rembug.graph.folders import SOCKET
from rembug.graph.model import Answer, Asker, Backend, Change, Named, Role
from rembug.graph.owner.messages import error_to_json, grounds_from_json, scope_from_json
from rembug.graph.syntax import as_triples, change_from_json, nodes_from_text, triples_to_text

_UNEXPECTED: Final = Words(
    "something went wrong there; look into its log",
    "terjadi kesalahan di sana; lihat log layanan",
)
_logger: Final = logging.getLogger("rembug.socket")


class Answering(Protocol):
    """What the door reaches of a service besides its store: answers, and earlier versions."""

    def answer(
        self,
        query: str,
        role: Role,
        accept: Mapping[str, str],
        protocol: Named | None,
        asker: Asker,
        base: str | None,
        version: int | None,
    ) -> Answer:
        """Answer a query as a role reads."""

    def past(self, version: int) -> Path:
        """The folder of the record as it was at a version."""

    def index_file(self, role: Role) -> Path:
        """The file of a role's index, at the newest version."""

    def commit(self, change: Change, base: int | None) -> int:
        """Make a change."""

    def rebuild(self) -> None:
        """Make the reading stores anew."""


class Door:
    """The owner's end of the private socket: answers each connection in a thread of its own."""

    def __init__(self, backend: Backend, service: Answering, folder: Path) -> None:
        """Listen in the store's folder; both must allow calls from several threads."""
        self._backend, self._service = backend, service
        self._guests: set[Connection] = set()
        self._turn = threading.Lock()
        self._closed = False
        path = folder / SOCKET
        path.unlink(missing_ok=True)
        # The folder is its owner's alone already. The umask is the whole process's: changed by two
        # threads at once, it stayed so that no folder made later could be entered.
        self._listener = Listener(str(path), "AF_UNIX")
        path.chmod(0o600)
        threading.Thread(target=self._accept, name="private socket", daemon=True).start()

    def close(self) -> None:
        """Stop listening and hang up on everyone."""
        self._listener.close()
        with self._turn:  # what is being done is done first
            self._closed = True
            for connection in list(self._guests):  # a thread that ends takes its own out
                with contextlib.suppress(OSError):
                    socket.socket(fileno=os.dup(connection.fileno())).shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError:
                return
            self._guests.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        try:
            while True:
                request = json.loads(connection.recv_bytes())
                with self._turn:
                    try:
                        if self._closed:
                            raise StoreUnreachable(
                                Words(
                                    "the running service is ending; try again",
                                    "layanan yang berjalan sedang berhenti; coba lagi",
                                )
                            )
                        reply = json.dumps(self._reply(request))
                    except RembugError as error:
                        reply = json.dumps(error_to_json(error))
                    except Exception as error:  # an error in answering is an answer too
                        full = StoreFull.of(error) if isinstance(error, OSError) else None
                        if full is None:
                            _logger.exception("a request on the private socket failed")
                        reply = json.dumps(error_to_json(full or RembugError(_UNEXPECTED)))
                connection.send_bytes(reply.encode())
        except (EOFError, OSError):
            return
        finally:
            self._guests.discard(connection)
            connection.close()

    def _reply(self, request: dict[str, object]) -> object:
        match request:
            case {"do": "version"}:
                return self._backend.version()
            case {"do": "graphs"}:
                return sorted(self._backend.graphs())
            case {"do": "triples", "graphs": list(graphs)}:
                return b64encode(self._backend.triples(graphs)).decode()
            case {"do": "matching", "place": int(place), "nodes": str(nodes), **rest}:
                scope = scope_from_json(rest)
                predicate = URIRef(str(rest["predicate"])) if rest["predicate"] else None
                found = self._backend.matching(place, nodes_from_text(nodes), predicate, scope)
                return triples_to_text(found)
            case {"do": "holding", "triples": str(triples), **rest}:
                some = set(as_triples(triples))
                return triples_to_text(self._backend.holding(some, scope_from_json(rest)))
            case {"do": "graphs with", "nodes": str(nodes)}:
                return sorted(self._backend.graphs_with(nodes_from_text(nodes)))
            case {"do": "exceeds", "quads": int(quads)}:
                return self._backend.exceeds(quads)
            case {"do": "altered", "since": int(since), **rest}:
                return self._backend.altered(since, grounds_from_json(rest))
            case {"do": "answer", "query": str(query), "role": int(role), **rest}:
                return self._answer(query, Role(role), rest)
            case {"do": "past", "version": int(version)}:
                return str(self._service.past(version).absolute())
            case {"do": "index", "role": int(role)}:
                return str(self._service.index_file(Role(role)).absolute())
            case {"do": "rebuild"}:
                self._service.rebuild()
                return None
            case {"do": "backup", "folder": str(folder)}:
                return self._backend.backup(Path(folder))
            case {"do": "apply", "base": int() | None as base, "folder": str(folder)}:
                return self._service.commit(change_files.read_back(Path(folder)), base)
            case {"do": "apply", "base": int() | None as base, **rest}:
                return self._service.commit(change_from_json(rest), base)
            case _:
                raise RembugError(
                    Words(
                        f"unknown request {request.get('do')!r} on the private socket",
                        f"permintaan {request.get('do')!r} tidak dikenal pada soket pribadi",
                    )
                )

    def _answer(self, query: str, role: Role, told: Mapping[str, Any]) -> object:
        named = told["named"]
        protocol = (frozenset(named[0]), frozenset(named[1])) if named else None
        answer = self._service.answer(
            query, role, told["accept"], protocol, Asker(), told["base"], told["version"]
        )
        return [answer.kind, answer.media_type, b64encode(answer.body).decode(), answer.version]
