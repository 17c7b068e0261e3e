"""The other end of the private socket: a store that another process of the same account owns."""

import json
import threading
from base64 import b64decode
from collections.abc import Collection, Iterable, Mapping, Sequence
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any, Self

from rdflib import URIRef
from rdflib.term import Node

from rembug.errors import StoreUnreachable, Words
from rembug.graph import change_files
from rembug.graph.folders import SOCKET
from rembug.graph.model import Answer, Change, Grounds, Reads, Request, Role, Scope
from rembug.graph.owner.messages import error_from_json, grounds_to_json, scope_to_json
from rembug.graph.passing import passing_folder
from rembug.graph.reader import Triple
from rembug.graph.syntax import as_triples, change_to_json, nodes_to_text, triples_to_text


class Owned:
    """A Backend that another process of the same account owns, used through its socket."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._turn = threading.Lock()

    @classmethod
    def connect(cls, folder: Path) -> Self | None:
        """Reach the owner of a store, or None if it does not listen."""
        try:
            return cls(Client(str(folder / SOCKET), "AF_UNIX"))
        except OSError:
            return None

    def version(self) -> int:
        """The number of the newest commit."""
        return int(self._ask({"do": "version"}))

    def graphs(self) -> frozenset[str]:
        """The IRIs of all named graphs."""
        return frozenset(self._ask({"do": "graphs"}))

    def answer(self, request: Request) -> Answer:
        """Have the owner answer a query; see `KnowledgeGraph.answer`."""
        assert isinstance(request.role, Role)  # as a command asks
        named = request.protocol
        kind, media_type, body, shown = self._ask(
            {
                "do": "answer",
                "query": request.query,
                "role": request.role,
                "accept": dict(request.accept),
                "named": [sorted(part) for part in named] if named else None,
                "base": request.base,
                "version": request.version,
            }
        )
        return Answer.of(kind, media_type, b64decode(body), shown)

    def past(self, version: int) -> Path:
        """The folder of the record as it was at a version."""
        return Path(self._ask({"do": "past", "version": version}))

    def index_file(self, role: Reads) -> Path:
        """The file of a role's index, at the newest version; any process may read it."""
        assert isinstance(role, Role)
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
                **scope_to_json(scope),
            }
        )
        return as_triples(found)

    def holding(self, triples: Collection[Triple], scope: Scope) -> set[Triple]:
        """Those of some triples that some of the graphs hold."""
        request = {"do": "holding", "triples": triples_to_text(triples), **scope_to_json(scope)}
        return set(as_triples(self._ask(request)))

    def graphs_with(self, nodes: Sequence[Node]) -> frozenset[str]:
        """The graphs that have one of some nodes at either end of a triple."""
        return frozenset(self._ask({"do": "graphs with", "nodes": nodes_to_text(nodes)}))

    def exceeds(self, quads: int) -> bool:
        """Whether there are more quads than so many; costs no more than those."""
        return bool(self._ask({"do": "exceeds", "quads": quads}))

    def altered(self, since: int, grounds: Grounds) -> bool:
        """Whether a commit after a version changed any of it, or may have."""
        return bool(self._ask({"do": "altered", "since": since, **grounds_to_json(grounds)}))

    def apply(self, change: Change, base: int | None) -> int:
        """Make a change, whole or not at all."""
        if not change_files.is_large(change):
            return int(self._ask({"do": "apply", "base": base, **change_to_json(change)}))
        with passing_folder() as folder:  # both processes are of one account
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
            raise error_from_json(reply)
        return reply
