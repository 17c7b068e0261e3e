"""Each question answers what its data say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from rembug.graph import Role

CASES = yaml.safe_load((Path(__file__).parent / "expected.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['query']}-{case['store']}")
def test_a_question_answers_what_its_data_say(case: dict[str, Any], ask: Callable) -> None:
    role = Role[case.get("role", "researcher").upper()]
    columns, values = case.get("columns", ()), case.get("values", {})
    found = ask(case["store"], case["query"], *columns, role=role, **values)
    expected = [tuple(map(str, row)) for row in case["rows"]]
    if case.get("distinct"):
        found = list(set(found))
    if not case.get("sorted", True):
        found, expected = sorted(found), sorted(expected)
    assert found == expected


def test_what_a_program_lacks_is_listed_with_what_there_is(ask: Callable) -> None:
    lists = {
        program: (set(findings.splitlines()), set(evidence.splitlines()))
        for program, findings, evidence in ask(
            "contoh",
            "programs-lacking-sustainability-evidence",
            *("program", "findings", "evidence"),
            lang="en",
        )
    }
    assert lists["contoh/program/pelatihan"] == (
        {"The training was not continued."},
        {
            "Nothing followed and nobody met since the first year",
            "The training is in next year's plan",
        },
    )
    assert lists["contoh/program/katalog"] == ({"Residents do not back the catalogue."}, set())


def test_words_without_consent_are_never_offered_for_quotation(ask: Callable) -> None:
    rows = ask("contoh", "quotable-evidence", "item", "use")
    quotable = {item for item, use in rows if use == "may be quoted"}
    assert {f"contoh/evidence/e{n}" for n in (2, 10, 11, 12)} <= quotable
    assert not quotable & {f"contoh/evidence/e{n}" for n in (1, 3, 5, 7, 9, 13, 14, 15)}
    assert len(rows) == 15
