"""What is written for people in two languages says the same in both, and leads somewhere."""

import re
from pathlib import Path

import click
import pytest

from rembug.cli import rembug

HOME = Path(__file__).parents[1]
PAGES = [*HOME.glob("*.md"), *HOME.glob("docs/**/*.md"), *HOME.glob("benchmarks/*.md")]
TRANSLATED = [page for page in PAGES if page.name.endswith(".id.md")]


def shape(page: Path) -> list[tuple[str, object]]:
    """A page's headings, tables, lists and blocks of code, without their words."""
    found: list[tuple[str, object]] = []
    inside: list[str] | None = None
    typed = further = False
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            if inside is None:
                inside, typed = [], line == "```console"
            else:
                found.append(("code", inside))
                inside = None
        elif inside is not None:
            if not typed or line.startswith("$") or further:  # answers are in the reader's language
                inside.append(bare(line))
            further = line.endswith("\\") and (line.startswith("$") or further)
        elif heading := re.match(r"(#+) ", line):
            found.append(("heading", len(heading[1])))
        elif line.startswith("|"):
            found.append(("row", line.count("|")))
        elif re.match(r"- |\d+\. ", line):
            found.append(("item", 0))
    return found


def bare(line: str) -> str:
    """A line of code without its comment and the texts in it, which are the reader's."""
    return re.sub(r'"[^"]*"|\s*#.*|lang=\w\w|[\w.-]*(question|pertanyaan)[\w.]*', "", line).strip()


def targets(page: Path) -> set[str]:
    """Where its links lead, to a page's translation as to the page, whatever its headings are
    called; links to the other language, which have its name, left out."""
    links = re.findall(r"\[([^\]]+)\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    return {
        target.partition("#")[0].replace(".id.md", ".md")
        for text, target in links
        if text not in {"English", "Bahasa Indonesia"}
    }


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.name)
def test_a_page_in_indonesian_has_what_the_english_one_has(page: Path) -> None:
    english = page.with_name(page.name.replace(".id.md", ".md"))
    mine, theirs = shape(page), shape(english)
    assert [kind for kind, _ in mine] == [kind for kind, _ in theirs]
    for one, other in zip(mine, theirs, strict=True):
        assert one == other
    assert targets(page) == targets(english)
    for one, other in ((page, english), (english, page)):
        assert f"]({other.name})" in one.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.name)
def test_a_page_in_indonesian_says_which_pages_that_it_leads_to_are_in_english(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for called, target, after in re.findall(
        r"\[([^\]]+)\]\(([^)\s#:]+\.md)[^)]*\)(.{16})", text, re.S
    ):
        other = (page.parent / target).resolve()
        if called == "English" or other.name.endswith(".id.md"):
            continue
        assert not other.with_name(other.name.replace(".md", ".id.md")).exists(), target
        assert re.match(r"[,\s]+\(?bahasa\s", after), f"{target} is in English"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOME)))
def test_every_link_to_a_heading_leads_to_one(page: Path) -> None:
    for target, heading in re.findall(
        r"\]\(([^)\s#:]*)#([^)\s]+)\)", page.read_text(encoding="utf-8")
    ):
        other = page.parent / target if target else page
        if other.suffix != ".md":
            continue
        headings = re.findall(r"^#+ (.*)$", other.read_text(encoding="utf-8"), re.M)
        assert heading in {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOME)))
def test_every_link_leads_to_a_file_and_every_command_exists(page: Path) -> None:
    for target in targets(page):
        if not re.match(r"\w+:|#", target):
            assert (page.parent / target.partition("#")[0]).exists(), target
    for words in re.findall(r"^\$ rembug ((?:[\w-]+ ?)+)", page.read_text(encoding="utf-8"), re.M):
        command: click.Command = rembug
        context = click.Context(rembug)
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            found = command.get_command(context, word)
            assert found is not None, words
            command = found
