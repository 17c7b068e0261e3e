"""Settings, read once, and the folders that ship with Rembug.

Order: what a command is told, then the environment (`REMBUG_STORE`, …), then `rembug.toml` in the
current folder, then the defaults below.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self, get_type_hints
from urllib.parse import unquote, urlsplit, urlunsplit

from rembug.errors import BadParameter, Words, with_cause

_NAMES = {
    int: Words("a whole number", "bilangan bulat"),
    float: Words("a number", "bilangan"),
    str: Words("text", "teks"),
}
_CHOICES = {
    "default_graph": ("union", "strict"),
    "store_auth": ("basic", "digest"),
    "reader_auth": ("basic", "digest"),
}
_LISTS = {"federation": "URLs", "readers": "NAME=URL"}
_READERS = ("public", "all")
_FILE = "rembug.toml"
_REPOSITORY = Path(__file__).parents[2]
_PACKAGED = Path(__file__).parent / "resources"


@dataclass(frozen=True)
class Limits:
    """What one request may take, and how many there may be.

    Attributes:
        workers: processes at most.
        seconds: time for one request, counted from when a worker takes it.
        memory: MiB that a worker may take for one request.
        result: MiB of a result.
        per_caller: requests of one caller at a time, slow ones not counted.
        waiting: requests that may wait for a worker.
        endpoints: what SERVICE and LOAD may call.
    """

    workers: int = 8
    seconds: float = 30
    memory: int = 1024
    result: int = 256
    per_caller: int = 4
    waiting: int = 32
    endpoints: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Endpoint:
    """A SPARQL 1.1 server.

    Attributes:
        query: URL of its query operation.
        update: URL of its update operation.
        user: who asks; empty where it asks for nobody.
        password: theirs.
        auth: `basic` or `digest` (RFC 7617, RFC 7616).
    """

    query: str
    update: str
    user: str = ""
    password: str = field(default="", repr=False)
    auth: str = "basic"


@dataclass(frozen=True)
class Location:
    """Where a store is.

    Attributes:
        folder: of the embedded store, or of the replica of the one on a server.
        server: the one that keeps it; None for an embedded store.
    """

    folder: Path
    server: Endpoint | None = None


@dataclass(frozen=True)
class Settings:
    """What can be set; every field has an environment variable `REMBUG_{FIELD}`.

    Attributes:
        store: folder of the embedded store, or `sparql+` and the URL of a server's query operation.
        store_update: URL of the server's update operation; empty where queries go, with `update`
            in the place of a last step `query`.
        store_user: who writes on the server; empty if it asks for nobody.
        store_password: theirs; better given in the environment.
        store_auth: how the server asks for them: `basic` or `digest`.
        store_replica: folder of the server's replica.
        readers: repositories on servers that answer in the place of a reading store, each as
            `public=` or `all=`, `sparql+` and the URL of its query operation; after a space that of
            its update operation, where it is another. In the environment between commas.
        reader_user: who writes there, where the URL names nobody (`https://user:password@…`).
        reader_password: theirs; better given in the environment.
        reader_auth: how those servers ask for them: `basic` or `digest`.
        host: address that `serve` listens on.
        port: TCP port that `serve` listens on; 0 takes a free one.
        proxy: address of the proxy in front, whose X-Forwarded-For, -Proto and -Host are believed;
            empty for none.
        default_graph: `union` (of all the graphs that the caller may read) or `strict`.
        agent: who commits, as provenance names them; empty for the account's own name.
        workers: processes that answer callers' queries; 0 for two a processor, four at least.
        query_timeout: seconds that a query may take.
        query_memory: MiB that a query may take.
        largest_result: MiB of a query's result.
        largest_upload: MiB of what one request brings, unpacked.
        queries_per_caller: queries of one caller at a time.
        waiting: queries that may wait for a worker.
        federation: endpoints that SERVICE and LOAD may call; in the environment between commas
            or blanks.
        tokens: file of the tokens; empty for `tokens.json` in the store's folder.
        audit_days: days that lines of the audit log are kept; 0 for always.
        keep_versions: earlier versions of the graph that can be asked for; 0 for all.
        frameworks: folder of frameworks of your own, in Turtle; empty for those that ship alone.
    """

    store: str = "./rembug-store"
    store_update: str = ""
    store_user: str = ""
    store_password: str = ""
    store_auth: str = "basic"
    store_replica: str = "./rembug-replica"
    readers: tuple[str, ...] = field(default=(), repr=False)
    reader_user: str = ""
    reader_password: str = field(default="", repr=False)
    reader_auth: str = "basic"
    host: str = "127.0.0.1"
    port: int = 8000
    proxy: str = ""
    default_graph: str = "union"
    agent: str = ""
    workers: int = 0
    query_timeout: float = 30
    query_memory: int = 1024
    largest_result: int = 256
    largest_upload: int = 256
    queries_per_caller: int = 4
    waiting: int = 32
    federation: tuple[str, ...] = ()
    tokens: str = ""
    audit_days: int = 730
    keep_versions: int = 0
    frameworks: str = ""

    @classmethod
    def load(cls, *, given: Mapping[str, object] | None = None, folder: Path = Path()) -> Self:
        """Gather the settings from all their places.

        Args:
            given: what the command was told, by field; None values count as not given.
            folder: where `rembug.toml` may lie.

        Raises:
            BadParameter: the file cannot be parsed, names an unknown setting, or a value has the
                wrong type.
        """
        names = {field.name for field in fields(cls)}
        merged: dict[str, object] = {}
        file = folder / _FILE
        if file.is_file():
            try:
                merged |= tomllib.loads(file.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise BadParameter(
                    with_cause(f"{file} is not TOML", f"{file} bukan TOML yang benar", error)
                ) from error
            if unknown := sorted(set(merged) - names):
                raise BadParameter(
                    Words(
                        f"{file} sets {', '.join(unknown)}; known settings: "
                        f"{', '.join(sorted(names))}",
                        f"{file} memuat {', '.join(unknown)}; setelan yang dikenal: "
                        f"{', '.join(sorted(names))}",
                    )
                )
        for name in names:
            if (value := os.environ.get(f"REMBUG_{name.upper()}")) is not None:
                merged[name] = value
        merged |= {k: v for k, v in (given or {}).items() if v is not None}
        for name, words in _CHOICES.items():
            if (choice := merged.get(name, words[0])) not in words:
                raise BadParameter(
                    Words(
                        f"the setting {name} is {' or '.join(words)}, not {choice!r}",
                        f"setelan {name} diisi {' atau '.join(words)}, bukan {choice!r}",
                    )
                )
        types = get_type_hints(cls)
        return cls(**{k: _fit(k, v, types[k]) for k, v in merged.items()})

    @property
    def location(self) -> Location:
        """Where the store is.

        Raises:
            BadParameter: it is a URL, and not `sparql+http://…` or `sparql+https://…`.
        """
        if "://" not in self.store:
            return Location(Path(self.store))
        query = self.store.removeprefix("sparql+")
        if query == self.store or not query.startswith(("http://", "https://")):
            raise BadParameter(
                Words(
                    f"--store is a folder or sparql+http(s)://…, and {self.store} is neither",
                    f"--store diisi folder atau sparql+http(s)://…, sedangkan {self.store} bukan "
                    "keduanya",
                )
            )
        update = self.store_update or _update(query)
        server = Endpoint(query, update, self.store_user, self.store_password, self.store_auth)
        return Location(Path(self.store_replica), server)

    @property
    def reader_endpoints(self) -> Mapping[str, Endpoint]:
        """The repositories that answer in the place of reading stores, by the reader's name.

        Raises:
            BadParameter: one is not `public=sparql+http(s)://…` or `all=sparql+http(s)://…`, or
                both have the same repository.
        """
        found: dict[str, Endpoint] = {}
        for number, told in enumerate(self.readers, 1):
            name, _, urls = told.partition("=")
            # Not a word of what was given is repeated: a URL may have a password in it.
            if name not in _READERS or name in found or not urls:
                raise BadParameter(
                    Words(
                        f"--reader number {number} is not public=sparql+http(s)://… or "
                        "all=sparql+http(s)://…, each once",
                        f"--reader ke-{number} bukan public=sparql+http(s)://… atau "
                        "all=sparql+http(s)://…, masing-masing satu kali",
                    )
                )
            found[name] = self.reader_endpoint(urls)
        if len({endpoint.query for endpoint in found.values()}) < len(found):
            raise BadParameter(
                Words(
                    "--reader public and all need a repository each, not the same one",
                    "--reader public dan all masing-masing memerlukan repositori sendiri, tidak "
                    "boleh sama",
                )
            )
        return found

    def reader_endpoint(self, urls: str) -> Endpoint:
        """A repository by the URL of its query operation, and after a space that of its updates.

        Raises:
            BadParameter: that is not `sparql+http(s)://…`.
        """
        query, _, update = urls.strip().partition(" ")
        try:
            query, user, password = _without_user(query.removeprefix("sparql+"))
            update, *_ = _without_user(update.strip().removeprefix("sparql+") or _update(query))
        except ValueError as error:
            raise BadParameter(
                Words(
                    "a reader's repository is sparql+http(s)://…, a URL",
                    "repositori pembaca ditulis sebagai URL sparql+http(s)://…",
                )
            ) from error
        user, password = (user, password) if user else (self.reader_user, self.reader_password)
        return Endpoint(query, update, user, password, self.reader_auth)

    @property
    def tokens_file(self) -> Path:
        """Where the tokens are kept."""
        if self.tokens:
            return Path(self.tokens)
        remote = "://" in self.store
        return Path("rembug-tokens.json") if remote else Path(self.store, "tokens.json")

    @property
    def reviews(self) -> Path:
        """Where decisions on proposed links are kept until they are published."""
        return self.tokens_file.with_name("reviews")

    @property
    def fetched(self) -> Path:
        """Where what a portal gives in pages is kept until all of it is there."""
        return self.tokens_file.with_name("fetched")

    @property
    def limits(self) -> Limits:
        """What callers' queries may take."""
        return Limits(
            workers=self.workers or max(4, 2 * (os.cpu_count() or 1)),
            seconds=self.query_timeout,
            memory=self.query_memory,
            result=self.largest_result,
            per_caller=self.queries_per_caller,
            waiting=self.waiting,
            endpoints=frozenset(self.federation),
        )


def _update(query: str) -> str:
    """Where updates go, as most servers have it beside the query operation."""
    return re.sub(r"/query(?=$|\?)", "/update", query)


def _without_user(url: str) -> tuple[str, str, str]:
    """A URL, and who it says that asks; raises ValueError where it is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError
    host = parts.netloc.rpartition("@")[2]
    bare = urlunsplit(parts._replace(netloc=host, fragment=""))
    return bare, unquote(parts.username or ""), unquote(parts.password or "")


def _fit(name: str, value: object, kind: type) -> Any:
    if name in _LISTS:
        parts = re.split(r"[,\s]+", value) if isinstance(value, str) else value
        if not isinstance(parts, list | tuple) or not all(isinstance(p, str) for p in parts):
            raise BadParameter(
                Words(
                    f"the setting {name} is a list of {_LISTS[name]}",
                    f"setelan {name} diisi daftar {_LISTS[name]}",
                )
            )
        return tuple(part.strip() for part in parts if part.strip())
    try:
        fitted = kind(value)
        if kind is not str and (fitted < 0 or fitted != fitted):
            raise ValueError
        return fitted
    except (TypeError, ValueError) as error:
        raise BadParameter(
            Words(
                f"the setting {name} takes {_NAMES[kind].en}, not {value!r}",
                f"setelan {name} diisi {_NAMES[kind].id}, bukan {value!r}",
            )
        ) from error


def shipped(folder: str) -> Path:
    """A folder that ships with Rembug: `ontology`, `shapes`, `queries`, `data` or `docs`.

    In a checkout these lie at its top; a built wheel carries them inside the package.
    """
    packaged = _PACKAGED / folder
    return packaged if packaged.is_dir() else _REPOSITORY / folder


def ontology_dir() -> Path:
    """The ontology's modules and schemes (Turtle)."""
    return shipped("ontology")


def scheme_files() -> list[Path]:
    """The files of the schemes: those that ship, then those in the folder of `frameworks`.

    Raises:
        BadParameter: there is no such folder.
    """
    return [*sorted((ontology_dir() / "schemes").glob("*.ttl")), *own_frameworks()]


def own_frameworks() -> list[Path]:
    """The files in the folder of `frameworks`; raises BadParameter where there is none."""
    told = Settings.load().frameworks
    if told and not Path(told).is_dir():
        raise BadParameter(
            Words(
                f"the setting frameworks names {told}, and there is no such folder",
                f"setelan frameworks menyebut {told}, tetapi folder itu tidak ada",
            )
        )
    return sorted(Path(told).glob("*.ttl")) if told else []


def ontology_files() -> list[Path]:
    """The files of the ontology: its modules and all schemes."""
    return [*sorted(ontology_dir().glob("*.ttl")), *scheme_files()]


def shapes_dir() -> Path:
    """The shapes (SHACL in Turtle)."""
    return shipped("shapes")


def queries_dir() -> Path:
    """The catalogue's queries (SPARQL with a header)."""
    return shipped("queries")


def docs_dir() -> Path:
    """The documentation (Markdown)."""
    return shipped("docs")


def data_dir() -> Path:
    """The shipped studies."""
    return shipped("data")
