"""The W3C's suites for N-Triples, N-Quads, Turtle, TriG and RDF/XML, over HTTP."""

import pytest

from ..service import Service
from . import cases
from .suites import Case, Suite


@pytest.fixture(scope="module")
def filled(strict: Service) -> Service:
    """With each document that is a graph: a version that is read is a copy of the store, and all of
    them are read at one."""
    for suite, case in cases.OF_SYNTAXES:
        if not case.action.endswith(cases.DATASETS):
            strict.documents[case.iri] = cases.put(strict, suite, case)
    return strict


@pytest.mark.parametrize(("suite", "case"), cases.OF_SYNTAXES, ids=cases.name)
def test_documents(
    filled: Service, suite: Suite, case: Case, request: pytest.FixtureRequest
) -> None:
    cases.hold(filled, suite, case, request)
