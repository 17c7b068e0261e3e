"""The W3C's suites for SPARQL 1.0 and 1.1, over HTTP."""

from collections.abc import Callable

import pytest

from ..service import Service
from . import cases
from .suites import Case, Suite


@pytest.mark.skipif(bool(cases.CASES), reason="they are here")
def test_the_suites_are_here(missing: Callable[[str], None]) -> None:
    missing("the W3C's suites (make test fetches them)")


@pytest.mark.parametrize(("suite", "case"), cases.OF_SPARQL, ids=cases.name)
def test_queries_and_updates(
    strict: Service, suite: Suite, case: Case, request: pytest.FixtureRequest
) -> None:
    cases.hold(strict, suite, case, request)


def test_every_known_failure_is_a_case() -> None:
    if cases.CASES:
        assert not cases.KNOWN.keys() - {case.iri for _, case in cases.CASES}
