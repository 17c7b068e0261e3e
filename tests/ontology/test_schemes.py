"""The schemes hold exactly the concepts that the domain asks for, in its order and nesting."""

from itertools import combinations

import pytest
from rdflib import DCTERMS, OWL, RDF, SKOS, Graph, Namespace, URIRef
from rdflib.term import Node

from rembug import settings, terms

AG = Namespace(terms.SCHEME + "ansell-gash/")

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
    "level": "low: moderate: high:",
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
    "method": "qualitative: case-study: in-depth-interview: observation: document-study: survey:",
    "position": "agency-head: agency-officer: group-leader: group-member: artisan: other:",
    "sector": "batik-manufacture:",
    "kbli-2020": "13121: 13122: 13132: 13133: 13134: 14111: 14120:",
    "isic-4": "1312: 1313: 1410:",
    "confidence": "high: moderate: low: very-low:",
    "concern": "none-or-very-minor: minor: moderate: serious:",
    "cerqual": "methodological-limitations: coherence: adequacy: relevance:",
}
CYCLE = [
    AG[stage]
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


def test_a_group_of_kbli_is_in_the_class_of_isic_with_its_first_digits(ontology: Graph) -> None:
    classes = {
        str(ontology.value(group, SKOS.notation)): str(ontology.value(above, SKOS.notation))
        for group, above in ontology.subject_objects(SKOS.broadMatch)
        if (group, SKOS.inScheme, terms.SCHEME["kbli-2020"]) in ontology
    }
    assert classes["13134"] == "1313"
    assert all(code[:2] == above[:2] for code, above in classes.items())
    assert len(classes) == 7


def test_each_aspect_says_which_way_is_good(ontology: Graph) -> None:
    aspects = set(ontology.subjects(RDF.type, terms.CG.Aspect))
    ways = {a: set(ontology.objects(a, terms.CG.polarity)) for a in aspects}
    assert [a for a, way in ways.items() if len(way) != 1] == []
    assert {w for way in ways.values() for w in way} == set(
        ontology.subjects(SKOS.inScheme, terms.SCHEME.polarity)
    )
    assert ways[AG.asymmetries] == {terms.POLARITY.unfavourable}


def test_there_is_no_scheme_besides_and_the_frameworks(ontology: Graph) -> None:
    frameworks = set(ontology.subjects(RDF.type, terms.CG.Framework))
    assert set(ontology.subjects(RDF.type, SKOS.ConceptScheme)) == frameworks | {
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
    process = AG["collaborative-process"]
    for element in ("starting-conditions", "institutional-design", "facilitative-leadership"):
        assert (AG[element], process) in arrows
    assert (process, AG.outcomes) in arrows


def test_small_wins_deepen_trust_commitment_and_understanding(ontology: Graph) -> None:
    deepened = set(ontology.objects(AG["small-wins"], terms.CG.influences))
    assert deepened == {
        AG[f] for f in ("trust-building", "commitment-to-process", "shared-understanding")
    }


def test_propositions_are_numbered_in_their_framework_and_marked_as_paraphrase(
    ontology: Graph,
) -> None:
    found: dict[Node | None, list[int]] = {}
    for proposition, number in ontology.subject_objects(terms.CG.propositionNumber):
        framework = ontology.value(proposition, DCTERMS.isPartOf)
        assert proposition == URIRef(f"{framework}/proposition-{number}")
        found.setdefault(framework, []).append(int(str(number)))
        notes = " ".join(map(str, ontology.objects(proposition, SKOS.editorialNote)))
        assert "Paraphrase" in notes and "Parafrasa" in notes
        assert (proposition, terms.CG.requires, None) in ontology
    assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in found.values())
    assert len(found[terms.SCHEME["ansell-gash"]]) == 10


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


def test_each_correspondence_says_why_in_both_languages_and_that_it_is_ours(
    ontology: Graph,
) -> None:
    kinds = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
    matches = [pair for kind in kinds for pair in ontology.subject_objects(SKOS[kind])]
    words = {"id": ("Padanan dari Rembug", "sebab"), "en": ("by Rembug", "since")}
    assert len(matches) >= 7
    for one, other in matches:
        frameworks = [ontology.value(element, SKOS.inScheme) for element in (one, other)]
        assert len(set(frameworks)) == 2
        notes = [str(note) for note in ontology.objects(one, SKOS.editorialNote)]
        for name in ontology.objects(other, SKOS.prefLabel):
            ours, since = words[str(getattr(name, "language", ""))]
            assert any(ours in n and f"“{name}”" in n and since in n for n in notes), (one, other)


FRAMEWORKS = sorted(f.stem for f in settings.scheme_files() if "a cg:Framework" in f.read_text())


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_framework_imports_the_ontology_which_names_no_framework(
    ontology: Graph, name: str
) -> None:
    framework = terms.SCHEME[name]
    assert (framework, OWL.imports, terms.ONTOLOGY) in ontology
    assert (terms.ONTOLOGY, OWL.imports, framework) not in ontology


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_boxes_of_a_framework_do_not_lie_across_each_other(ontology: Graph, name: str) -> None:
    """A box lies beside another, or wholly in it; then the one in it is a part of the other."""
    boxes = {}
    for element in ontology.subjects(SKOS.inScheme, terms.SCHEME[name]):
        for told in ontology.objects(element, terms.CG.drawnIn):
            x, y, width, height = map(int, str(told).split())
            boxes[element] = (x, y, x + width, y + height)
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        for outer, inner, p, q in ((one, other, a, b), (other, one, b, a)):
            inside = p[0] <= q[0] and p[1] <= q[1] and p[2] >= q[2] and p[3] >= q[3]
            if inside:
                assert outer in set(ontology.transitive_objects(inner, SKOS.broader))
                apart = True
        assert apart, (one, other)
