"""Files are read on their way in; where some cannot be, the gate judges what could be read of them.

So a person is told all that is wrong with a table at once: what its cells say amiss, and what the
shapes have against the rows.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rembug.changes import studies
from rembug.changes.submissions import check
from rembug.errors import Faulty, RembugError, Unreadable, Words, faults_of
from rembug.gate import Result, Severity
from rembug.graph import KnowledgeGraph
from rembug.sources.folders import Found, Gaps, read_some
from rembug.terms import short

_WITH_A_VALUE: Final = "SPARQLConstraintComponent"  # the value is what is wrong; it is there

_LONGEST: Final = 80  # characters of a value


def read_files(
    graph: KnowledgeGraph,
    paths: Sequence[Path],
    study: str = "",
    codebook: Path | None = None,
    mapping: Path | None = None,
    *,
    otherwise: str = "",
) -> Found:
    """Read files that are to come into a graph; takes what `folders.read_some` does.

    Raises:
        Unreadable: a file cannot be read; Faulty where it has several faults, the gate's among
            them.
        UnreadableFiles: so it is with several, each with its faults.
    """
    names = studies.names(graph)
    found = read_some(paths, study, codebook, mapping, names=names, otherwise=otherwise)
    # With a file that says nothing at all, the gate would miss what it has.
    if found.faults and len(found.partial) == len(found.faults):
        found.faults = _with(found.faults, _judged(graph, found))
    found.require_readable()
    return found


def _judged(graph: KnowledgeGraph, found: Found) -> list[Unreadable]:
    """What the gate has against what could be read, as faults of its files."""
    try:
        report = check(graph, [*found.submissions, *found.partial])
    except RembugError:  # what is told is why they cannot be read; this comes when they can be
        return []
    told: dict[tuple[object, ...], Unreadable] = {}
    for r in report.results:
        if r.severity is Severity.VIOLATION and r.place and not _follows(r, found.gaps):
            about = r.place.pointer or short(r.focus_node)
            if r.value and r.value not in r.messages.get("en", ""):
                about += f" [{short(r.value)[:_LONGEST]}]"
            en, id_ = (r.messages.get(x, r.messages.get("en", "")) for x in ("en", "id"))
            words = Words(f"{about}: {en}", f"{about}: {id_}")
            told.setdefault((*r.alike, r.place), Unreadable(r.place.file, words, r.place.line))
    return list(told.values())


def _follows(result: Result, gaps: Gaps) -> bool:
    """Whether a result may come of nothing but what a row lacks, which is told already."""
    assert result.place is not None
    file, line = result.place.file, result.place.line
    lacking = gaps.get((file, None), set()) | gaps.get((file, line), set())
    if not lacking:
        return False
    if result.path is None:
        return not (result.value and result.component.endswith(_WITH_A_VALUE))
    paths = {path.removeprefix("^") for path in result.path.split(" | ")}
    return "" in lacking or not paths.isdisjoint(lacking)


def _with(faults: Sequence[RembugError], more: Sequence[Unreadable]) -> list[RembugError]:
    """Faults of files, each file's together with what else is wrong with it, in its order."""
    by_file: dict[str, list[Unreadable]] = {}
    for fault in [*(f for f in faults if isinstance(f, Unreadable)), *more]:
        by_file.setdefault(fault.name, []).extend(faults_of(fault) or [fault])
    return [
        of_it[0] if len(of_it) == 1 else Faulty(file, sorted(of_it, key=lambda f: f.line or 0))
        for file, of_it in by_file.items()
    ]
