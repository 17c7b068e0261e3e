"""Made-up studies: of any size, the same each time, through the gate, with all kinds in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import RDF, Graph, Literal, URIRef

from rembug import settings, simulate, terms
from rembug.catalogue import Catalogue
from rembug.changes import submissions
from rembug.cli import rembug
from rembug.errors import BadParameter
from rembug.graph import KnowledgeGraph, Role
from rembug.privacy.scan import scan
from rembug.terms import CG

QUESTIONS = Catalogue.load(settings.queries_dir())
SLUG = "simulasi-0001"
# Made by the ontology, by Rembug itself, or by what follows from the data.
ELSEWHERE = {
    *("ReviewFinding", "ComponentAssessment"),  # over several studies
    *("Actor", "FormalActor", "InformalActor", "Aspect", "Criterion", "Condition", "Commit"),
    *("Framework", "FrameworkElement", "Level", "Place", "Proposition", "Rating", "Selector"),
    *("Source", "SourceFile", "Stance", "Submission", "SustainabilityDimension"),
    *("TriangulatedFinding", "ContestedFinding"),
}

# Of reviews over several studies, and of datasets that were brought in.
OF_OTHERS = {"review-findings", "review-assessments", "small-businesses-reached"}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*.ttl")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two studies of thirty interviews."""
    folder = tmp_path_factory.mktemp("simulate") / "out"
    assert len(list(simulate.write(folder, 2, 30, 1))) == 2
    return folder


@pytest.fixture(scope="module")
def statements(folder: Path) -> Graph:
    """What the first study says."""
    graph = Graph()
    for file in (folder / SLUG).glob("*.ttl"):
        graph.parse(file)
    return graph


@pytest.fixture(scope="module")
def filled(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    """A store that took both through the gate."""
    with KnowledgeGraph.own(str(tmp_path_factory.mktemp("filled") / "store")) as graph:
        for study in sorted(folder.iterdir()):
            submissions.add(graph, sorted(study.glob("*.ttl")), study.name)
        yield graph


def test_nothing_in_it_looks_like_a_person_whom_a_curator_must_decide_on(
    statements: Graph,
) -> None:
    assert scan(statements, Graph()) == ()


def test_the_same_seed_writes_the_same_bytes_and_another_does_not(
    folder: Path, tmp_path: Path
) -> None:
    for name, seed in (("again", 1), ("other", 2)):
        list(simulate.write(tmp_path / name, 2, 30, seed))
    assert contents(tmp_path / "again") == contents(folder)
    assert contents(tmp_path / "other").keys() == contents(folder).keys()
    assert contents(tmp_path / "other") != contents(folder)


def test_a_study_is_the_same_however_many_are_beside_it(folder: Path, tmp_path: Path) -> None:
    list(simulate.write(tmp_path / "one", 1, 30, 1))
    assert contents(tmp_path / "one" / SLUG) == contents(folder / SLUG)


def test_it_says_that_it_is_synthetic(statements: Graph) -> None:
    assert set(statements.subjects(RDF.type, CG.Study)) == {terms.study(SLUG)}
    assert statements.value(terms.study(SLUG), CG.synthetic) == Literal(True)


def test_nothing_in_it_belongs_to_the_example(statements: Graph) -> None:
    example = (str(terms.ID) + "contoh/", str(terms.ID) + "daftar-usaha/")
    assert not any(str(term).startswith(example) for triple in statements for term in triple)


def test_every_class_that_a_study_can_have_is_in_it(statements: Graph, schema: Graph) -> None:
    declared = {
        str(term).removeprefix(str(CG))
        for term in schema.subjects(RDF.type, URIRef("http://www.w3.org/2002/07/owl#Class"))
        if str(term).startswith(str(CG))
    }
    used = {str(kind).removeprefix(str(CG)) for kind in statements.objects(None, RDF.type)}
    assert declared - used == ELSEWHERE


@pytest.mark.parametrize(
    ("scheme", "property"),
    [
        *[("stance", CG.stance), ("rating", CG.rating), ("access", CG.accessLevel)],
        *[("consent", CG.consent), ("position", CG.position)],
    ],
)
def test_every_concept_of_a_scheme_is_used(
    scheme: str, property: URIRef, statements: Graph, schema: Graph
) -> None:
    inside = URIRef("http://www.w3.org/2004/02/skos/core#inScheme")
    concepts = set(schema.subjects(inside, terms.SCHEME[scheme]))
    assert concepts
    assert concepts <= set(statements.objects(None, property))


@pytest.mark.parametrize("name", sorted(QUESTIONS.keys() - OF_OTHERS))
def test_every_question_finds_something(name: str, filled: KnowledgeGraph) -> None:
    known = {parameter.name for parameter in QUESTIONS[name].parameters}
    values = {"study": SLUG} if "study" in known else {}
    assert list(filled.rows(QUESTIONS[name].bind(values), Role.RESEARCHER))


def test_what_is_not_public_is_for_researchers_alone(filled: KnowledgeGraph) -> None:
    text = f"SELECT ?e {{ ?e <{CG.accessLevel}> <{terms.ACCESS.restricted}> }}"
    assert list(filled.rows(text, Role.RESEARCHER))
    assert not list(filled.rows(text, Role.PUBLIC))


def test_the_command_names_each_study_and_leaves_a_filled_folder_alone(tmp_path: Path) -> None:
    arguments = ["simulate", "--studies", "2", "--interviews", "0", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(rembug, arguments)
    assert done.exit_code == 0
    assert [Path(line).name for line in done.output.splitlines()] == [SLUG, "simulasi-0002"]
    before = contents(tmp_path / "out")
    with pytest.raises(BadParameter, match="something in it"):
        list(simulate.write(tmp_path / "out", 1, 1, 0))
    assert contents(tmp_path / "out") == before
