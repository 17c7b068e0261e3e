"""Who may read what informants said: by rule, by level and consent, and after they withdraw."""

import hashlib
import io
import random
import tempfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rdflib import (
    DCTERMS,
    OWL,
    PROV,
    QB,
    RDF,
    RDFS,
    SDO,
    SKOS,
    VOID,
    BNode,
    Graph,
    Literal,
    Namespace,
    URIRef,
)
from rdflib.term import Node

from rembug import linking, privacy, settings, simulate, sources, terms, web
from rembug.changes import (
    provenance,
    publishing,
    studies,
    submissions,
    updates,
    verdicts,
    withdrawals,
)
from rembug.changes.commits import Commit
from rembug.changes.earlier import Earlier
from rembug.changes.staging import Staged, Staging
from rembug.errors import BadParameter, EarlierVersions, Forbidden, Refused, UnknownName
from rembug.graph import SUBJECT, UNNAMED, Change, KnowledgeGraph, Role, Scope, graph_of
from rembug.graph.record.embedded import Embedded
from rembug.linking import Proposal, Row, datasets
from rembug.linking.datasets import Description
from rembug.privacy.cells import suppressing
from rembug.privacy.withdrawals import _NEEDED as NEEDED
from rembug.privacy.withdrawals import _REVIEWED as REVIEWED
from rembug.privacy.withdrawals import withdrawn
from rembug.terms import CG, OA

EXAMPLE = settings.data_dir() / "examples" / "contoh.ttl"


def thing(kind: str, name: str) -> URIRef:
    return terms.thing("contoh", kind, name)


def known(graph: KnowledgeGraph, node: Node, role: Role) -> bool:
    query = f"ASK {{ {{ <{node}> ?p ?o }} UNION {{ ?s ?q <{node}> }} }}"
    return b"true" in graph.answer(query, role).body


@pytest.mark.parametrize(
    ("evidence", "public"),
    [
        ("e1", True),  # paraphrase, public
        ("e2", True),  # verbatim, public
        ("e3", False),  # aggregate only
        ("e5", False),  # withheld
        ("e14", False),  # restricted
    ],
)
def test_a_passage_is_public_as_far_as_consent_and_level_allow(
    example: KnowledgeGraph, evidence: str, public: bool
) -> None:
    for node in (thing("evidence", evidence), thing("selector", evidence)):
        assert known(example, node, Role.PUBLIC) is public
        assert known(example, node, Role.RESEARCHER)


def test_codings_of_what_is_not_public_are_not_public(example: KnowledgeGraph) -> None:
    assert not known(example, thing("coding", "a6"), Role.PUBLIC)
    assert known(example, thing("coding", "a1"), Role.PUBLIC)


def test_what_the_gate_notes_tells_the_public_of_no_evidence_that_is_restricted(
    example: KnowledgeGraph,
) -> None:
    iri, notes = _submission(example), f"SELECT ?n {{ ?s <{CG.gateNote}> ?n }}"
    assert b"f8" in example.answer(notes, Role.RESEARCHER).body  # that it has no evidence at all
    assert b"f4>" not in example.answer(notes, Role.RESEARCHER).body  # its evidence is restricted
    assert not example.rows(notes, Role.PUBLIC).rows
    withdrawals.withdraw(example, "contoh", "P1")
    assert (iri, CG.gateNote, None) not in example.read(example.graphs(Role.ADMIN))


def _submission(graph: KnowledgeGraph) -> URIRef:
    (iri,) = {g for g in graph.graphs(Role.PUBLIC) if terms.is_of_a_study(g)}
    return iri


def test_nothing_public_is_derived_from_what_is_not(example: KnowledgeGraph) -> None:
    """e3 alone lets KUBE C speak against s2 and for s3."""
    voiced = f"ASK {{ <{thing('finding', 's3')}> <{CG.voicedBy}> <{thing('actor', 'kube-c')}> }}"
    assert b"false" in example.answer(voiced, Role.PUBLIC).body


def test_consent_that_stands_in_another_file_counts(kg: KnowledgeGraph, tmp_path: Path) -> None:
    text = EXAMPLE.read_text()
    informants = [line for line in text.splitlines() if line.startswith("informant:")]
    prefixes = [line for line in text.splitlines() if line.startswith("@prefix")]
    study = tmp_path / "informants.ttl"
    rest = tmp_path / "rest.ttl"
    study.write_text("\n".join([*prefixes, *informants]))
    rest.write_text("\n".join(line for line in text.splitlines() if line not in informants))
    submissions.add(kg, [rest, study], "contoh")
    assert not known(kg, thing("evidence", "e3"), Role.PUBLIC)
    assert known(kg, thing("evidence", "e3"), Role.RESEARCHER)


NODES = st.sampled_from([URIRef(f"http://e/{n}") for n in "abcdefgh"])
PREDICATES = st.sampled_from(
    [CG.supports, CG.selector, CG.codingOf, CG.givenBy, CG.inSource, OA.exact, CG.about]
)
CONSENT = st.sampled_from([terms.CONSENT[c] for c in ("verbatim", "aggregate-only", "withdrawn")])
LEVEL = st.sampled_from([terms.ACCESS[level] for level in ("public", "restricted", "withheld")])


@given(
    st.lists(st.tuples(NODES, PREDICATES, NODES), max_size=25),
    st.lists(st.tuples(NODES, CONSENT), max_size=4),
    st.lists(st.tuples(NODES, LEVEL), max_size=4),
)
def test_nothing_is_lost_and_nothing_that_names_a_closed_passage_is_public(
    triples: list[tuple[Node, Node, Node]],
    consents: list[tuple[Node, Node]],
    levels: list[tuple[Node, Node]],
) -> None:
    schema = Graph()
    schema.add((OA.exact, CG.accessRule, terms.ACCESS.restricted))
    given_ = Graph()
    for triple in triples:
        given_.add(triple)
    for who, what in consents:
        given_.add((who, CG.consent, what))
    for evidence, level in levels:
        given_.add((evidence, CG.accessLevel, level))
    public, restricted = Graph() + given_, Graph()
    privacy.withhold(
        public, restricted, set(schema.subjects(CG.accessRule, terms.ACCESS.restricted))
    )
    assert set(public) | set(restricted) == set(given_)
    assert not set(public) & set(restricted)
    assert (None, OA.exact, None) not in public
    for evidence, who in given_.subject_objects(CG.givenBy):
        if set(given_.objects(who, CG.consent)) - {terms.CONSENT.verbatim}:
            assert (evidence, None, None) not in public
            assert (None, None, evidence) not in public
    for evidence, level in levels:
        if level != terms.ACCESS.public:
            assert (evidence, None, None) not in public
            assert (None, None, evidence) not in public


def test_who_withdraws_leaves_with_what_rests_on_their_words_alone(
    example: KnowledgeGraph,
) -> None:
    def findings() -> set[str]:
        rows = example.rows(f"SELECT ?f {{ ?f a <{CG.Finding}> }}", Role.ADMIN)
        return {row["f"].value.rpartition("/")[2] for row in rows}

    before = findings()
    commit, found = withdrawals.withdraw(example, "contoh", "P1")
    assert commit.version == example.version
    for kind, name in (
        *(("informant", "p1"), ("interview", "w1"), ("evidence", "e1"), ("evidence", "e13")),
        *(("selector", "e1"), ("coding", "a1"), ("coding", "b2"), ("text", "w1")),
    ):
        assert not known(example, thing(kind, name), Role.ADMIN), name
    assert found.evidence == 3
    # e13 alone bore on f7 and f9; f2 has e12 as well, s1 has e2, f1 has e11.
    assert before - findings() == {"f7", "f9"}
    assert found.findings == 2
    assert submissions.check(example).conforms


MORE = """
finding:q1 a cg:Recommendation ; cg:inStudy study:contoh ;
    rdfs:label "Bertemu dan tunjukkan"@id, "Meet, and show it"@en ;
    cg:about program:pelatihan ;
    cg:concerns ag:face-to-face-dialogue ; cg:addresses finding:f1, finding:s5 .
finding:q2 a cg:Recommendation ; cg:inStudy study:contoh ;
    rdfs:label "Rencanakan pertemuan"@id, "Plan the meetings"@en ;
    cg:about program:pelatihan ;
    cg:concerns ag:face-to-face-dialogue ; cg:addresses finding:r2 .
finding:q3 a cg:InfluenceClaim ; cg:inStudy study:contoh ;
    rdfs:label "Jarang bertemu menghambat kredit"@id, "Few meetings hold up credit"@en ;
    cg:about program:pelatihan ;
    cg:concerns ag:face-to-face-dialogue ; cg:cause finding:f1 ; cg:effect program:kredit .
"""


@pytest.mark.parametrize(("study", "turn"), [("contoh", 1), ("simulated", -1)])
def test_all_may_withdraw_in_any_order(
    kg: KnowledgeGraph, tmp_path: Path, study: str, turn: int
) -> None:
    """What answered or joined what goes alone goes too; the gate refuses no withdrawal for it."""
    if study == "contoh":
        file = tmp_path / "contoh.ttl"
        file.write_text(EXAMPLE.read_text() + MORE)
        submissions.add(kg, [file], study)
    else:
        [folder] = simulate.write(tmp_path / "out", 1, 1, 3)
        study = folder.name
        submissions.add(kg, sorted(folder.glob("*.ttl")), study)
    names = sorted(map(str, kg.read(kg.graphs(Role.ADMIN)).objects(None, CG.pseudonym)))
    following = 0
    for name in names[::turn]:
        _, found = withdrawals.withdraw(kg, study, name)
        following += found.following
    assert submissions.check(kg).conforms
    left = kg.read(kg.graphs(Role.ADMIN))
    assert not set(left.objects(None, CG.pseudonym))
    if study == "contoh":
        assert following == 4  # r1, r2, q2 that answered r2, q3
        answered = set(left.objects(thing("finding", "q1"), CG.addresses))
        assert answered == {thing("finding", "s5")}


def test_the_record_of_a_withdrawal_names_nobody(example: KnowledgeGraph) -> None:
    withdrawals.withdraw(example, "contoh", "P2")
    record = example.read([terms.PROVENANCE])
    commit = provenance.commit_iri(example.version)
    told = {str(o) for o in record.objects(commit)}
    assert {"consent withdrawn", "persetujuan ditarik"} <= told
    text = record.serialize(format="nt")
    assert "P2" not in text
    assert "informant" not in text
    assert (commit, RDF.type, CG.Commit) in record
    last = provenance.history(example, "contoh")[-1]
    assert (last.version, last.action, last.study) == (example.version, "withdraw", "contoh")
    assert (last.submission, last.file, last.triples) == ("", "", None)
    assert all(event.action != "withdraw" for event in provenance.history(example, "lain"))


def test_an_informant_whom_nobody_knows_is_told_with_the_nearest(example: KnowledgeGraph) -> None:
    version = example.version
    with pytest.raises(UnknownName, match="P1"):
        withdrawals.withdraw(example, "contoh", "P11")
    with pytest.raises(UnknownName):
        withdrawals.withdraw(example, "magetan", "P1")
    assert example.version == version


def test_words_are_nowhere_after_they_were_withdrawn(kg: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "Wawancara Sulastri.ttl"
    words = "kata-kata yang hanya diucapkan sekali"
    extra = (
        f'\nselector:q1 a oa:TextQuoteSelector ; oa:exact "{words}" .\n'
        "evidence:e1 cg:selector selector:q1 .\n"
    )
    file.write_text(EXAMPLE.read_text() + extra)
    submissions.add(kg, [file], "contoh")
    asked = f'ASK {{ ?s ?p ?o FILTER (CONTAINS(STR(?o), "{words}")) }}'
    assert b"true" in kg.answer(asked, Role.RESEARCHER).body
    assert b"false" in kg.answer(asked, Role.PUBLIC).body
    withdrawals.withdraw(kg, "contoh", "P1")
    assert b"false" in kg.answer(asked, Role.ADMIN).body
    left = kg.read(kg.graphs(Role.ADMIN))
    assert (None, OA.exact, Literal(words)) not in left
    assert "Sulastri" not in left.serialize(format="nt")  # what the file was called
    assert hashlib.sha256(file.read_bytes()).hexdigest() not in left.serialize(format="nt")


PREFIXES = f"@prefix cg: <{CG}> . @prefix : <{terms.ID}contoh/evidence/> .\n"
PREFIXES += f"@prefix f: <{terms.ID}contoh/finding/> . @prefix c: <{terms.ID}contoh/coding/> .\n"
LATER = {
    "a link to a finding": ":e14 cg:qualifies f:f1 .",
    "a finding that names it": "f:f1 cg:supportedBy :e14 .",
    "of an informant whose words count together alone": ":e3 cg:qualifies f:f1 .",
}


@pytest.mark.parametrize("text", LATER.values(), ids=LATER)
@pytest.mark.parametrize("way", ["a file", "a graph", "the graph of its file"])
def test_what_is_said_later_of_a_passage_that_is_not_public_is_not_public_either(
    example: KnowledgeGraph, tmp_path: Path, text: str, way: str
) -> None:
    before = public_statements(example)
    (tmp_path / "later.ttl").write_text(PREFIXES + text)
    if way == "a file":
        submissions.add(example, [tmp_path / "later.ttl"], "contoh")
    else:
        own = next(g for g in example.graphs(Role.PUBLIC) if "contoh/contoh-" in g)
        graph = own if way == "the graph of its file" else terms.submission_graph("contoh", "new")
        body = Graph().parse(tmp_path / "later.ttl").serialize(format="nt", encoding="utf-8")
        updates.put(example, {graph: body}, whole=False, file="later")
    assert public_statements(example) == before
    everything = set(statements(example, Role.RESEARCHER))
    assert set(Graph().parse(tmp_path / "later.ttl")) <= everything


def test_what_is_said_later_counts_whoever_names_the_passage(example: KnowledgeGraph) -> None:
    """IRIs of evidence, selectors and informants need not be under Rembug's own."""
    passage, selector = URIRef("https://field.example/e1"), URIRef("https://field.example/s1")
    said, later = Graph(), Graph()
    said.add((passage, CG.accessLevel, terms.ACCESS.restricted))
    said.add((passage, CG.selector, selector))
    later.add((selector, CG.note, Literal("said later")))
    later.add((thing("finding", "f1"), RDFS.seeAlso, passage))
    example.commit(Change({terms.restricted(terms.submission_graph("contoh", "said")): said}))
    assert {passage, selector} <= privacy.closed(example, [later])


def public_statements(graph: KnowledgeGraph) -> set[tuple[Node, ...]]:
    """What the public reads, but for the record of commits."""
    return statements(graph, Role.PUBLIC)


def statements(graph: KnowledgeGraph, role: Role) -> set[tuple[Node, ...]]:
    return set(graph.read(graph.graphs(role) - {terms.PROVENANCE}))


def test_a_passage_without_a_level_of_its_own_has_that_of_its_source(
    example: KnowledgeGraph,
) -> None:
    interview, passage, spoken = thing("interview", "w9"), thing("evidence", "e90"), Graph()
    spoken.add((passage, CG.inSource, interview))
    apart = Graph()
    apart.add((interview, CG.accessLevel, terms.ACCESS.restricted))
    assert passage in privacy.closed(example, [spoken, apart])
    assert passage in privacy.closed(example, [apart, spoken])
    spoken.add((passage, CG.accessLevel, terms.ACCESS.public))
    assert passage not in privacy.closed(example, [spoken, apart])


def test_a_passage_that_names_nobody_has_the_consent_of_who_was_interviewed(
    example: KnowledgeGraph,
) -> None:
    own, passage, coding = Graph(), thing("evidence", "e90"), thing("coding", "e90")
    own.add((passage, CG.inSource, thing("interview", "w3")))  # with P3: aggregate only
    quiet = privacy.silent(example)
    assert passage in privacy.closed(example, [own], quiet)
    own.add((passage, CG.givenBy, thing("informant", "p1")))
    assert passage not in privacy.closed(example, [own], quiet)
    own = Graph()
    own.add((passage, CG.inSource, thing("interview", "w1")))
    own.add((coding, CG.codingOf, passage))
    example.commit(Change({terms.submission_graph("contoh", "own"): own}))
    for said in (
        (thing("informant", "p1"), CG.consent, terms.CONSENT.withdrawn),
        (thing("interview", "w1"), CG.interviewee, thing("informant", "p3")),
    ):
        later = Graph().add(said)
        assert {passage, coding} <= privacy.closed(example, [later], quiet), said
        assert thing("interview", "w1") not in privacy.closed(example, [later], quiet)


def test_what_refines_a_selector_goes_with_it(example: KnowledgeGraph) -> None:
    passage, selector = thing("evidence", "e1"), thing("selector", "e1")
    inner, innermost = URIRef("https://field.example/i"), URIRef("https://field.example/ii")
    nested, restricting, later = Graph(), Graph(), Graph()
    nested.add((selector, OA.refinedBy, inner))
    nested.add((inner, OA.refinedBy, innermost))
    nested.add((innermost, OA.refinedBy, blank := BNode()))
    nested.add((blank, OA.exact, Literal("said")))
    restricting.add((passage, CG.accessLevel, terms.ACCESS.restricted))
    later.add((innermost, CG.note, Literal("said later")))
    assert {inner, innermost, blank} <= privacy.closed(example, [nested, restricting])
    assert not {inner, innermost} & privacy.closed(example, [nested])
    nested.remove((innermost, OA.refinedBy, blank))
    own = terms.submission_graph("contoh", "own")
    example.commit(Change({own: nested}))
    assert {inner, innermost} <= privacy.closed(example, [restricting])
    example.commit(Change({terms.restricted(own): restricting}))
    assert innermost in privacy.closed(example, [later])
    withdrawals.withdraw(example, "contoh", "P1")
    assert not known(example, inner, Role.ADMIN)
    assert not known(example, innermost, Role.ADMIN)


def test_who_withdraws_takes_no_passage_that_another_gave(example: KnowledgeGraph) -> None:
    shared, passage = thing("interview", "w9"), thing("evidence", "e90")
    said, nobodys = Graph(), thing("evidence", "e91")
    for who in ("p1", "p2"):
        said.add((shared, CG.interviewee, thing("informant", who)))
    said.add((passage, CG.inSource, shared))
    said.add((passage, CG.givenBy, thing("informant", "p2")))
    said.add((nobodys, CG.inSource, shared))
    found = withdrawn(said, thing("informant", "p1"))
    assert found.things == {thing("informant", "p1"), nobodys}
    said.remove((shared, CG.interviewee, thing("informant", "p2")))
    assert shared not in withdrawn(said, thing("informant", "p1")).things
    said.remove((None, CG.givenBy, None))
    assert {shared, passage} < withdrawn(said, thing("informant", "p1")).things


JOINT = """
@prefix cg: <https://w3id.org/rembug/ontology#> . @prefix oa: <http://www.w3.org/ns/oa#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix access: <https://w3id.org/rembug/scheme/access/> .
@prefix i: <https://w3id.org/rembug/id/contoh/informant/> .
@prefix e: <https://w3id.org/rembug/id/contoh/evidence/> .
@prefix s: <https://w3id.org/rembug/id/contoh/selector/> .
@prefix x: <https://w3id.org/rembug/id/contoh/text/> .
@prefix w: <https://w3id.org/rembug/id/contoh/interview/> .
@prefix c: <https://w3id.org/rembug/id/contoh/study/> .
w:j a cg:Interview ; cg:inStudy c:contoh ; rdfs:label "Wawancara bersama"@id, "A joint one"@en ;
    cg:interviewee i:p1, i:p2 ; cg:hasVersion x:j ;
    <http://www.w3.org/2004/02/skos/core#note> "kata P1 juga"@id .
x:j cg:hasParagraph x:j-1 ; <http://purl.org/dc/terms/description> "kata P1 lagi"@id .
x:j-1 a cg:Paragraph ; cg:number 1 ; cg:sentenceCount 1 ; rdfs:comment "kata P1 di sini"@id .
x:j a cg:TextVersion ; dcterms:language "id" ; cg:characterCount 16 ;
    cg:content "kata P1, kata P2" .
e:j1 a cg:Evidence ; cg:inStudy c:contoh ; cg:inSource w:j ; cg:givenBy i:p2 ; cg:selector s:j1 ;
    rdfs:label "Kata P2"@id, "What P2 said"@en ; cg:accessLevel access:public .
s:j1 a oa:TextQuoteSelector ; oa:prefix "kata P1, " ; oa:exact "kata P2" .
x:w1 cg:hasParagraph x:w1-1 .
x:w1-1 a cg:Paragraph ; cg:number 1 ; cg:sentenceCount 2 .
s:outer a oa:TextQuoteSelector ; oa:exact "di luar" ; oa:refinedBy s:inner .
s:inner a cg:PassageSelector ; cg:inVersion x:w1 ; cg:paragraph 1 .
s:alone a oa:TextPositionSelector ; oa:start 0 ; oa:end 4 ; cg:inVersion x:w1 .
"""


def test_who_withdraws_leaves_no_word_in_what_others_said_with_them(
    example: KnowledgeGraph, tmp_path: Path
) -> None:
    """What the other said stays, without what stands around it."""
    (tmp_path / "joint.ttl").write_text(JOINT)
    submissions.add(example, [tmp_path / "joint.ttl"], "contoh")
    foreseen = withdrawals.withdrawal(example, "contoh", "P1")
    assert (foreseen.evidence, foreseen.texts) == (3, 1)
    _, found = withdrawals.withdraw(example, "contoh", "P1")
    assert found == foreseen
    left = example.read(example.graphs(Role.ADMIN))
    assert not [o for o in left.objects() if "kata P1" in str(o)]
    stays = thing("evidence", "j1")
    assert (thing("selector", "j1"), OA.exact, Literal("kata P2")) in left
    assert (stays, CG.inSource, thing("interview", "j")) in left
    for kind, name in (
        *(("text", "w1"), ("text", "w1-1"), ("selector", "inner"), ("selector", "outer")),
        ("selector", "alone"),
    ):
        assert not known(example, thing(kind, name), Role.ADMIN), name
    assert submissions.check(example).conforms


def test_a_case_that_is_who_withdraws_goes_with_them() -> None:
    own, shared, value = (thing("collection", name) for name in ("siti", "ibu-ibu", "v"))
    told = Graph().parse(EXAMPLE)
    for case, member in ((own, "w1"), (shared, "w1"), (shared, "w2")):
        told.add((case, SKOS.member, thing("interview", member)))
    told.add((own, SDO.additionalProperty, value))
    gone = withdrawn(told, thing("informant", "p1")).things
    assert {own, value} <= gone and shared not in gone


SH = Namespace("http://www.w3.org/ns/shacl#")
# What goes with a withdrawal, and what is needed of it by things that go with it in any case.
GOING = (CG.Informant, CG.Interview, CG.TextVersion, CG.Paragraph, CG.Evidence, CG.Finding)
GOING_TOO = {CG.codingOf, CG.inSource, CG.interviewee, CG.inVersion}
STAYING = {DCTERMS.license, QB.dataSet, CG.unit}  # whose values are said to be IRIs and no more


def test_what_the_shapes_ask_of_what_stays_is_known_to_the_withdrawal() -> None:
    shapes, ontology = Graph(), Graph()
    for graph, folder in ((shapes, settings.shapes_dir()), (ontology, settings.ontology_dir())):
        for file in folder.rglob("*.ttl"):
            graph.parse(file)
    above = {c for g in GOING for c in ontology.transitive_objects(g, RDFS.subClassOf)}
    below = {c for g in GOING for c in ontology.transitive_subjects(RDFS.subClassOf, g)}
    asked = {
        shapes.value(shape, SH.path)
        for shape, least in shapes.subject_objects(SH.minCount)
        if int(least) >= 1
        and shapes.value(shape, SH.severity) in (None, SH.Violation)
        and (
            shapes.value(shape, SH["class"]) in above | below
            or (shapes.value(shape, SH.nodeKind) == SH.IRI and not shapes.value(shape, SH["class"]))
        )
    }
    asked = {path for path in asked if isinstance(path, URIRef)}
    assert {CG.addresses, CG.cause} <= asked  # the test finds what it is to hold
    assert asked - GOING_TOO - STAYING - REVIEWED == set(NEEDED)


@pytest.mark.parametrize("pseudonym", ["P1", "P2", "P3", "P4", "P5"])
def test_no_shape_stands_in_the_way_of_who_withdraws(
    example: KnowledgeGraph, pseudonym: str
) -> None:
    withdrawals.withdraw(example, "contoh", pseudonym)


def test_who_withdraws_does_not_wait_until_other_rules_have_judged_all(
    example: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade the first change has everything judged: minutes, in a large store."""
    held = example.reader(Scope(only=frozenset({str(terms.PROVENANCE)})))
    judged = Graph()
    judged.add(next(iter(held.matching(SUBJECT, [terms.PROVENANCE], CG.judgedBy))))
    example.commit(Change(remove={terms.PROVENANCE: judged}))
    with monkeypatch.context() as without:
        without.delattr(verdicts, "check_whole")
        withdrawals.withdraw(example, "contoh", "P2")
    before, now = verdicts.judged_by(example)
    assert before != now
    later = f'<{thing("actor", "agency-a")}> <{RDFS.comment}> "later"@en .\n'.encode()
    updates.put(example, {terms.submission_graph("contoh", "later"): later}, whole=True, file="PUT")
    before, now = verdicts.judged_by(example)
    assert before == now


def test_a_selector_without_a_name_is_restricted_with_its_passage(
    example: KnowledgeGraph,
) -> None:
    own, level = (
        terms.submission_graph("contoh", "blank"),
        terms.submission_graph("contoh", "level"),
    )
    passage = thing("evidence", "e1")
    inside = "_:s <http://www.w3.org/ns/oa#start> 7 ; <http://www.w3.org/ns/oa#end> 9 ."
    body = (
        f"@prefix cg: <{CG}> . <{passage}> cg:selector _:s . {inside} "
        f"_:s a <{OA.TextPositionSelector}> ; cg:inVersion <{thing('text', 'w1')}> . "
        f"<{thing('finding', 'f1')}> <{RDFS.seeAlso}> [ <{RDFS.label}> 'x' ] ."
    )
    content = Graph().parse(data=body, format="turtle").serialize(format="nt", encoding="utf-8")
    updates.put(example, {own: content}, whole=True, file="PUT")
    narrow = f"<{thing('informant', 'p1')}> <{CG.consent}> <{terms.CONSENT['aggregate-only']}> .\n"
    updates.put(example, {level: narrow.encode()}, whole=True, file="PUT", earlier="forget")
    assert not example.read(example.graphs(Role.PUBLIC)).value(None, OA.start, Literal(7))
    closed = example.read([terms.restricted(own)])
    [selector] = closed.objects(passage, CG.selector)
    assert set(closed.predicates(selector)) == {OA.start, OA.end, RDF.type, CG.inVersion}
    assert len(example.read([own])) == 2


def test_a_coding_that_comes_later_goes_with_its_passage(example: KnowledgeGraph) -> None:
    coding, later = terms.thing("contoh", "coding", "later"), Graph()
    later.add((coding, CG.codingOf, thing("evidence", "e14")))
    assert coding in privacy.closed(example, [later])
    assert thing("evidence", "e1") not in privacy.closed(example, [later])


def brought(folder: Path, parts: list[Graph]) -> set[tuple[Node, ...]]:
    """What the public reads of statements that came in one part after the other."""
    with KnowledgeGraph.own(str(folder)) as graph:
        for number, part in enumerate(parts):
            public, held, own = Graph() + part, Graph(), terms.submission_graph("s", str(number))
            known_ = privacy.silent(graph) | privacy.silent_in(part)
            closed = privacy.closed(graph, [part], known_)
            privacy.withhold(public, held, {OA.exact}, known_, closed)
            change = Change({own: public, terms.restricted(own): held})
            graph.commit(privacy.moving(graph, change, closed))
        return public_statements(graph)


@pytest.fixture(scope="module")
def in_one_file(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[Node, ...]]:
    return brought(tmp_path_factory.mktemp("whole") / "store", [Graph().parse(EXAMPLE)])


@hypothesis_settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_public_reads_the_same_whichever_files_a_study_comes_in(
    in_one_file: set[tuple[Node, ...]], order: random.Random
) -> None:
    study = Graph().parse(EXAMPLE)
    dealt = [Graph() for _ in range(3)]
    for subject in sorted(set(study.subjects())):
        part = order.randrange(3)
        for triple in study.triples((subject, None, None)):
            dealt[part].add(triple)
    with tempfile.TemporaryDirectory() as folder:
        assert brought(Path(folder) / "store", dealt) == in_one_file


def test_what_a_later_file_restricts_moves_and_no_version_has_it_in_public(tmp_path: Path) -> None:
    study, later = Graph().parse(EXAMPLE), Graph()
    informant = thing("informant", "p1")
    later.add((informant, CG.consent, terms.CONSENT["aggregate-only"]))
    passage = thing("evidence", "e1")
    public = brought(tmp_path / "store", [study, later])
    assert not [triple for triple in public if passage in triple]
    assert any(passage in triple for triple in brought(tmp_path / "before", [study]))
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        assert known(graph, passage, Role.RESEARCHER)
        assert not known(graph, passage, Role.PUBLIC)
        with pytest.raises(UnknownName):
            graph.answer("ASK {}", Role.PUBLIC, version=1)


WAYS = ["unnamed", "links", "other"]
GRAPHS = dict(zip(WAYS, [UNNAMED, terms.links_graph("x"), URIRef("urn:other:graph")], strict=True))


@pytest.mark.parametrize("way", WAYS)
def test_graphs_outside_studies_say_nothing_in_public_of_what_is_not(
    example: KnowledgeGraph, way: str
) -> None:
    before = public_statements(example)
    body = f"<{thing('evidence', 'e14')}> <{SKOS.closeMatch}> <{thing('finding', 'f1')}> .\n"
    for write in (
        lambda: updates.put(example, {GRAPHS[way]: body.encode()}, whole=False, file="POST"),
        lambda: updates.write(
            example,
            Change(append={GRAPHS[way]: body.encode()}),
            example.version,
            file="SPARQL Update",
        ),
    ):
        if way == "links":
            write()
        else:
            with pytest.raises(Forbidden, match="graph of the study"):
                write()
    assert public_statements(example) == before


def test_a_published_link_to_what_is_not_public_is_not_public(
    example: KnowledgeGraph, tmp_path: Path
) -> None:
    def publish(key: str, passage: str, *, accepted: bool = True) -> set[tuple[Node, ...]]:
        before = publishing.linkset_of(example, "rows")
        row = Row(key, f"Row {key}")
        proposal = Proposal(
            row, str(thing("evidence", passage)), passage, "closeMatch", 0.9, "", ""
        )
        decision = linking.Decision(proposal, accepted)
        links = linking.linkset([decision], "rows", date(2026, 5, 7), "reviewer", before)
        (tmp_path / "reviewed.csv").write_text(key)
        publishing.publish_links(example, "rows", links, tmp_path / "reviewed.csv")
        return public_statements(example)

    def told(public: set[tuple[Node, ...]], passage: str) -> set[tuple[Node, ...]]:
        return {t for t in public if thing("evidence", passage) in t}

    before = public_statements(example)
    after = publish("1", "e14")
    assert not told(after, "e14")
    assert not [t for t in after if "evidence-e14" in str(t[0])]  # the link's own name tells it
    [linkset] = example.read([terms.links_graph("rows")]).objects(None, VOID.triples)
    assert str(linkset) == "0"
    assert told(publish("2", "e1"), "e1") != told(before, "e1")
    everything = publishing.linkset_of(example, "rows")
    assert (thing("evidence", "e14"), SKOS.closeMatch, terms.record("rows", "1")) in everything
    assert not told(publish("1", "e14", accepted=False), "e14")
    everything = publishing.linkset_of(example, "rows")
    assert (thing("evidence", "e14"), SKOS.closeMatch, None) not in everything
    assert set(everything.objects(None, CG.linkRelation)) == {
        Literal("noMatch"),
        Literal("closeMatch"),
    }
    files = example.read([terms.restricted(terms.links_graph("rows"))]).subjects(CG.sha256)
    assert len(set(files)) == 1  # that of the last table


def test_a_link_is_public_when_it_is_published_after_its_thing_has_become_so(
    example: KnowledgeGraph, tmp_path: Path
) -> None:
    def publish(key: str, passage: str) -> set[tuple[Node, ...]]:
        before = publishing.linkset_of(example, "rows")
        e = str(thing("evidence", passage))
        proposal = Proposal(Row(key, f"Row {key}"), e, passage, "closeMatch", 0.9, "", "")
        decision = linking.Decision(proposal)
        links = linking.linkset([decision], "rows", date(2026, 5, 7), "reviewer", before)
        (tmp_path / "reviewed.csv").write_text(key)
        publishing.publish_links(example, "rows", links, tmp_path / "reviewed.csv")
        return {t for t in public_statements(example) if "evidence-e5" in str(t)}

    assert not publish("1", "e5")
    part = terms.restricted(terms.links_graph("rows"))
    noted = f'<{terms.record("rows", "1")}> <{RDFS.comment}> "kept apart" .\n'
    updates.put(example, {part: noted.encode()}, whole=False, file="POST")
    [study] = [g for g in example.graphs(Role.PUBLIC) if "/contoh/" in str(g)]
    whole = example.read([study, terms.restricted(study)])
    whole.set((thing("evidence", "e5"), CG.accessLevel, terms.ACCESS.public))
    for change in (
        Change(drop=frozenset((study, terms.restricted(study)))),
        Change({study: whole}),
    ):
        updates.write(example, change, example.version, file="SPARQL Update")
    assert known(example, thing("evidence", "e5"), Role.PUBLIC)
    assert not [t for t in public_statements(example) if "evidence-e5" in str(t)]
    assert publish("2", "e1")
    assert "kept apart" in example.read([part]).serialize(format="nt")
    assert not [t for t in public_statements(example) if "kept apart" in str(t)]


def test_a_link_to_what_is_not_public_ends_as_others_do(
    example: KnowledgeGraph, tmp_path: Path
) -> None:
    def edition(name: str) -> Commit:
        table, about = tmp_path / "rows.csv", Description("rows", "Rows (made up)", "X")
        table.write_text(f"id;nama\n1;{name}\n")
        content = datasets.dataset(table, about).graph
        return publishing.publish_dataset(example, "rows", content, table)

    edition("Warung Satu")
    row, passage = Row("1", "Warung Satu"), thing("evidence", "e14")
    decision = linking.Decision(Proposal(row, str(passage), "x", "closeMatch", 0.9, "r", "m"))
    links = linking.linkset([decision], "rows", date(2026, 5, 7))
    publishing.publish_links(example, "rows", links, tmp_path / "rows.csv")
    before = public_statements(example)
    [ended] = edition("Toko Lain").ended
    assert (ended.was, ended.now) == ("Warung Satu", "Toko Lain")
    after = publishing.linkset_of(example, "rows")
    assert (passage, SKOS.closeMatch, None) not in after
    assert list(after.subjects(PROV.invalidatedAtTime))
    assert not [t for t in public_statements(example) - before if "e14" in str(t)]


@pytest.mark.parametrize("predicate", [SKOS.closeMatch, CG.supportedBy, PROV.wasDerivedFrom])
@pytest.mark.parametrize("way", ["graph", "restricted graph", "file"])
def test_no_study_learns_which_passages_of_another_are_restricted(
    example: KnowledgeGraph, tmp_path: Path, predicate: URIRef, way: str
) -> None:
    """What is restricted and what does not exist are answered alike, as nothing that is public."""
    submissions.submit(example, [studies.describe("other", title_en="Other", title_id="Lain")])
    told: dict[str, str] = {}
    for name in ("e14", "e3", "e999", "e1"):
        finding, passage = terms.thing("other", "finding", "x"), thing("evidence", name)
        text, graph = f"<{finding}> <{predicate}> <{passage}> .\n", "probe"
        try:
            if way == "file":
                (tmp_path / "probe.ttl").write_text(text)
                submissions.add(example, [tmp_path / "probe.ttl"], "other")
            else:
                part = terms.submission_graph("other", graph)
                part = part if way == "graph" else terms.restricted(part)
                updates.put(example, {part: text.encode()}, whole=False, file="POST")
            told[name] = "taken"
        except (Forbidden, Refused) as error:
            told[name] = str(error).replace(f"/{name},", "/…,")
    assert told["e14"] == told["e3"] == told["e999"]
    assert "makes nothing public" in told["e14"]
    assert "makes nothing public" not in told["e1"]


@pytest.mark.parametrize("way", ["graph", "restricted graph", "file"])
@pytest.mark.parametrize(
    "said",
    [
        "<{ours}> cg:about <{theirs}> .",
        "<{theirs}> owl:sameAs <{ours}> .",
        '<{theirs}> a cg:Actor ; rdfs:label "Koperasi"@id . <{ours}> cg:about <{theirs}> .',
    ],
    ids=["named", "spoken of", "described"],
)
def test_no_study_learns_what_another_has_in_restricted_graphs_alone(
    example: KnowledgeGraph, tmp_path: Path, way: str, said: str
) -> None:
    """An actor that is only in a restricted graph is judged as one that does not exist."""
    submissions.submit(example, [studies.describe("other", title_en="Other", title_id="Lain")])
    head = f"@prefix cg: <{CG}> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> .\n"
    kept = terms.restricted(terms.submission_graph("contoh", "kept"))
    actor = (
        f"<{thing('actor', 'kept')}> a cg:Cooperative ; cg:inStudy <{terms.study('contoh')}> ; "
        'rdfs:label "Koperasi X (rekaan)"@id, "Cooperative X (made up)"@en .'
    )
    triples = Graph().parse(data=head + actor, format="turtle").serialize(format="nt")
    updates.put(example, {kept: triples.encode()}, whole=True, file="PUT")
    told: dict[str, str] = {}
    for name in ("kept", "none", "dinas-a"):
        ours = terms.thing("other", "finding", "x")
        turtle = head + said.format(ours=ours, theirs=thing("actor", name))
        text = Graph().parse(data=turtle, format="turtle").serialize(format="nt")
        try:
            if way == "file":
                (tmp_path / "probe.ttl").write_text(text)
                submissions.add(example, [tmp_path / "probe.ttl"], "other")
            else:
                part = terms.submission_graph("other", "probe")
                part = part if way == "graph" else terms.restricted(part)
                updates.put(example, {part: text.encode()}, whole=False, file="POST")
            told[name] = "taken"
        except (Forbidden, Refused) as error:
            told[name] = str(error).replace(f"/{name},", "/…,")
    assert told["kept"] == told["none"]
    assert "makes nothing public" in told["none"]
    assert "makes nothing public" not in told["dinas-a"]


def test_what_was_moved_out_of_a_graph_goes_with_it(example: KnowledgeGraph) -> None:
    graph = terms.submission_graph("contoh", "new")
    body = f"<{thing('evidence', 'e14')}> <{CG.qualifies}> <{thing('finding', 'f1')}> .\n".encode()
    updates.put(example, {graph: body}, whole=True, file="PUT")
    closed = terms.restricted(graph)
    assert example.read([closed])
    updates.drop(example, graph)
    assert not example.read([graph, closed])
    assert not {graph, closed} & example.graphs(Role.ADMIN)


def test_what_replaces_a_graph_replaces_what_was_moved_out_of_it(example: KnowledgeGraph) -> None:
    graph, finding = terms.submission_graph("contoh", "new"), thing("finding", "f1")
    held = [f"<{thing('evidence', e)}> <{CG.qualifies}> <{finding}> .\n" for e in ("e14", "e5")]
    public = f'<{finding}> <{RDFS.comment}> "noted"@en .\n'
    closed = terms.restricted(graph)
    for body, left in ((held[0], 1), (held[1] + public, 1), (public, 0)):
        updates.put(example, {graph: body.encode()}, whole=True, file="PUT")
        assert len(example.read([closed])) == left
        assert set(example.read([graph, closed])) == set(graph_of(body.encode()))
    assert closed not in example.graphs(Role.ADMIN)
    updates.put(example, {graph: held[0].encode()}, whole=False, file="POST")
    updates.put(example, {graph: public.encode()}, whole=False, file="POST")
    assert len(example.read([graph, closed])) == 2


def positions(graph: KnowledgeGraph, role: Role) -> set[str]:
    rows = graph.rows(f"SELECT ?i {{ ?i <{CG.position}> ?p }}", role)
    return {row["i"].value.rpartition("/")[2] for row in rows}


def test_a_position_that_few_of_an_actor_have_is_for_researchers(example: KnowledgeGraph) -> None:
    """The study's smallest cell is 2, and p1 and p5 are both artisans of one centre."""
    assert positions(example, Role.PUBLIC) == {"p1", "p5"}
    assert positions(example, Role.RESEARCHER) == {"p1", "p2", "p3", "p4", "p5"}


def leaves(graph: KnowledgeGraph) -> None:
    withdrawals.withdraw(graph, "contoh", "P5")


def moves_on(graph: KnowledgeGraph) -> None:
    (own,) = (g for g in graph.graphs(Role.PUBLIC) if "/contoh-" in g)
    other = thing("informant", "p5")
    text = graph_of(graph.triples(own))
    text.remove((other, CG.position, None))
    body = text.serialize(format="nt", encoding="utf-8")
    updates.put(graph, {own: body}, whole=True, file="PUT", earlier="forget")


def asks_for_more(graph: KnowledgeGraph) -> None:
    (own,) = (g for g in graph.graphs(Role.PUBLIC) if "/contoh-" in g)
    setting = (terms.study("contoh"), CG.smallestCell)
    gone, come = Graph(), Graph()
    gone.add((*setting, Literal(2)))
    come.add((*setting, Literal(3)))
    change = Change(remove={own: gone}, append={own: come})
    with pytest.raises(EarlierVersions):
        updates.write(graph, change, graph.version, file="update", earlier="ask")
    updates.write(graph, change, graph.version, file="update", earlier="forget")


@pytest.mark.parametrize("way", [leaves, moves_on, asks_for_more])
def test_a_position_moves_when_its_cell_becomes_too_small(
    example: KnowledgeGraph, way: Callable[[KnowledgeGraph], None]
) -> None:
    version = example.version
    way(example)
    assert positions(example, Role.PUBLIC) == set()
    assert "p1" in positions(example, Role.RESEARCHER)
    with pytest.raises(UnknownName):
        example.answer("ASK {}", Role.PUBLIC, version=version)


def test_a_cell_counts_informants_of_every_graph(example: KnowledgeGraph) -> None:
    one, also, graph = (
        thing("informant", "p1"),
        thing("informant", "p6"),
        terms.submission_graph("contoh", "more"),
    )
    told = example.read(example.graphs(Role.RESEARCHER))
    body = "".join(
        f"<{also}> <{p}> {o.n3()} .\n"
        for p in (RDF.type, CG.inStudy, CG.speaksFor, CG.position, CG.consent)
        for o in told.objects(one, p)
    )
    body += f'<{also}> <{CG.pseudonym}> "P6" .\n'
    updates.put(example, {graph: body.encode()}, whole=True, file="PUT")
    assert positions(example, Role.PUBLIC) == {"p1", "p5", "p6"}
    withdrawals.withdraw(example, "contoh", "P5")
    assert positions(example, Role.PUBLIC) == {"p1", "p6"}
    updates.drop(example, graph)
    assert positions(example, Role.PUBLIC) == set()
    assert "p1" in positions(example, Role.RESEARCHER)


@pytest.mark.parametrize(("said", "public"), [("cg:smallestCell 1 ;", 5), ("", 0)])
def test_who_says_nothing_of_cells_has_no_small_ones_and_who_says_one_wants_all(
    kg: KnowledgeGraph, tmp_path: Path, said: str, public: int
) -> None:
    text = EXAMPLE.read_text()
    assert "cg:smallestCell 2 ;" in text
    (tmp_path / "contoh.ttl").write_text(text.replace("cg:smallestCell 2 ;", said))
    submissions.add(kg, [tmp_path / "contoh.ttl"], "contoh")
    assert len(positions(kg, Role.PUBLIC)) == public
    assert len(positions(kg, Role.RESEARCHER)) == 5


def abroad(graph: KnowledgeGraph, names: list[str]) -> None:
    """Informants like P1, whose IRIs are somebody else's; each comes in a graph of its own."""
    told = graph.read(graph.graphs(Role.RESEARCHER))
    for name in names:
        body = "".join(
            f"<https://field.example/{name}> <{p}> {o.n3()} .\n"
            for p in (RDF.type, CG.inStudy, CG.speaksFor, CG.position, CG.consent)
            for o in told.objects(thing("informant", "p1"), p)
        )
        body += f'<https://field.example/{name}> <{CG.pseudonym}> "{name}" .\n'
        graph_ = terms.submission_graph("contoh", name)
        updates.put(graph, {graph_: body.encode()}, whole=True, file="PUT")


def test_an_informant_counts_in_the_study_that_is_stated_whatever_their_iri(
    example: KnowledgeGraph,
) -> None:
    """The smallest cell is the study's, 2, and not what holds where a study says nothing."""
    withdrawals.withdraw(example, "contoh", "P5")
    abroad(example, ["x1", "x2"])
    assert positions(example, Role.PUBLIC) == {"x1", "x2"}
    withdrawals.withdraw(example, "contoh", "P1")
    assert positions(example, Role.PUBLIC) == {"x1", "x2"}
    withdrawals.withdraw(example, "contoh", "x1")
    assert positions(example, Role.PUBLIC) == set()


def test_cells_follow_an_informant_into_another_study(example: KnowledgeGraph) -> None:
    """P5 leaves the study by one statement; P1 is alone then, and the position goes."""
    who, version = thing("informant", "p5"), example.version
    (own,) = (g for g in example.graphs(Role.PUBLIC) if "/contoh-" in g)
    gone, come = Graph(), Graph()
    gone.add((who, CG.inStudy, terms.study("contoh")))
    come.add((who, CG.inStudy, terms.study("other")))
    change = suppressing(example, Change(remove={own: gone}, append={own: come}))
    moved = change.append[terms.restricted(own)]
    assert isinstance(moved, Graph)
    assert set(moved.subjects()) == {who, thing("informant", "p1")}
    assert change.forget
    assert example.version == version


def test_many_studies_that_are_sent_again_are_asked_for_what_is_theirs(
    kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not each stored graph for every informant: that grows with the square of both."""
    said = {
        terms.submission_graph(f"s{n}", "one"): "".join(
            f"<{terms.study(f's{n}')}/p{who}> <{p}> <{o}> .\n"
            for who in range(2)
            for p, o in (
                (CG.inStudy, terms.study(f"s{n}")),
                (CG.speaksFor, f"{terms.study(f's{n}')}/actor"),
                (CG.position, terms.SCHEME["position/artisan"]),
            )
        ).encode()
        for n in range(12)
    }
    asked: list[int] = []
    for name, place in (("matching", 2), ("holding", 1)):
        ask = getattr(Embedded, name)

        def counted(*given: Any, ask: Any = ask, place: int = place) -> Any:
            asked.append(len(given[place]))
            return ask(*given)

        monkeypatch.setattr(Embedded, name, counted)
    costs = []
    for some in (6, 12):
        sent = Change(replace=dict(list(said.items())[:some]))
        kg.commit(sent)
        asked.clear()
        change = suppressing(kg, sent)
        assert len(change.append) + len(change.replace) == 2 * some  # both of an actor: too few
        costs.append(sum(asked))
    assert costs[1] <= 2 * costs[0]


SPOKEN = """
@prefix cg: <https://w3id.org/rembug/ontology#> . @prefix e: <https://w3id.org/rembug/id/contoh/> .
<https://w3id.org/rembug/id/contoh/informant/p1> cg:realName "Tebakan Belaka" .
<https://w3id.org/rembug/id/contoh/program/p1> <http://purl.org/dc/terms/relation> [
    <http://purl.org/dc/terms/title> "sumber terbuka" ] .
"""


def everything_public(graph: KnowledgeGraph) -> str:
    """All that the public reads, with the names of graphs and the record of commits."""
    return graph.dump(graph.graphs(Role.PUBLIC), "nq").decode()


def test_the_name_of_a_file_and_what_it_restricts_are_not_to_be_guessed(
    example: KnowledgeGraph, tmp_path: Path
) -> None:
    """A guessed name makes a file whose digest and size nobody can hold against anything public."""
    file = tmp_path / "Wawancara Bu Sulastri 2022 Februari 2023.ttl"
    file.write_text(SPOKEN)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    [graph] = submissions.add(example, [file], "contoh").added
    assert graph.startswith(terms.GRAPH + "contoh/wawancara-2022-")
    for _ in range(2):
        told = everything_public(example)
        assert digest[:8] not in told
        assert "sulastri" not in told.casefold()
        assert "Tebakan" not in told
        count = f'<{graph}> <{CG.tripleCount}> "{len(Graph().parse(data=SPOKEN))}"'
        assert count not in told
        closed = example.read([terms.restricted(graph)])
        assert {file.name, digest, "Tebakan Belaka"} <= {str(o) for o in closed.objects()}
        again = tmp_path / "other.ttl"
        again.write_text(SPOKEN)
        assert submissions.add(example, [file], "contoh").unchanged == (graph,)
        assert submissions.add(example, [again], "contoh").unchanged == (graph,)
        submissions.revert(example, graph)
        [graph] = submissions.add(example, [file], "contoh").added


@pytest.mark.parametrize("to", ["study", "elsewhere"])
@pytest.mark.parametrize("how", ["MOVE", "COPY", "ADD", "PUT"])
def test_what_a_restricted_graph_says_stays_restricted_wherever_it_is_copied(
    example: KnowledgeGraph, tmp_path: Path, how: str, to: str
) -> None:
    """The file's own name and digest are in it, which no consent and no level restricts."""
    file = tmp_path / "Wawancara Bu Sulastri.ttl"
    file.write_text(SPOKEN)
    [graph] = submissions.add(example, [file], "contoh").added
    closed, before = terms.restricted(graph), everything_public(example)
    target = terms.submission_graph("contoh", "copy") if to == "study" else URIRef("urn:copy")
    body = example.triples(closed)
    changes = {
        "MOVE": Change(replace={target: body}, drop=frozenset({closed})),
        "COPY": Change(replace={target: body}),
        "ADD": Change(append={target: body}),
    }
    if how == "PUT":
        write = partial(updates.put, example, {target: body}, whole=True, file="PUT")
    else:  # as an update that was tried leaves it
        write = partial(updates.write, example, changes[how], example.version, file="update")
    if to == "elsewhere":
        with pytest.raises(Forbidden, match="graph of the study"):
            write()
        assert everything_public(example) == before
        return
    write()
    told = everything_public(example)
    for secret in ("Sulastri", hashlib.sha256(SPOKEN.encode()).hexdigest(), "Tebakan"):
        assert secret not in told
    names = {str(o) for o in example.read([terms.restricted(target)]).objects()}
    assert {file.name, "Tebakan Belaka"} <= names


def test_a_withdrawal_takes_the_digests_of_what_was_public_along(
    example: KnowledgeGraph, tmp_path: Path
) -> None:
    def told() -> set[str]:
        record = example.read([terms.PROVENANCE])
        mine = record.subjects(CG.inStudy, terms.study("contoh"))
        about = {t for s in mine for t in (s, *record.objects(s, PROV.wasDerivedFrom))}
        return {str(o) for s in about for p in (CG.sha256, CG.tripleCount) for o in record[s:p]}

    spoken = terms.submission_graph("contoh", "more")
    body = f"<{thing('evidence', 'e1')}> <{RDFS.seeAlso}> <http://e/x> .\n".encode()
    updates.put(example, {spoken: body}, whole=True, file="PUT")
    assert told() >= {hashlib.sha256(body).hexdigest(), "1"}
    withdrawals.withdraw(example, "contoh", "P1")
    assert told() == set()


def test_no_digest_is_kept_of_a_restricted_graph_that_is_written(example: KnowledgeGraph) -> None:
    closed = terms.restricted(terms.submission_graph("contoh", "names"))
    body = f'<{thing("informant", "p1")}> <{CG.realName}> "Tebakan" .\n'.encode()
    updates.put(example, {closed: body}, whole=True, file="PUT")
    assert hashlib.sha256(body).hexdigest() not in everything_public(example)


def test_a_file_of_which_nothing_is_restricted_is_told_by_its_digest(
    example: KnowledgeGraph, tmp_path: Path
) -> None:
    file = tmp_path / "sulastri.ttl"
    file.write_text(SPOKEN.partition("<https://w3id.org/rembug/id/contoh/informant")[0] +
                    "e:x <http://purl.org/dc/terms/title> 'buku' .")  # fmt: skip
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    [graph] = submissions.add(example, [file], "contoh").added
    assert graph == terms.submission_graph("contoh", f"statements-{digest[:8]}")
    told = everything_public(example)
    assert digest in told
    assert "sulastri" not in told


def test_a_submission_is_called_as_its_caller_says(example: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "sulastri.ttl"
    file.write_text(SPOKEN)
    found = sources.read(file, "contoh").called("sumber")
    [graph] = submissions.submit(example, [found]).added
    assert graph.startswith(terms.GRAPH + "contoh/sumber-")
    assert "sumber.ttl" in everything_public(example)
    with pytest.raises(BadParameter, match="slug"):
        found.called("Bu Sulastri")


def asked_of(graph: KnowledgeGraph, version: int) -> bool:
    """Whether the public still reads of e1 at a version."""
    query = f"ASK {{ <{thing('evidence', 'e1')}> ?p ?o }}"
    return b"true" in graph.answer(query, Role.PUBLIC, version=version).body


def narrowing(graph: KnowledgeGraph, folder: Path, earlier: Earlier) -> None:
    """A file that narrows P1's consent."""
    narrow = f"<{thing('informant', 'p1')}> <{CG.consent}> <{terms.CONSENT['aggregate-only']}> ."
    (folder / "narrow.ttl").write_text(narrow)
    submissions.add(graph, [folder / "narrow.ttl"], "contoh", earlier=earlier)


def taking_back(graph: KnowledgeGraph, _: Path, earlier: Earlier) -> None:
    submissions.revert(graph, *(g for g in graph.graphs(Role.PUBLIC) if "/contoh-" in g),
                       earlier=earlier)  # fmt: skip


def dropping(graph: KnowledgeGraph, _: Path, earlier: Earlier) -> None:
    (own,) = (g for g in graph.graphs(Role.PUBLIC) if "/contoh-" in g)
    updates.drop(graph, own, earlier=earlier)


def emptying(graph: KnowledgeGraph, _: Path, earlier: Earlier) -> None:
    (own,) = (g for g in graph.graphs(Role.PUBLIC) if "/contoh-" in g)
    change = Change(replace={own: b""}, drop=frozenset({terms.restricted(own)}))
    updates.write(graph, change, graph.version, file="PUT", earlier=earlier)


Way = Callable[[KnowledgeGraph, Path, Earlier], None]


@pytest.mark.parametrize("way", [narrowing, taking_back, dropping, emptying])
def test_what_earlier_versions_go_on_to_tell_is_decided_before_it_happens(
    example: KnowledgeGraph, tmp_path: Path, way: Way
) -> None:
    before = example.version
    with pytest.raises(EarlierVersions, match="--earlier"):
        way(example, tmp_path, "ask")
    assert example.version == before
    way(example, tmp_path, "keep")
    assert asked_of(example, before)
    assert not asked_of(example, example.version)


@pytest.mark.parametrize("way", [narrowing, taking_back])
def test_what_is_to_be_forgotten_is_in_no_earlier_version(
    example: KnowledgeGraph, tmp_path: Path, way: Way
) -> None:
    before = example.version
    way(example, tmp_path, "forget")
    with pytest.raises(UnknownName):
        asked_of(example, before)
    assert not asked_of(example, example.version)


def test_an_upload_that_narrows_a_consent_says_so_before_it_is_stored(
    example: KnowledgeGraph, tmp_path: Path
) -> None:
    narrow = f"<{thing('informant', 'p1')}> <{CG.consent}> <{terms.CONSENT['aggregate-only']}> ."
    staging = Staging(example, tmp_path / "staged")

    def bring() -> Staged:
        upload = [("narrow.ttl", io.BytesIO(narrow.encode()))]
        return staging.stage(upload, "contoh", "curator", wait=True)

    staged = bring()
    assert staged.narrows, staged.error
    staging.store(staged, {}, wait=True)
    assert isinstance(staged.error, EarlierVersions)
    staged = bring()
    staging.store(staged, {}, earlier="forget", wait=True)
    assert staged.phase == "stored"
    assert not known(example, thing("evidence", "e1"), Role.PUBLIC)


def test_nothing_is_asked_where_no_informant_is_told_of(
    example: KnowledgeGraph, tmp_path: Path
) -> None:
    (tmp_path / "place.ttl").write_text(
        f"<{thing('program', 'p1')}> <{RDFS.seeAlso}> <http://e/x> ."
    )
    [added] = submissions.add(example, [tmp_path / "place.ttl"], "contoh", earlier="ask").added
    submissions.revert(example, added, earlier="ask")


def test_a_withdrawal_reaches_every_kind_of_graph(example: KnowledgeGraph) -> None:
    passage = thing("evidence", "e1")
    study = terms.submission_graph("contoh", "more")
    kinds = [*GRAPHS.values(), study, terms.restricted(study)]
    said = {g: f'<{passage}> <{CG.note}> "{n}" .\n'.encode() for n, g in enumerate(kinds)}
    example.commit(Change(append=said), example.version)
    for graph in kinds:
        assert passage in set(example.read([graph]).subjects())
    withdrawals.withdraw(example, "contoh", "P1")
    for graph in kinds:
        assert passage not in set(example.read([graph]).subjects()), graph
    assert not known(example, passage, Role.PUBLIC)


def test_the_page_of_what_came_in_says_that_consent_was_withdrawn_and_not_whose(
    example: KnowledgeGraph,
) -> None:
    client = web.create_app(example, settings.Settings()).test_client()
    assert "Consent withdrawn" not in client.get("/submissions?lang=en").text
    commit, _ = withdrawals.withdraw(example, "contoh", "P1")
    told = client.get("/submissions?lang=en").text.partition("Consent withdrawn")[2]
    told = told.partition("<h2>")[0]
    assert "Example study: bamboo crafts" in told
    assert f"version {commit.version}" in told
    assert "P1" not in told
