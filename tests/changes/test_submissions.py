"""Files come in through the gate, whole or not at all, and can be taken back the same way."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rdflib import PROV, RDF, RDFS, XSD, Graph, Literal, URIRef

from rembug import reasoning, settings, terms
from rembug.changes import provenance, studies, submissions, updates
from rembug.changes.commits import Commit
from rembug.changes.ontology import ensure_ontology
from rembug.errors import BadParameter, EarlierVersions, Refused, UnknownName, Unreadable
from rembug.gate import Severity
from rembug.graph import SUBJECT, Change, KnowledgeGraph, Role, Scope, Triple, n_triples
from rembug.privacy.scan import Review
from rembug.sources import Submission
from rembug.terms import CG

Write = Callable[[str, str], Path]

HEAD = """
@prefix cg: <https://w3id.org/rembug/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix : <https://w3id.org/rembug/id/s/> .
@prefix study: <https://w3id.org/rembug/id/s/study/> .
"""
ACTOR = (
    HEAD
    + """
<https://w3id.org/rembug/id/s/actor/a> a cg:CraftCentre ; cg:inStudy study:s ;
    rdfs:label "Sentra A"@id, "Centre A"@en .
"""
)
BROKEN = (
    HEAD
    + """
<https://w3id.org/rembug/id/s/program/p> a cg:Program ;
    cg:inStudy study:s ;
    rdfs:label "Program"@id .
"""
)
PARTICIPATION = (
    HEAD
    + """
<https://w3id.org/rembug/id/s/collaboration/c> a cg:Collaboration ; cg:inStudy study:s ;
    rdfs:label "Kolaborasi"@id, "Collaboration"@en .
[] a cg:Participation ; cg:inStudy study:s ;
    cg:participant <https://w3id.org/rembug/id/s/actor/a> ;
    cg:participationIn <https://w3id.org/rembug/id/s/collaboration/c> .
"""
)


@pytest.fixture
def graph(kg: KnowledgeGraph) -> KnowledgeGraph:
    """A store with the ontology and an empty study `s`."""
    study = studies.describe("s", title_en="Study", title_id="Studi", start="2020", end="2022")
    submissions.submit(kg, [study], agent="curator")
    return kg


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def everything(graph: KnowledgeGraph) -> set[str]:
    return set(graph.dump(graph.graphs(Role.ADMIN), "nq").decode().splitlines())


def test_a_file_that_conforms_is_there_with_its_provenance(
    graph: KnowledgeGraph, write: Write
) -> None:
    commit = submissions.add(graph, [write("actors.ttl", ACTOR)], "s", agent="curator")
    [iri] = commit.added
    assert commit.version == graph.version
    assert len(graph.read([iri])) == 4
    record = graph.read([terms.PROVENANCE])
    [made] = record.subjects(PROV.generated, iri)
    assert (made, CG.commitNumber, Literal(commit.version)) in record
    event = provenance.history(graph)[-1]
    assert (event.action, event.file, event.study, event.agent) == (
        "add",
        "actors.ttl",
        "s",
        "curator",
    )
    assert event.sha256 is not None
    assert len(event.sha256) == 64


def test_the_same_file_again_masks_what_is_decided_otherwise_now(
    graph: KnowledgeGraph, write: Write
) -> None:
    file = write("actors.ttl", ACTOR.replace("Sentra A", "Sentra milik Bu Sulastri"))
    keep, mask = (Review({("name", "Bu Sulastri"): told}) for told in ("keep", "mask"))
    [iri] = submissions.add(graph, [file], "s", review=keep).added
    said = Literal("Bu Sulastri suka ini", lang="id")  # what an update says there is masked, too
    more = Graph().add((terms.thing("s", "actor", "a"), RDFS.comment, said))
    graph.commit(Change(append={iri: more}), graph.version)
    with pytest.raises(EarlierVersions, match="masked"):
        submissions.add(graph, [file], "s", review=mask, earlier="ask")
    other = write("centre.ttl", ACTOR.replace("actor/a", "actor/b"))
    commit = submissions.add(graph, [file, other], "s", review=mask, earlier="forget")
    assert iri in commit.added
    assert len(commit.added) == 2
    public = graph.read(graph.graphs(Role.PUBLIC)).serialize(format="nt")
    assert "Sulastri" not in public
    assert "Sentra milik [disamarkan]" in public
    assert "[disamarkan] suka ini" in public
    assert not graph.has_earlier
    version = graph.version
    assert submissions.add(graph, [file], "s", review=mask, earlier="ask").unchanged == (iri,)
    assert graph.version == version


def test_the_same_file_again_changes_nothing_under_any_name(
    graph: KnowledgeGraph, write: Write
) -> None:
    submissions.add(graph, [write("actors.ttl", ACTOR)], "s")
    before, version = everything(graph), graph.version
    again = submissions.add(graph, [write("actors.ttl", ACTOR)], "s")
    copied = submissions.add(graph, [write("copy.ttl", ACTOR)], "s")
    assert not again.added
    assert not copied.added
    assert again.unchanged == copied.unchanged
    assert graph.version == version
    assert everything(graph) == before


def test_what_does_not_conform_is_refused_with_its_line_and_stores_nothing(
    graph: KnowledgeGraph, write: Write
) -> None:
    before = everything(graph)
    with pytest.raises(Refused, match=r"program\.ttl:\d+: violation.*\n.*English") as caught:
        submissions.add(graph, [write("program.ttl", BROKEN)], "s")
    assert caught.value.exit_code == 1
    assert "Label berbahasa Inggris" in str(caught.value)
    assert everything(graph) == before


def test_one_bad_file_keeps_the_good_ones_out_too(graph: KnowledgeGraph, write: Write) -> None:
    before = everything(graph)
    with pytest.raises(Refused):
        submissions.add(graph, [write("a.ttl", ACTOR), write("b.ttl", BROKEN)], "s")
    assert everything(graph) == before


def test_files_of_one_commit_may_refer_to_each_other_in_any_order(
    graph: KnowledgeGraph, write: Write
) -> None:
    files = [write("participation.ttl", PARTICIPATION), write("actors.ttl", ACTOR)]
    commit = submissions.add(graph, files, "s")
    assert len(commit.added) == 2
    actor, arrangement = terms.thing("s", "actor", "a"), terms.thing("s", "collaboration", "c")
    assert (actor, CG.takesPartIn, arrangement) in graph.read([terms.INFERRED])


def test_a_file_that_does_not_parse_says_line_and_column(
    graph: KnowledgeGraph, write: Write
) -> None:
    before = everything(graph)
    with pytest.raises(Unreadable) as caught:
        submissions.add(graph, [write("bad.ttl", ACTOR + "\nnonsense here")], "s")
    assert (caught.value.name, caught.value.line) == ("bad.ttl", 10)
    assert caught.value.column is not None
    assert everything(graph) == before


def test_an_unknown_study_is_refused_with_the_nearest(graph: KnowledgeGraph, write: Write) -> None:
    studies_file = studies.describe("surakarta", title_en="S", title_id="S")
    submissions.submit(graph, [studies_file])
    with pytest.raises(UnknownName, match="did you mean surakarta"):
        submissions.add(graph, [write("actors.ttl", ACTOR)], "surakrta")


def test_revert_takes_a_submission_back_and_what_followed_from_it(
    graph: KnowledgeGraph, write: Write
) -> None:
    submissions.add(graph, [write("actors.ttl", ACTOR)], "s")
    data = {line for line in everything(graph) if "/graph/provenance>" not in line}
    submissions.add(graph, [write("participation.ttl", PARTICIPATION)], "s")
    name = provenance.history(graph)[-1].submission
    submissions.revert(graph, name, agent="curator")
    assert {line for line in everything(graph) if "/graph/provenance>" not in line} == data
    last = provenance.history(graph)[-1]
    assert (last.action, last.submission) == ("revert", name)


def test_revert_is_refused_when_others_rest_on_it(graph: KnowledgeGraph, write: Write) -> None:
    submissions.add(graph, [write("actors.ttl", ACTOR)], "s")
    name = provenance.history(graph)[-1].submission
    submissions.add(graph, [write("participation.ttl", PARTICIPATION)], "s")
    before = everything(graph)
    with pytest.raises(Refused, match="participant") as caught:
        submissions.revert(graph, name)
    assert everything(graph) == before
    resting = provenance.history(graph)[-1].submission
    for said in caught.value.words:
        assert said.endswith(f": rembug revert {name} {resting}")
    submissions.revert(graph, name, resting)


def test_what_was_reverted_can_come_in_again(graph: KnowledgeGraph, write: Write) -> None:
    file = write("actors.ttl", ACTOR)
    first = submissions.add(graph, [file], "s")
    submissions.revert(graph, str(first.added[0]))
    assert submissions.add(graph, [file], "s").added == first.added


def test_what_an_update_emptied_can_come_in_again(graph: KnowledgeGraph, write: Write) -> None:
    file = write("a.ttl", ACTOR)
    [iri] = submissions.add(graph, [file], "s").added
    graph.commit(Change(replace={iri: b""}))
    assert submissions.add(graph, [file], "s").added == (iri,)
    assert len(graph.read([iri])) == 4
    assert submissions.add(graph, [file], "s").unchanged == (iri,)


def test_an_unknown_submission_is_said_with_the_nearest(graph: KnowledgeGraph) -> None:
    with pytest.raises(UnknownName, match="submission"):
        submissions.revert(graph, "s/nothing-12345678")


def test_names_and_words_go_to_the_restricted_graph(graph: KnowledgeGraph, write: Write) -> None:
    text = (
        ACTOR
        + """
    <https://w3id.org/rembug/id/s/informant/p1> a cg:Informant ; cg:inStudy study:s ;
        cg:pseudonym "P1" ; cg:speaksFor <https://w3id.org/rembug/id/s/actor/a> ;
        cg:consent <https://w3id.org/rembug/scheme/consent/paraphrase> ;
        cg:realName "(nama)" .
    """
    )
    [iri] = submissions.add(graph, [write("informants.ttl", text)], "s").added
    assert (None, CG.realName, None) not in graph.read([iri])
    assert (None, CG.realName, Literal("(nama)")) in graph.read([terms.restricted(iri)])
    assert not len(graph.rows(f"SELECT * {{ ?informant <{CG.realName}> ?name }}", Role.PUBLIC))


def test_a_name_that_no_rule_moves_is_refused_in_public(
    graph: KnowledgeGraph, write: Write
) -> None:
    text = (
        ACTOR
        + """
    <https://w3id.org/rembug/id/s/informant/p1> a cg:Informant ; cg:inStudy study:s ;
        cg:pseudonym "P1" ; cg:speaksFor <https://w3id.org/rembug/id/s/actor/a> ;
        cg:consent <https://w3id.org/rembug/scheme/consent/paraphrase> ;
        <http://xmlns.com/foaf/0.1/name> "(nama)" .
    """
    )
    with pytest.raises(Refused, match="informant"):
        submissions.add(graph, [write("informants.ttl", text)], "s")


def test_the_shipped_study_fills_a_new_store_and_conforms(magetan: KnowledgeGraph) -> None:
    assert list(studies.known(magetan)) == ["magetan"]
    assert submissions.check(magetan).conforms
    assert submissions.consistency(magetan).sound


def test_filling_twice_changes_nothing(magetan_copy: Path) -> None:
    with KnowledgeGraph.own(str(magetan_copy)) as graph:
        version = graph.version
        submissions.fill(graph)
        assert graph.version == version


def test_the_entailed_graph_can_be_made_anew(magetan_copy: Path) -> None:
    with KnowledgeGraph.own(str(magetan_copy)) as graph:
        kept = set(graph.read([terms.INFERRED]))
        assert submissions.entail(graph) == len(kept)
        assert set(graph.read([terms.INFERRED])) == kept


def test_nothing_is_concluded_anew_while_the_rules_stay(
    kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    def anew(*_: object) -> None:
        raise AssertionError("everything was concluded anew")

    with monkeypatch.context() as patched:
        patched.setattr(reasoning, "entailed", anew)
        submissions.fill(kg)
    kept = set(kg.read([terms.INFERRED]))
    assert kept
    submissions.entail(kg)
    assert set(kg.read([terms.INFERRED])) == kept


def test_two_files_of_one_content_come_in_once(graph: KnowledgeGraph, write: Write) -> None:
    commit = submissions.add(graph, [write("a.ttl", ACTOR), write("b.ttl", ACTOR)], "s")
    assert len(commit.added) == len(commit.unchanged) == 1


def restricted_file(write: Write) -> Path:
    closed = terms.restricted(terms.submission_graph("s", "any"))
    name = f'<https://w3id.org/rembug/id/s/informant/p1> <{CG.realName}> "(nama)" .'
    return write("informants.trig", f"<{closed}> {{ {name} }}")


def test_a_submission_that_is_restricted_as_a_whole_is_known_again_and_can_be_taken_back(
    graph: KnowledgeGraph, write: Write
) -> None:
    informant = (
        ACTOR
        + f"""
    <https://w3id.org/rembug/id/s/informant/p1> a cg:Informant ; cg:inStudy study:s ;
        cg:pseudonym "P1" ; cg:speaksFor <https://w3id.org/rembug/id/s/actor/a> ;
        cg:consent <{terms.CONSENT.paraphrase}> .
    """
    )
    submissions.add(graph, [write("informants.ttl", informant)], "s")
    before = {line for line in everything(graph) if "/graph/provenance>" not in line}
    file = restricted_file(write)
    [iri] = submissions.add(graph, [file], "s").added
    assert len(graph.read([terms.restricted(iri)])) == 1 + 2  # the file's name and digest
    assert submissions.add(graph, [file], "s").unchanged == (iri,)
    submissions.revert(graph, str(iri))
    assert {line for line in everything(graph) if "/graph/provenance>" not in line} == before


def test_what_is_reverted_takes_its_restricted_part_along(
    graph: KnowledgeGraph, write: Write
) -> None:
    informant = (
        ACTOR
        + f"""
    <https://w3id.org/rembug/id/s/informant/p1> a cg:Informant ; cg:inStudy study:s ;
        cg:pseudonym "P1" ; cg:speaksFor <https://w3id.org/rembug/id/s/actor/a> ;
        cg:consent <{terms.CONSENT.paraphrase}> ; cg:realName "(nama)" .
    """
    )
    [iri] = submissions.add(graph, [write("informants.ttl", informant)], "s").added
    assert terms.restricted(iri) in graph.graphs(Role.ADMIN)
    submissions.revert(graph, str(iri))
    assert not any("(nama)" in line for line in everything(graph))


def test_a_filling_that_was_cut_short_is_taken_up_again(kg: KnowledgeGraph) -> None:
    assert kg.version == 1  # the ontology came in, and then the process was killed
    submissions.fill(kg)
    assert list(studies.known(kg)) == ["magetan"]


def test_a_study_that_was_taken_back_does_not_return_by_itself(magetan_copy: Path) -> None:
    with KnowledgeGraph.own(str(magetan_copy)) as graph:
        names = [event.submission for event in provenance.history(graph) if event.study]
        with pytest.raises(Refused, match="indicator"):  # a finding is about it
            submissions.revert(graph, *(name for name in names if "/indicators-" in name))
        assert len(submissions.revert(graph, *names).removed) == len(names) == 3
        submissions.fill(graph)
        assert studies.known(graph) == {}


def test_another_ontology_brings_its_entailments_with_it(
    magetan_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = shutil.copytree(settings.ontology_dir(), tmp_path / "ontology")
    (changed / "core.ttl").write_text((changed / "core.ttl").read_text() + "\n# newer\n")
    monkeypatch.setattr(settings, "ontology_dir", lambda: Path(changed))
    with KnowledgeGraph.own(str(magetan_copy)) as graph:
        right = set(graph.read([terms.INFERRED]))
        graph.commit(Change(drop=frozenset({terms.INFERRED})))
        ensure_ontology(graph)
        assert set(graph.read([terms.INFERRED])) == right


def test_files_added_at_the_same_time_both_come_in(
    graph: KnowledgeGraph, write: Write, tmp_path: Path
) -> None:
    files = [write(f"{n}.ttl", ACTOR.replace("actor/a", f"actor/{n}")) for n in ("one", "two")]

    def add(file: Path) -> int:
        with KnowledgeGraph.open(str(tmp_path / "store")) as guest:
            return submissions.add(guest, [file], "s").version

    before = graph.version
    with ThreadPoolExecutor() as pool:
        assert sorted(pool.map(add, files)) == [before + 1, before + 2]


ADD = """
import sys
from pathlib import Path
from rembug.changes import submissions
from rembug.graph import KnowledgeGraph

with KnowledgeGraph.open(sys.argv[1]) as graph:
    print("open", flush=True)
    submissions.add(graph, [Path(sys.argv[2])], "magetan", step=lambda s: print(s, flush=True))
"""


@pytest.mark.parametrize(
    ("until", "delay"), [("checking", 0.3), ("reasoning", 0.02), ("committing", 0.0),
                         ("committing", 0.002), ("committing", 0.01)],
)  # fmt: skip
def test_a_killed_add_leaves_the_store_as_before_or_as_after(
    magetan_copy: Path, write: Write, until: str, delay: float
) -> None:
    file = write(
        "actors.ttl", ACTOR.replace("/id/s/", "/id/magetan/").replace("study:s", "study:magetan")
    )
    with KnowledgeGraph.open(str(magetan_copy)) as graph:
        before, version = everything(graph), graph.version
    with subprocess.Popen(
        [sys.executable, "-c", ADD, str(magetan_copy), str(file)], stdout=subprocess.PIPE, text=True
    ) as adding:
        assert adding.stdout is not None
        for line in adding.stdout:
            if line.startswith(until):
                break
        time.sleep(delay)
        adding.kill()
    with KnowledgeGraph.open(str(magetan_copy)) as graph:
        if graph.version == version:
            assert everything(graph) == before
        else:
            [new] = [iri for iri in graph.graphs(Role.ADMIN) if "actors-" in iri]
            assert len(graph.read([new])) == 4
            assert (None, PROV.generated, new) in graph.read([terms.PROVENANCE])
            assert (new, RDF.type, CG.Submission) in graph.read([terms.PROVENANCE])
        assert submissions.check(graph).conforms


def test_a_store_is_judged_whole_only_where_it_must_be(
    magetan_copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    study = terms.study("magetan")
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"

    def added(name: str) -> str:
        caplog.clear()
        file = magetan_copy.parent / f"{name}.ttl"
        actor = terms.thing("magetan", "actor", name)
        file.write_text(
            f"<{actor}> a <{CG.CraftCentre}> ; <{CG.inStudy}> <{study}> ;\n"
            f'    {label} "{name}"@id, "{name}"@en .\n'
        )
        submissions.add(graph, [file], "magetan")
        return caplog.text

    with KnowledgeGraph.own(str(magetan_copy)) as graph:
        assert "whole store" not in added("one")
        held = graph.reader(Scope(only=frozenset({str(terms.PROVENANCE)})))
        [mark] = held.matching(SUBJECT, [terms.PROVENANCE], CG.judgedBy)
        other = Graph()
        other.add(mark)
        graph.commit(Change(remove={terms.PROVENANCE: other}))
        assert "not those it was judged by" in added("four")
        assert "whole store" not in added("five")


def test_what_an_older_store_has_wrong_can_be_mended_one_by_one(magetan_copy: Path) -> None:
    """Rules came that refuse what was let in before; nothing else is let in by that."""
    study, label = terms.study("magetan"), "<http://www.w3.org/2000/01/rdf-schema#label>"
    files = {}
    for name in ("one", "two"):
        actor = terms.thing("magetan", "program", name)
        start = f'<{CG.startDate}> "2022"^^<{XSD.gYear}>'
        files[name] = (
            f'<{actor}> a <{CG.Program}> ; {label} "a"@id, "a"@en ; <{CG.inStudy}> <{study}> ;\n'
            f'    {start} ; <{CG.endDate}> "2021"^^<{XSD.gYear}> .\n'
        )

    def put(name: str, text: str) -> Commit:
        iri = terms.submission_graph("magetan", name)
        told = n_triples(Graph().parse(data=text)).encode()
        return updates.put(graph, {iri: told}, whole=True, file="PUT")

    with KnowledgeGraph.own(str(magetan_copy)) as graph:
        held = graph.reader(Scope(only=frozenset({str(terms.PROVENANCE)})))
        older = Graph()
        older.add(next(iter(held.matching(SUBJECT, [terms.PROVENANCE], CG.judgedBy))))
        graph.commit(
            Change(
                {
                    terms.submission_graph("magetan", name): Graph().parse(data=text)
                    for name, text in files.items()
                },
                remove={terms.PROVENANCE: older},
            )
        )
        assert not submissions.check(graph).conforms
        with pytest.raises(Refused, match="is before the start"):
            put("three", files["two"].replace("program/two", "program/three"))
        report = put("one", files["one"].replace("2021", "2023")).report
        [left] = [r for r in report.results if r.shape == str(terms.SHAPES.EndAfterStart)]
        assert left.severity is Severity.WARNING
        assert left.focus_node.endswith("program/two")
        assert "before the rules changed" in left.messages["en"]
        put("two", files["two"].replace("2021", "2023"))
        assert submissions.check(graph).conforms
        with pytest.raises(Refused, match="is before the start"):  # from now on as always
            put("two", files["two"])


@pytest.mark.parametrize("slug", ["دراسة", "a" * 65])
def test_no_study_is_founded_that_no_question_could_name(kg: KnowledgeGraph, slug: str) -> None:
    with pytest.raises(BadParameter, match="64"):
        studies.describe(slug, title_en="a", title_id="a")
    public = Graph().add((terms.study(slug), RDF.type, CG.Study))
    with pytest.raises(Refused, match="64"):
        submissions.submit(kg, [Submission(slug, "s-1", "s.ttl", "0" * 64, public)])
    written = {terms.submission_graph(slug, "x"): n_triples(public).encode()}
    with pytest.raises(Refused, match="64"):
        updates.put(kg, written, whole=True, file="PUT")


def test_a_study_has_its_own_iri_and_no_datasets_name(kg: KnowledgeGraph) -> None:
    def founding(iri: URIRef, slug: str) -> None:
        public = Graph().add((iri, RDF.type, CG.Study))
        public.add((iri, RDFS.label, Literal("a", lang="en")))
        public.add((iri, RDFS.label, Literal("a", lang="id")))
        updates.put(
            kg,
            {terms.submission_graph(slug, "x"): n_triples(public).encode()},
            whole=True,
            file="PUT",
        )

    ensure_ontology(kg)
    with pytest.raises(Refused, match=r"the IRI <.*/id/s/study/s>"):
        founding(terms.thing("s", "study", "other"), "s")
    table = Graph().add((terms.dataset("s"), RDF.type, CG.LinkedDataset))
    table.add((terms.dataset("s"), RDFS.label, Literal("s")))
    kg.commit(Change({terms.dataset_graph("s"): table}))
    with pytest.raises(Refused, match="A dataset has the name “s”"):
        founding(terms.study("s"), "s")
    founding(terms.study("t"), "t")


def test_a_list_is_not_torn_by_what_goes(graph: KnowledgeGraph, write: Write) -> None:
    listed = ACTOR.replace('"Centre A"@en', '"Centre A"@en ; rdfs:seeAlso ( 1 2 3 )')
    [iri] = submissions.add(graph, [write("actors.ttl", listed)], "s").added
    nodes = {t for t in graph.read([iri]) if t[1] in (RDF.first, RDF.rest)}
    two = next(t for t in nodes if t[2] == Literal(2))

    def without(*gone: Triple) -> None:
        part = sum((Graph().add(t) for t in gone), Graph())
        updates.write(graph, Change(remove={iri: part}), graph.version, file="SPARQL Update")

    with pytest.raises(Refused, match="0 rdf:first and 1 rdf:rest") as caught:
        without(two)
    assert "0 rdf:first dan 1 rdf:rest" in str(caught.value.report)
    with pytest.raises(Refused, match="0 rdf:first and 0 rdf:rest"):
        without(*(t for t in nodes if t[0] == two[0]))
    without(*nodes)
    assert not nodes & set(graph.read([iri]))


def test_a_table_finds_the_restricted_things_of_its_study(
    graph: KnowledgeGraph, write: Write
) -> None:
    closed = ACTOR.removeprefix(HEAD).replace(
        "<https", "<https://w3id.org/rembug/graph/s/x/restricted> { <https", 1
    )
    closed = f"{HEAD}{closed}}}"
    submissions.add(graph, [write("closed.trig", closed)], "s")
    head = "kode,pernyataan (Indonesia),pernyataan (Inggris),jenis temuan,tentang,aspek\n"
    row = "f1,Rapat jarang,Meetings are rare,temuan,Sentra A,dialog tatap muka\n"
    [iri] = submissions.add(graph, [write("findings.csv", head + row)], "s").added
    both = graph.read({iri, terms.restricted(iri)} & graph.graphs(Role.ADMIN))
    assert terms.thing("s", "actor", "a") in set(both.objects())
