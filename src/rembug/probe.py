"""What another engine can be trusted with: it is asked what the embedded one was asked too.

The ready questions over the examples, one file of which was sent twice, and small cases of what
SPARQL 1.1 defines. The result is kept in the repository itself, so that each service that starts
with it need not try again until the server, the questions or the cases change.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

from rdflib import Graph, URIRef

from rembug import reasoning, settings, terms
from rembug.catalogue import Catalogue, Query
from rembug.errors import BadParameter, Words
from rembug.graph import Case, Change, KnowledgeGraph, Repository, Rows, Server, Trial
from rembug.settings import Endpoint, Settings

_FILE: Final = Path(__file__).with_name("probe.toml")
_PREFIXES: Final = "PREFIX : <http://example.org/>\n"
_VALUES: Final = {"study": "contoh", "language": "id"}


@dataclass(frozen=True)
class Probe:
    """The cases and their graph.

    Attributes:
        graph: that they are asked of.
        cases: with the answers of the embedded engine.
        silent: the ready questions that the examples have no answer to; trying them says nothing.
    """

    graph: KnowledgeGraph
    cases: Sequence[Case]
    silent: Sequence[str]

    @classmethod
    def made(cls) -> "Probe":
        """Prepare it from the files that ship with Rembug."""
        with _FILE.open("rb") as file:
            told = tomllib.load(file)
        graph = _filled({URIRef(name): text.encode() for name, text in told["graphs"].items()})
        cases = [
            Case(
                about["name"],
                text := _PREFIXES + about["query"],
                graph.answer(text).body,
                exact=about.get("exact", False),
                ordered=about.get("ordered", False),
                long=about.get("long", False),
            )
            for about in told["case"]
        ]
        silent = []
        for name, text in _questions():
            expected = graph.answer(text).body
            if _says_something(expected):
                cases.append(Case(name, text, expected, question=name.split()[0]))
            else:
                silent.append(name)
        return cls(graph, cases, silent)

    def trial(self, repository: Repository, *, anew: bool = False, fed: bool = False) -> Trial:
        """What a server is trusted with, by what was found before or by trying it now.

        Args:
            repository: one that may be emptied, unless it was tried before.
            anew: whether to try it in any case.
            fed: whether it may be tried, and so emptied, where a service feeds it.

        Raises:
            BadParameter: a service feeds it.
            StoreUnreachable: it cannot be filled.
        """
        repository.answer_of_trial("SELECT ?s { ?s ?p ?o } LIMIT 1")  # the server says what it is
        tag = self._tag(repository.exchange.software)
        known = None if anew else repository.kept_trial()
        if known is not None and known[0] == tag:
            return Trial(self.cases, known[1])
        if repository.is_fed and not fed:
            raise BadParameter(
                Words(
                    "a service answers from that repository, which a trial would empty; name an "
                    "empty one on the same server",
                    "ada layanan yang menjawab dari repositori itu, sedangkan uji coba akan "
                    "mengosongkannya; sebutkan repositori kosong di server yang sama",
                )
            )
        differing = self.graph.differing(repository, self.cases, tag)
        repository.keep_trial(tag, differing)
        return Trial(self.cases, differing)

    def _tag(self, software: str) -> str:
        found = hashlib.sha256(software.encode())
        for case in self.cases:
            found.update(repr(case).encode())
        return found.hexdigest()


def repository(endpoint: Endpoint) -> Repository:
    """Look at a repository.

    Raises:
        BadParameter: it holds what no Rembug put there.
        StoreUnreachable: it does not answer, or takes no updates.
    """
    return Repository(Server(endpoint))


def read_from(graph: KnowledgeGraph, chosen: Settings) -> Mapping[str, Trial]:
    """Let the repositories that the settings name answer for their readers.

    Returns:
        By the reader's name, what its server is trusted with.

    Raises:
        BadParameter: a setting does not fit, or a repository holds something else.
        StoreUnreachable: a server does not answer.
    """
    found: dict[str, Trial] = {}
    if not (endpoints := chosen.reader_endpoints):
        return found
    probe = Probe.made()
    for name, endpoint in endpoints.items():
        place = repository(endpoint)
        found[name] = probe.trial(place, fed=True)
        graph.service.read_from(name, place, found[name])
    return found


def refill(graph: KnowledgeGraph, chosen: Settings) -> None:
    """Make the repositories that the settings name anew from the reading stores.

    Where a service runs, it does so itself. Raises as `read_from` does.
    """
    for name, endpoint in chosen.reader_endpoints.items():
        graph.refill(name, repository(endpoint))


def _filled(graphs: Mapping[URIRef, bytes]) -> KnowledgeGraph:
    """The examples, the first of them sent twice, with what follows from them, and other graphs."""
    ontology, data = Graph(), Graph()
    for file in settings.ontology_files():
        ontology.parse(file)
    files = sorted((settings.data_dir() / "examples").glob("*.ttl"))
    for file in files:
        data.parse(file)
    graph = KnowledgeGraph.in_memory()
    graph.commit(
        Change(
            {
                terms.ONTOLOGY_GRAPH: ontology,
                terms.submission_graph("contoh", "examples"): data,
                terms.submission_graph("contoh", "again"): Graph().parse(files[0]),
                terms.INFERRED: reasoning.entail(ontology, data),
                **graphs,
            }
        )
    )
    return graph


def _questions() -> Iterator[tuple[str, str]]:
    """The ready questions, each without values and with those that the examples have."""
    for name, query in Catalogue.load(settings.queries_dir()).items():
        values = _values(query)
        for size in range(len(values) + 1):
            for chosen in combinations(values.items(), size):
                told = ", ".join(f"{key}={value}" for key, value in chosen)
                yield f"{name} ({told})" if told else name, query.bind(dict(chosen))


def _values(query: Query) -> dict[str, str]:
    found = {}
    for parameter in query.parameters:
        value = _VALUES.get(parameter.type) or parameter.default or "".join(parameter.values[:1])
        if value:
            found[parameter.name] = value
    return found


def _says_something(body: bytes) -> bool:
    return bool(len(Rows.from_json(body)))
