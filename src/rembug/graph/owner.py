"""Who owns the embedded store, and the private socket through which others use it meanwhile.

The owner holds a lock on `owner.lock` in the store's folder. A running service also listens on
`owner.sock` there, which only the same account may open; a command that finds the store owned
sends its reads and commits through it. A message is one line of JSON each way.
"""

import contextlib
import fcntl
import json
import logging
import os
import socket
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol, Self

from rdflib import URIRef
from rdflib.term import Node

from rembug import errors
from rembug.errors import RembugError, StoreFull, StoreInUse, StoreUnreachable, Words
from rembug.graph import change_files
from rembug.graph.model import Answer, Asker, Backend, Change, Named, Role, Scope
from rembug.graph.reader import Triple
from rembug.graph.syntax import (
    as_triples,
    change_from_json,
    change_to_json,
    nodes_from_text,
    nodes_to_text,
    triples_to_text,
)

_LOCK: Final = "owner.lock"
_SOCKET: Final = "owner.sock"
_logger: Final = logging.getLogger("rembug.socket")


def _close_to_others(folder: Path) -> None:
    """Let the owner alone into a folder that was made by other means, such as a volume."""
    if folder.stat().st_mode & 0o077:
        try:
            folder.chmod(0o700)
        except PermissionError:
            _logger.warning("others may enter %s: let its owner run chmod 700 on it", folder)


class Ownership:
    """The right to open a store's files, held until `release` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        """Take the store, or say who has it.

        Raises:
            StoreInUse: another process owns it.
            StoreUnreachable: the folder cannot be made or written.
        """
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _close_to_others(folder)
            self._lock = (folder / _LOCK).open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreUnreachable(
                Words(
                    f"the store {folder} cannot be used: {error}",
                    f"penyimpanan {folder} tidak dapat dipakai: {error}",
                )
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.seek(0)
            owner = _owner(self._lock.read())
            self._lock.close()
            raise StoreInUse(str(folder), *owner) from error
        self._lock.truncate(0)
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
        self._lock.write(json.dumps({"pid": os.getpid(), "command": command}))
        self._lock.flush()

    def release(self) -> None:
        """Give the store back."""
        self._lock.truncate(0)
        self._lock.close()


def _owner(note: str) -> tuple[int | None, str | None]:
    try:
        found = json.loads(note)
    except json.JSONDecodeError:
        return None, None
    return found["pid"], found["command"]


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
        path = folder / _SOCKET
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
                        reply: object = self._reply(request)
                    except RembugError as error:
                        reply = _told(error)
                    except Exception as error:  # an error in answering is an answer too
                        _logger.exception("a request on the private socket failed")
                        full = StoreFull.of(error) if isinstance(error, OSError) else None
                        wrong = RembugError(
                            Words(
                                "something went wrong there; look into its log",
                                "terjadi kesalahan di sana; lihat log layanan",
                            )
                        )
                        reply = _told(full or wrong)
                connection.send_bytes(json.dumps(reply).encode())
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
                scope = _scope(rest)
                predicate = URIRef(str(rest["predicate"])) if rest["predicate"] else None
                found = self._backend.matching(place, nodes_from_text(nodes), predicate, scope)
                return triples_to_text(found)
            case {"do": "holding", "triples": str(triples), **rest}:
                some = set(as_triples(triples))
                return triples_to_text(self._backend.holding(some, _scope(rest)))
            case {"do": "exceeds", "quads": int(quads)}:
                return self._backend.exceeds(quads)
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


class Owned:
    """A Backend that another process of the same account owns, used through its socket."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._turn = threading.Lock()

    @classmethod
    def connect(cls, folder: Path) -> Self | None:
        """Reach the owner of a store, or None if it does not listen."""
        try:
            return cls(Client(str(folder / _SOCKET), "AF_UNIX"))
        except OSError:
            return None

    def version(self) -> int:
        """The number of the newest commit."""
        return int(self._ask({"do": "version"}))

    def graphs(self) -> frozenset[str]:
        """The IRIs of all named graphs."""
        return frozenset(self._ask({"do": "graphs"}))

    def ask(
        self,
        query: str,
        role: Role,
        accept: Mapping[str, str],
        protocol: Named | None,
        base: str | None,
        version: int | None,
    ) -> Answer:
        """Have the owner answer a query; see `KnowledgeGraph.answer`."""
        kind, media_type, body, shown = self._ask(
            {
                "do": "answer",
                "query": query,
                "role": role,
                "accept": dict(accept),
                "named": [sorted(part) for part in protocol] if protocol else None,
                "base": base,
                "version": version,
            }
        )
        return Answer.of(kind, media_type, b64decode(body), shown)

    def past(self, version: int) -> Path:
        """The folder of the record as it was at a version."""
        return Path(self._ask({"do": "past", "version": version}))

    def index_file(self, role: Role) -> Path:
        """The file of a role's index, at the newest version; any process may read it."""
        return Path(self._ask({"do": "index", "role": role}))

    def triples(self, graphs: Sequence[str]) -> bytes:
        """The merged content of some graphs, in N-Triples."""
        return b64decode(self._ask({"do": "triples", "graphs": list(graphs)}))

    def matching(
        self, place: int, nodes: Sequence[Node], predicate: URIRef | None, scope: Scope
    ) -> Iterable[Triple]:
        """The triples of some graphs that have one of some nodes at a place."""
        found = self._ask(
            {
                "do": "matching",
                "place": place,
                "nodes": nodes_to_text(nodes),
                "predicate": predicate,
                **_scope_to_json(scope),
            }
        )
        return as_triples(found)

    def holding(self, triples: Collection[Triple], scope: Scope) -> set[Triple]:
        """Those of some triples that some of the graphs hold."""
        request = {"do": "holding", "triples": triples_to_text(triples), **_scope_to_json(scope)}
        return set(as_triples(self._ask(request)))

    def exceeds(self, quads: int) -> bool:
        """Whether there are more quads than so many; costs no more than those."""
        return bool(self._ask({"do": "exceeds", "quads": quads}))

    def apply(self, change: Change, base: int | None) -> int:
        """Make a change, whole or not at all."""
        if not change_files.is_large(change):
            return int(self._ask({"do": "apply", "base": base, **change_to_json(change)}))
        with TemporaryDirectory(prefix="rembug-") as folder:  # both processes are of one account
            change_files.write_down(change, written := Path(folder) / "change")
            return int(self._ask({"do": "apply", "base": base, "folder": str(written)}))

    def backup(self, folder: Path) -> int:
        """Copy the store into a new folder."""
        return int(self._ask({"do": "backup", "folder": str(folder.absolute())}))

    def rebuild(self) -> None:
        """Have the reading stores made anew."""
        self._ask({"do": "rebuild"})

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(self, request: Mapping[str, object]) -> Any:
        try:
            with self._turn:
                self._connection.send_bytes(json.dumps(request).encode())
                reply = json.loads(self._connection.recv_bytes())
        except (EOFError, OSError) as error:
            raise StoreUnreachable(
                Words(
                    "the running service stopped answering; `rembug history` tells whether the "
                    "commit was made",
                    "layanan yang berjalan berhenti menjawab; `rembug history` menunjukkan "
                    "apakah komitnya tersimpan",
                )
            ) from error
        if isinstance(reply, dict):
            raise _error(reply)
        return reply


def _told(error: RembugError) -> dict[str, object]:
    """An error as JSON says it: its kind, its words, and what else it knows."""
    about = {name: value for name, value in vars(error).items() if _is_plain(value)}
    return {"error": type(error).__name__, "message": str(error), "about": about}


def _error(told: Mapping[str, Any]) -> RembugError:
    kind = getattr(errors, str(told["error"]), RembugError)
    error: RembugError = kind.__new__(kind, str(told["message"]))
    error.args = (str(told["message"]),)
    for name, value in told["about"].items():
        setattr(error, name, Words(*value) if name in ("words", "why") else value)
    return error


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float)


def _set(graphs: object) -> frozenset[str] | None:
    return frozenset(map(str, graphs)) if isinstance(graphs, list) else None


def _scope(told: Mapping[str, object]) -> Scope:
    return Scope(_set(told["only"]), _set(told["without"]) or frozenset(), bool(told["all"]))


def _scope_to_json(scope: Scope) -> dict[str, object]:
    return {
        "only": _list(scope.only),
        "without": sorted(scope.without),
        "all": scope.restricted,
    }


def _list(graphs: frozenset[str] | None) -> list[str] | None:
    return None if graphs is None else sorted(graphs)
