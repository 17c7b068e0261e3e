"""The schemes hold exactly the concepts that the domain asks for, in its order and nesting."""

import pytest
from rdflib import RDF, SKOS, Graph, Namespace, URIRef
from rdflib.term import Node

from rembug import terms

# Each concept with what is directly below it.
NESTING: dict[str, str] = {
    "ansell-gash": """
        starting-conditions: asymmetries incentives-and-constraints prehistory
        prehistory: initial-trust
        institutional-design: participatory-inclusiveness forum-exclusiveness clear-ground-rules
            process-transparency
        facilitative-leadership: empowerment
        collaborative-process: face-to-face-dialogue trust-building commitment-to-process
            shared-understanding intermediate-outcomes
        face-to-face-dialogue: good-faith-negotiation
        commitment-to-process: mutual-interdependence shared-ownership openness-to-mutual-gains
        shared-understanding: clear-mission common-problem-definition common-values
        intermediate-outcomes: small-wins strategic-plans joint-fact-finding
        outcomes:
    """,
    "criteria": """
        initiated-by-public-agency: includes-non-state-actors: direct-decision-making:
        formally-organised: consensus-oriented: public-policy-focus:
    """,
    "deseve": """
        networked-structure: self-governed lead-organisation network-administrative-organisation
            hub-and-spokes star cluster
        commitment-to-common-purpose: trust-among-participants:
        governance: boundary-and-exclusivity rules self-determination network-management
        access-to-authority: distributive-accountability: information-sharing:
        access-to-resources:
    """,
    "rating": "very-weak: weak: fair: good: very-good: not-assessed:",
    "stance": "supports: undermines: mixed:",
    "level": "low: high:",
    "polarity": "favourable: unfavourable: open:",
    "sustainability": """
        sustainability: financial institutional market social environmental skills-regeneration
    """,
    "aspect": "impact: communication: capacity: collaboration-performance: growth:",
    "role": """
        initiator: facilitator: funder: regulator: trainer: producer: marketer: beneficiary:
        leader: coordinator:
    """,
    "tie": "communicates-with: coordinates: funds: trains: supervises: buys-from: trusts:",
    "access": "public: restricted: withheld:",
    "consent": "verbatim: paraphrase: aggregate-only: withdrawn:",
    "method": "case-study: in-depth-interview: observation: document-study: survey:",
    "position": "agency-head: agency-officer: group-leader: group-member: artisan: other:",
    "sector": "batik-manufacture:",
}
CYCLE = [
    terms.AG[stage]
    for stage in (
        *("face-to-face-dialogue", "trust-building", "commitment-to-process"),
        *("shared-understanding", "intermediate-outcomes"),
    )
]


def expected(scheme: str) -> dict[URIRef, set[URIRef]]:
    base = Namespace(terms.SCHEME + scheme + "/")
    nesting: dict[URIRef, set[URIRef]] = {}
    for word in NESTING[scheme].split():
        if word.endswith(":"):
            below = nesting.setdefault(base[word[:-1]], set())
        else:
            below.add(base[word])
            nesting.setdefault(base[word], set())
    return nesting


@pytest.mark.parametrize("scheme", NESTING)
def test_a_scheme_holds_exactly_its_concepts(ontology: Graph, scheme: str) -> None:
    nesting = expected(scheme)
    members = set(ontology.subjects(SKOS.inScheme, terms.SCHEME[scheme]))
    assert members == set(nesting)
    for concept, below in nesting.items():
        assert set(ontology.subjects(SKOS.broader, concept)) == below
        assert set(ontology.objects(concept, SKOS.narrower)) == below
    tops: set[Node] = set(nesting) - {b for below in nesting.values() for b in below}
    assert set(ontology.subjects(SKOS.topConceptOf, terms.SCHEME[scheme])) == tops
    assert set(ontology.objects(terms.SCHEME[scheme], SKOS.hasTopConcept)) == tops


def test_each_aspect_says_which_way_is_good(ontology: Graph) -> None:
    aspects = set(ontology.subjects(RDF.type, terms.CG.Aspect))
    ways = {a: set(ontology.objects(a, terms.CG.polarity)) for a in aspects}
    assert [a for a, way in ways.items() if len(way) != 1] == []
    assert {w for way in ways.values() for w in way} == set(
        ontology.subjects(SKOS.inScheme, terms.SCHEME.polarity)
    )
    assert ways[terms.AG.asymmetries] == {terms.POLARITY.unfavourable}


def test_there_is_no_scheme_besides(ontology: Graph) -> None:
    assert set(ontology.subjects(RDF.type, SKOS.ConceptScheme)) == {
        terms.SCHEME[s] for s in NESTING
    }


def test_the_collaborative_process_is_a_cycle(ontology: Graph) -> None:
    steps = set(ontology.subject_objects(terms.CG.precedesInCycle))
    assert steps == set(zip(CYCLE, CYCLE[1:] + CYCLE[:1], strict=True))
    positions = [int(str(ontology.value(s, terms.CG.cyclePosition))) for s in CYCLE]
    assert positions == [1, 2, 3, 4, 5]


def test_nothing_in_the_theory_influences_itself(ontology: Graph) -> None:
    arrows = set(ontology.subject_objects(terms.CG.influences))
    assert all(a != b for a, b in arrows)
    process = terms.AG["collaborative-process"]
    for element in ("starting-conditions", "institutional-design", "facilitative-leadership"):
        assert (terms.AG[element], process) in arrows
    assert (process, terms.AG.outcomes) in arrows


def test_the_ten_propositions_are_marked_as_paraphrase(ontology: Graph) -> None:
    found = {
        int(str(number)): proposition
        for proposition, number in ontology.subject_objects(terms.CG.propositionNumber)
    }
    assert sorted(found) == list(range(1, 11))
    for number, proposition in found.items():
        assert proposition == terms.AG[f"proposition-{number}"]
        notes = " ".join(map(str, ontology.objects(proposition, SKOS.editorialNote)))
        assert "Paraphrase" in notes and "Parafrasa" in notes
        assert (proposition, terms.CG.requires, None) in ontology


def test_conditions_and_requirements_point_at_aspects_and_levels(ontology: Graph) -> None:
    for predicate, kind in (
        (terms.CG.requires, terms.CG.Aspect),
        (terms.CG.conditionElement, terms.CG.Aspect),
        (terms.CG.conditionLevel, terms.CG.Level),
        (terms.CG.antecedent, terms.CG.Condition),
    ):
        targets = set(ontology.objects(None, predicate))
        assert targets
        assert all((target, RDF.type, kind) in ontology for target in targets)


def test_correspondences_join_the_two_frameworks_and_are_marked_as_ours(ontology: Graph) -> None:
    for predicate in (SKOS.closeMatch, SKOS.relatedMatch):
        for one, other in ontology.subject_objects(predicate):
            assert one in terms.AG and other in terms.DESEVE
            notes = list(ontology.objects(one, SKOS.editorialNote))
            assert any("Rembug" in str(note) for note in notes)
