"""Agreement between coders, against figures worked out by hand and in the literature."""

from pathlib import Path

import pytest

from rembug.agreement import agreement
from rembug.changes import studies, submissions
from rembug.graph import KnowledgeGraph, Role

from .projects import project, qdpx, selection, source

# Krippendorff, “Computing Krippendorff's Alpha-Reliability” (2011), section A: two observers,
# binary data, no data missing; alpha = 0.095.
FIRST, SECOND = "0100000010", "1110010000"
TEXT = "satu dua tiga empat lima enam tujuh delapan sembilan sepuluh"


def coded(kg: KnowledgeGraph, folder: Path, *answers: str) -> None:
    """A study whose coders gave the code C2 to those words for which their answer is 1.

    Each of them gave C3 to every word, so that all of them worked on all.
    """
    submissions.submit(kg, [studies.describe("uji", title_en="Test", title_id="Uji")])
    at, spans = 0, []
    for word in TEXT.split():
        spans.append((at, at + len(word)))
        at += len(word) + 1
    marks = [
        selection(*span, code, f"U{user}")
        for number, span in enumerate(spans)
        for user, said in enumerate(answers, 1)
        for code in ["C3", *(["C2"] if said[number] == "1" else [])]
    ]
    path = qdpx(
        folder / "uji.qdpx", project(source("a.txt", "a.txt", *marks)), {"a.txt": TEXT.encode()}
    )
    submissions.add(kg, [path], "uji")


def test_alpha_and_kappa_are_those_of_the_literature(kg: KnowledgeGraph, tmp_path: Path) -> None:
    coded(kg, tmp_path, FIRST, SECOND)
    first, other = agreement(kg, "uji", Role.PUBLIC)
    assert (first.coders, first.passages, first.given) == (2, 10, 5)
    assert first.alpha == pytest.approx(0.095, abs=0.0005)
    # Agreed 6 of 10; by chance 0.2 x 0.4 + 0.8 x 0.6 = 0.56.
    assert first.kappa == pytest.approx((0.6 - 0.56) / (1 - 0.56))
    assert (other.alpha, other.kappa, other.given) == (None, None, 10)


def test_full_agreement_is_one(kg: KnowledgeGraph, tmp_path: Path) -> None:
    coded(kg, tmp_path, FIRST, FIRST)
    best = agreement(kg, "uji", Role.PUBLIC)[0]
    assert (best.alpha, best.kappa) == (1.0, 1.0)


def test_one_coder_agrees_with_nobody(kg: KnowledgeGraph, tmp_path: Path) -> None:
    coded(kg, tmp_path, FIRST)
    assert agreement(kg, "uji", Role.PUBLIC) == []
