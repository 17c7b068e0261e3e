"""`rembug probe`: what a server answers otherwise than we do is found and not asked of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from rembug import settings
from rembug.catalogue import Catalogue
from rembug.cli import rembug
from rembug.errors import BadParameter, StoreUnreachable
from rembug.graph import KnowledgeGraph, Trial
from rembug.probe import Probe, read_from, repository
from rembug.settings import Endpoint, Limits, Settings

from . import servers


@pytest.fixture(scope="module")
def probe() -> Probe:
    return Probe.made()


def test_the_embedded_engine_answers_what_the_specification_says(probe: Probe) -> None:
    """The cases are only as good as the answers that they are compared with."""
    rows = {case.name: probe.graph.rows(case.query) for case in probe.cases if case.ordered}
    numbers = [str(row["n"]) for row in rows["ORDER BY numbers of several types"]]
    assert numbers == ["-1", "2.5", "9", "10"]
    expected = {case.name: case.expected for case in probe.cases}
    assert expected["what two graphs say counts once"].count(b'"2"') == 1
    assert expected["COUNT of nothing is 0"].count(b'"0"') == 1
    assert expected["FROM merges"].count(b'"o":') == 2
    assert expected["one or more steps, in a circle"].count(b'"o":') == 3
    assert expected["MINUS without a common variable takes nothing away"].count(b'"s":') == 4


def test_every_ready_question_is_asked_or_named(probe: Probe) -> None:
    asked = {case.question for case in probe.cases} | {name.split()[0] for name in probe.silent}
    assert set(Catalogue.load(settings.queries_dir())) <= asked


def test_the_engines_own_server_differs_in_what_is_known_of_it(
    probe: Probe, tmp_path: Path
) -> None:
    """It lists a graph of ours, and does not merge what FROM names (oxigraph/oxigraph#1919)."""
    with servers.oxigraph(tmp_path) as endpoint:
        found = probe.trial(repository(endpoint))
        assert set(found.differing) == {"FROM merges", "the names of all graphs"}
        for case in probe.cases:
            assert found.trusts(case.query) or not case.question
        ready = Catalogue.load(settings.queries_dir())["actors-and-roles"]
        assert found.trusts(ready.bind({"study": "another", "lang": "en"}))
        for query in (
            "SELECT ?s FROM <http://e/g> { ?s ?p ?o }",
            "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }",
            "ASK { GRAPH ?any { ?s ?p ?o } }",
        ):
            assert not found.trusts(query)
        assert found.trusts("CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <http://e/g> { ?s ?p ?o } }")
        kept = repository(endpoint)
        assert probe.trial(kept).differing == found.differing
        assert not kept.server.select("SELECT * { ?s ?p ?o }")  # nothing of the trial stays


def test_questions_that_virtuoso_answers_wrong_are_found_and_not_asked_of_it(
    probe: Probe, tmp_path: Path, missing: Callable[[str], None]
) -> None:
    if servers.program("virtuoso-t") is None:
        missing("virtuoso-t")
    ended: list[str] = []
    while True:
        with servers.virtuoso(tmp_path) as endpoint:
            try:
                found = probe.trial(repository(endpoint))
                break
            except StoreUnreachable as error:  # a question ends the server, and it is started again
                ended.append(str(error))
                assert len(ended) < 5
    wrong = {case.question for case in probe.cases if case.name in found.differing} - {""}
    assert wrong >= {
        *("coder-agreement", "indicators", "program-reach"),
        *("programs-lacking-impact-evidence", "programs-lacking-sustainability-evidence"),
    }
    assert all("the server ended when it was asked" in told for told in ended)
    assert "booleans come back" in found.differing
    assert found.most_rows == 10_000
    for case in probe.cases:
        if case.question:
            assert found.trusts(case.query) == (case.question not in wrong), case.name
    assert not found.trusts("SELECT ?s ?o { ?s <http://e/any> ?o }")  # it may be a boolean


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s { ?s ?p ?o FILTER(?o = NOW()) }",
        "SELECT ?s { SERVICE <http://e/> { ?s ?p ?o } }",
        "SELECT ?s { <relative> ?p ?s }",
        "DESCRIBE <http://e/a>",
        "SELECT ?s { ?s ?p ?o FILTER(<http://e/f>(?o)) }",
        "SELECT ?s { ?s ?p ?o FILTER(isBlank(?o)) }",
        "SELECT ?s { ?s ?p '''long''' }",
        "sel\\u0065ct ?s { ?s ?p ?o }",
        "this is no query",
    ],
)
def test_what_was_not_tried_is_not_trusted(probe: Probe, query: str) -> None:
    assert not Trial(probe.cases, {}).trusts(query)


def test_what_one_case_breaks_is_not_asked_in_another_text(probe: Probe) -> None:
    trial = Trial(probe.cases, {"MINUS": "2 rows for 0"})
    assert trial.trusts("SELECT ?s { ?s a ?t OPTIONAL { ?s <http://e/p> ?o } }")
    assert not trial.trusts("SELECT ?s { ?s a ?t MINUS { ?s <http://e/p> ?o } }")


def test_the_command_lists_what_differs(tmp_path: Path) -> None:
    with servers.oxigraph(tmp_path) as endpoint:
        done = CliRunner().invoke(rembug, ["probe", f"sparql+{endpoint.query}"])
        repository(endpoint).fill(1, (), iter(()), "a store")
        command = ["probe", f"sparql+{endpoint.query}", "--anew"]
        assert isinstance(CliRunner().invoke(rembug, command).exception, BadParameter)
    assert done.exit_code == 1
    assert "FROM merges" in done.output
    assert "3 rows for 2" in done.output


def test_a_service_reads_from_the_server_and_answers_by_itself_what_differs(
    tmp_path: Path, magetan: KnowledgeGraph
) -> None:
    with (
        servers.oxigraph(tmp_path / "server") as endpoint,
        KnowledgeGraph.own(str(tmp_path / "store"), limits=Limits()) as graph,
    ):
        from rembug.changes import submissions

        submissions.fill(graph)
        chosen = Settings(readers=(f"public=sparql+{endpoint.query}",))
        read_from(graph, chosen)
        (reader,) = graph.service._remote.values()
        while reader.version != graph.version:
            reader.wake()
        catalogue = Catalogue.load(settings.queries_dir())
        asked = 0
        for name in catalogue:
            text = catalogue[name].bind({})
            accept = {"solutions": "text/csv"}
            both = [g.answer(text, accept=accept).body for g in (graph, magetan)]
            if "CONCAT" not in text and name != "where-a-statement-comes-from":
                assert sorted(both[0].splitlines()) == sorted(both[1].splitlines()), name
            asked += 1
        here = [n for n in catalogue if not reader.trial.trusts(catalogue[n].bind({}))]
        assert reader.answered == asked - len(here)
        untried = {"centres-on-one-side", "small-businesses-reached", "review-findings"}
        assert set(here) <= untried | {"where-a-statement-comes-from"}


def test_secrets_of_a_reader_are_in_no_message() -> None:
    told = (
        "public=sparql+https://me:geheim%40@host/repositories/r?timeout=9 https://host/statements"
    )
    chosen = Settings(readers=(told,))
    assert chosen.reader_endpoints == {
        "public": Endpoint(
            "https://host/repositories/r?timeout=9", "https://host/statements", "me", "geheim@"
        )
    }
    assert "geheim" not in repr(chosen) + repr(chosen.reader_endpoints)
    wrong = (
        ("nobody=https://me:geheim@host/query",),
        ("public=ftp://me:geheim@host/query",),
        (told, told),
        ("public=https://me:geheim@h/query", "all=https://h/query"),
    )
    for readers in wrong:
        with pytest.raises(BadParameter) as error:
            _ = Settings(readers=readers).reader_endpoints
        assert "geheim" not in str(error.value)
