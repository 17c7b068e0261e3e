"""Two projects of one study, of coders who worked apart: what they share is one thing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, SKOS, Graph, Literal

from rembug import terms
from rembug.changes import studies, submissions
from rembug.changes.commits import Commit
from rembug.graph import KnowledgeGraph, Role
from rembug.terms import CG

from .projects import project, qdpx, selection, source

TEXTS = {"T1": "Kami jarang bertemu.", "T2": "Dinas tidak datang."}
CODE = terms.thing("uji", "code", "dialog-tatap-muka")
BOOK = "language: id\n"


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        about = {"title_en": "Two coders", "title_id": "Dua pengode"}
        submissions.submit(graph, [studies.describe("uji", known=(), **about)])
        yield graph


def written(path: Path, code: str, *order: str, user: str = "U1") -> Path:
    """A project whose only code is so written, with texts in an order."""
    codes = f'<CodeBook><Codes><Code guid="C2" name="{code}" isCodable="true"/></Codes></CodeBook>'
    sources = [source(name, f"{name}.txt", selection(0, 4, user=user), guid=name) for name in order]
    return qdpx(
        path,
        project(*sources, codes=codes),
        {f"{name}.txt": text.encode() for name, text in TEXTS.items()},
    )


def add(graph: KnowledgeGraph, *files: Path, codebook: Path | None = None) -> Commit:
    return submissions.add(graph, list(files), "uji", codebook=codebook)


def public(graph: KnowledgeGraph) -> Graph:
    return graph.read(graph.graphs(Role.PUBLIC) - terms.KEPT_BY_REMBUG)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_code_that_two_projects_spell_in_two_ways_is_one_code(
    graph: KnowledgeGraph, tmp_path: Path, at_once: bool
) -> None:
    one = written(tmp_path / "satu.qdpx", "Dialog tatap muka", "T1")
    other = written(tmp_path / "dua.qdpx", "dialog tatap-muka", "T1", user="U2")
    if at_once:
        add(graph, one, other)
    else:
        add(graph, one)
        add(graph, other)
    said = public(graph)
    assert list(said.objects(CODE, SKOS.prefLabel)) == [Literal("Dialog tatap muka", lang="id")]
    assert list(said.objects(CODE, SKOS.altLabel)) == [Literal("dialog tatap-muka", lang="id")]
    assert len(set(said.subjects(CG.assigns, CODE))) == 2
    told = graph.read(graph.graphs(Role.RESEARCHER))
    notes = {str(o) for o in told.objects(None, SKOS.editorialNote)}
    assert any("“dialog tatap-muka” is “Dialog tatap muka” in this study" in n for n in notes)


def test_either_project_can_be_taken_back(graph: KnowledgeGraph, tmp_path: Path) -> None:
    first = add(graph, written(tmp_path / "satu.qdpx", "Dialog tatap muka", "T1"))
    add(graph, written(tmp_path / "dua.qdpx", "dialog tatap-muka", "T1", user="U2"))
    submissions.revert(graph, first.added[0].removeprefix(f"{terms.BASE}graph/"))
    assert len(list(public(graph).objects(CODE, SKOS.prefLabel))) == 1


def test_a_text_that_two_projects_number_in_two_ways_has_one_title(
    graph: KnowledgeGraph, tmp_path: Path
) -> None:
    add(graph, written(tmp_path / "satu.qdpx", "Dialog tatap muka", "T1", "T2"))
    add(graph, written(tmp_path / "dua.qdpx", "Dialog tatap muka", "T2", "T1", user="U2"))
    said = public(graph)
    for text in said.subjects(RDF.type, CG.Document):
        assert len(list(said.objects(text, RDFS.label))) == 2  # one in each language
