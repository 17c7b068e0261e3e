"""A folder of files: which study each is of, the name it is shown under, and all that is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rembug import terms
from rembug.errors import Unreadable, UnreadableFiles
from rembug.sources.folders import read_all
from rembug.terms import CG

Write = Callable[[dict[str, str]], Path]
ACTORS = "code,name (Indonesian),name (English),kind of actor\nx,Dinas X,Agency X,agency\n"


def declares(study: str) -> str:
    """Turtle with a study on its second line."""
    return f"# made up\n<{terms.study(study)}> a <{CG.Study}> .\n"


def speaks_of(study: str) -> str:
    """Turtle with a thing in a study on its second line."""
    thing = terms.thing(study, "actor", "a")
    return f"# made up\n<{thing}> <{CG.inStudy}> <{terms.study(study)}> .\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / "given" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "given"

    return written


def test_each_file_is_of_the_study_that_it_says_or_that_the_files_beside_it_say(
    write: Write,
) -> None:
    folder = write(
        {
            "a.ttl": declares("a"),
            "b/actors.csv": ACTORS,
            "b/actors.ttl": speaks_of("b"),
            "b/study.ttl": declares("b"),
            # one that declares its own may speak of another
            "c/both.ttl": declares("c") + speaks_of("b"),
            "c/.hidden.ttl": "no RDF",
            "c/README.md": "no RDF either",
        }
    )
    found = read_all([folder])
    assert [(s.study, s.file) for s in found.submissions] == [
        ("a", "a.ttl"),
        ("b", "actors.csv"),
        ("b", "actors.ttl"),
        ("b", "study.ttl"),
        ("c", "both.ttl"),
    ]
    assert (terms.thing("b", "actor", "x"), None, None) in found.submissions[1].public
    shown = [str(place) for s in found.submissions for place in s.places.values()]
    assert shown[:2] == ["a.ttl:2", "b/actors.csv:2"]
    assert shown[-2:] == ["c/both.ttl:4", "c/both.ttl:2"]
    assert found.left_out == [Path("c/README.md")]
    assert {s.study for s in read_all([folder], "d").submissions} == {"d"}


def test_a_file_that_is_named_itself_is_shown_without_its_folder(write: Write) -> None:
    [found] = read_all([write({"b/study.ttl": declares("b")}) / "b" / "study.ttl"]).submissions
    assert [str(place) for place in found.places.values()] == ["study.ttl:2"]


def test_all_that_is_wrong_is_told_at_once_each_with_its_path(write: Write) -> None:
    folder = write(
        {
            "good/study.ttl": declares("good"),
            "good/broken.ttl": declares("good") + "nonsense here",
            "good/table.csv": "code,no such column\n",
            "lost/actors.csv": ACTORS,
            "mixed/both.ttl": speaks_of("a") + speaks_of("b"),
        }
    )
    (folder / "empty").mkdir()
    with pytest.raises(UnreadableFiles) as caught:
        read_all([folder, folder / "absent.ttl", folder / "empty"])
    told = dict(line.strip().split(": ", 1) for line in str(caught.value).splitlines()[1:])
    assert told.keys() == {
        str(folder / "empty"),
        "absent.ttl",
        "good/broken.ttl:3:1",
        "good/table.csv:1",
        "lost/actors.csv",
        "mixed/both.ttl",
    }
    assert "--study" in told["lost/actors.csv"]
    assert "several studies (a, b)" in told["mixed/both.ttl"]
    assert len(caught.value.faults) == len(told)


def test_one_fault_is_told_as_that_of_one_file(write: Write) -> None:
    folder = write({"b/study.ttl": declares("b"), "b/broken.ttl": "nonsense here"})
    with pytest.raises(Unreadable) as caught:
        read_all([folder])
    assert (caught.value.name, caught.value.line) == ("b/broken.ttl", 1)
