"""What is wrong with an ontology or scheme is told, each fault by its own name, and refused."""

import shutil
from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from rembug import reasoning, settings, terms
from rembug.changes.ontology import ensure_ontology, integrity, verdict_digest
from rembug.errors import Refused, RembugError, Unreadable
from rembug.gate import Report
from rembug.graph import KnowledgeGraph

PROLOGUE = "".join(f"@prefix {p}: <{n}> .\n" for p, n in terms.PREFIXES.items()) + (
    f"@prefix ag: <{terms.SCHEME}ansell-gash/> .\n@prefix de: <{terms.SCHEME}deseve/> .\n"
    f"@prefix em: <{terms.SCHEME}emerson/> .\n@prefix in: <{terms.SCHEME}> .\n"
)


def term(name: str, kind: str) -> str:
    """A term that lacks nothing."""
    return (
        f'cg:{name} a owl:{kind} ; rdfs:label "{name}"@id, "{name}"@en ; '
        'skos:definition "Istilah."@id, "Term."@en ; dcterms:source "Made up" ; '
        "rdfs:isDefinedBy <https://w3id.org/rembug/ontology/core> . "
    )


def element(name: str, *, left_out: str = "") -> str:
    """An element of a framework that lacks nothing but what is left out."""
    said = {
        "name": f'skos:prefLabel "{name}"@id, "{name}"@en',
        "definition": 'skos:definition "Unsur."@id, "Element."@en',
        "scheme": "skos:inScheme in:ansell-gash",
        "polarity": "cg:polarity <https://w3id.org/rembug/scheme/polarity/open>",
    }
    kept = " ; ".join(text for key, text in said.items() if key != left_out)
    return f"ag:{name} a cg:FrameworkElement, cg:Aspect, skos:Concept ; {kept} . "


# What somebody adds; what is wrong then, and by which shape or rule that is told. Each is about
# something of its own, so that all are judged together.
FAULTS = {
    "a class below itself": (
        term("A", "Class") + term("B", "Class")
        + "cg:A rdfs:subClassOf cg:B . cg:B rdfs:subClassOf cg:A .",
        terms.CG.A, "Term",
    ),
    "a term without Indonesian": (
        term("OneTongue", "Class").replace('"OneTongue"@id, ', ""), terms.CG.OneTongue, "Term",
    ),
    "a term without a definition": (
        term("Blank", "Class").replace('skos:definition "Istilah."@id, "Term."@en ; ', ""),
        terms.CG.Blank, "Term",
    ),
    "a term of two kinds": (
        term("both", "ObjectProperty") + term("both", "DatatypeProperty"), terms.CG.both, "Term",
    ),
    "a concept that is a class": (
        term("Trust", "Class") + "cg:Trust a skos:Concept .", terms.CG.Trust, "Term",
    ),
    "a property below one of another kind": (
        term("odd", "DatatypeProperty") + "cg:odd rdfs:subPropertyOf cg:hasActor .",
        terms.CG.odd, "Term",
    ),
    "a chain through a text": (
        term("chained", "ObjectProperty")
        + "cg:chained owl:propertyChainAxiom ( cg:hasActor cg:value ) .",
        terms.CG.chained, "Term",
    ),
    "a class above that is misspelt": (
        term("Lost", "Class") + "cg:Lost rdfs:subClassOf cg:Aktor .", terms.CG.Lost, "Dangling",
    ),
    "an element below nothing": (
        element("stray") + "ag:stray skos:broader ag:nowhere .",
        terms.SCHEME["ansell-gash/stray"], "Dangling",
    ),
    "an arrow to nothing": (
        "ag:outcomes cg:influences ag:nothing .", terms.SCHEME["ansell-gash/outcomes"],
        "FrameworkElement",
    ),
    "an arrow to itself": (
        "ag:empowerment cg:influences ag:empowerment .", terms.SCHEME["ansell-gash/empowerment"],
        "Arrow",
    ),
    "an element without polarity": (
        element("unsaid", left_out="polarity"), terms.SCHEME["ansell-gash/unsaid"], "Aspect",
    ),
    "an element without a scheme": (
        element("homeless", left_out="scheme"), terms.SCHEME["ansell-gash/homeless"], "Aspect",
    ),
    "an element of two frameworks": (
        "de:rules skos:inScheme in:emerson .", terms.SCHEME["deseve/rules"], "FrameworkElement",
    ),
    "an element below one of another framework": (
        "de:star skos:broader ag:outcomes .", terms.SCHEME["deseve/star"], "InItsScheme",
    ),
    "an element above itself": (
        "ag:starting-conditions skos:broader ag:prehistory .",
        terms.SCHEME["ansell-gash/prehistory"], "Hierarchy",
    ),
    "a top concept of another scheme": (
        "de:cluster skos:topConceptOf in:emerson .", terms.SCHEME["deseve/cluster"], "TopConcept",
    ),
    "a match within one scheme": (
        "ag:small-wins skos:closeMatch ag:strategic-plans .",
        terms.SCHEME["ansell-gash/small-wins"], "MatchedApart",
    ),
    "two elements of one name": (
        element("twin").replace('"twin"@en', '"outcomes"@en'), terms.SCHEME["ansell-gash/twin"],
        "OneNameInAScheme",
    ),
    "two propositions of one number": (
        "ag:again a cg:Proposition ; dcterms:isPartOf in:ansell-gash ; cg:propositionNumber 10 ; "
        "cg:requires ag:outcomes .",
        terms.SCHEME["ansell-gash/again"], "OneNumberEach",
    ),
    "a union of no list": (
        term("U", "Class") + "cg:U owl:equivalentClass [ a owl:Class ; owl:unionOf cg:Actor ] .",
        terms.CG.Actor, "ListOfClasses",
    ),
    "a scheme that is a concept (S9)": (
        "in:deseve a skos:Concept .", terms.SCHEME.deseve, "cax-dw",
    ),
    "an element that is a rating": (
        "de:hub-and-spokes a cg:Rating .", terms.SCHEME["deseve/hub-and-spokes"], "cax-dw",
    ),
    "an arrow from a rating": (
        "<https://w3id.org/rembug/scheme/rating/weak> cg:influences ag:empowerment .",
        terms.RATING.weak, "cax-dw",
    ),
    "a rating that is a word": (
        "<https://w3id.org/rembug/scheme/rating/good> cg:ratingValue 'empat' .",
        terms.RATING.good, "prp-rng",
    ),
    "a stage at two places": (
        "ag:trust-building cg:cyclePosition 4 .", terms.SCHEME["ansell-gash/trust-building"],
        "prp-fp",
    ),
    "two names in one language (S14)": (
        "ag:common-values skos:prefLabel 'shared values'@en .",
        terms.SCHEME["ansell-gash/common-values"], "OnePreferredLabel",
    ),
    "related and above (S27)": (
        "ag:clear-mission skos:related ag:shared-understanding .",
        terms.SCHEME["ansell-gash/clear-mission"], "RelatedIsNotBroader",
    ),
    "exact and broader (S46)": (
        "de:governance skos:exactMatch em:drivers ; skos:broadMatch em:drivers .",
        terms.SCHEME["deseve/governance"], "ExactIsNotBroader",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def judged(ontology: Graph) -> Report:
    added = "\n".join(text for text, _, _ in FAULTS.values())
    return integrity(ontology + Graph().parse(data=PROLOGUE + added, format="turtle"))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_of_what_has_it_in_both_languages(judged: Report, fault: str) -> None:
    _, about, name = FAULTS[fault]
    told = [
        r.messages
        for r in judged.results
        if r.focus_node == str(about)
        and str(terms.SHAPES[name]) in (r.shape, r.component)
    ]  # fmt: skip
    assert told, {(r.focus_node, r.shape) for r in judged.results}
    assert all(messages.keys() == {"en", "id"} for messages in told)


def test_what_ships_has_none_and_is_known_to_have_none(ontology: Graph) -> None:
    """Who changes the ontology or the shapes writes the new digest there, once it is sound."""
    assert integrity(ontology).results == ()
    known = settings.ontology_dir() / "sound.sha256"
    assert known.read_text() == verdict_digest(settings.ontology_files()) + "\n"


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        (f"<{terms.CG}Lain> a <{terms.CG}Aktor> .", r"core\.ttl:\d+"),
        ("cg:Actor rdfs:subClassOf cg:Actor .", r"core\.ttl:\d+: .*cg:Actor"),
        ("cg:Actor a a .", r"core\.ttl:\d+:\d+"),
    ],
)
def test_a_shipped_file_that_is_changed_wrongly_is_not_brought_in(
    added: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = Path(shutil.copytree(settings.ontology_dir(), tmp_path / "ontology"))
    with (changed / "core.ttl").open("a", encoding="utf-8") as file:
        file.write(added + "\n")
    monkeypatch.setattr(settings, "ontology_dir", lambda: changed)
    graph = KnowledgeGraph.in_memory()
    with pytest.raises((Refused, Unreadable), match=expected):
        ensure_ontology(graph)
    assert len(graph.read([terms.ONTOLOGY_GRAPH])) == 0


def test_hermit_finds_a_scheme_that_is_a_concept(ontology: Graph) -> None:
    """The header of a file is not taken for a remark about the ontology alone."""
    wrong = Graph().parse(data=PROLOGUE + "in:deseve a skos:Concept .", format="turtle")
    assert not reasoning.check(ontology + wrong).consistent


def test_what_is_no_owl_2_dl_is_told_without_a_trace_of_java(ontology: Graph) -> None:
    wrong = Graph() + ontology
    within = URIRef(terms.CG.within)
    wrong.parse(data=PROLOGUE + f"<{within}> a owl:IrreflexiveProperty .", format="turtle")
    with pytest.raises(RembugError) as told:
        reasoning.check(wrong)
    for text in told.value.words:
        assert "OWL 2 DL" in text and "Non-simple property" in text
        assert "java" not in text and "\tat " not in text
