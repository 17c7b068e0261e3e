"""A study as a website: it opens from a folder, and holds only what the public may read."""

import shutil
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from rdflib import RDF, RDFS, Graph, Literal, URIRef

from rembug import terms, web
from rembug.errors import BadParameter, RembugError, UnknownName
from rembug.graph import Change, KnowledgeGraph
from rembug.settings import Settings
from rembug.terms import CG, SCHEME
from rembug.web.publishing import publish

from ..hostile import TEXTS

STUDY = "kecil"
SECRET = ("RahasiaSatu", "rahasia-dua", "RahasiaTiga")
NAMES = (
    *(
        "..%2F..%2Fetc%2Fpasswd",
        "CON",
        "con",
        "a%20b%3Fc%23d",
        "x.ttl",
        "x.csv",
        "%2E%2E",
        "-",
        "é",
    ),
    *("n" * 300, "n" * 300 + "m", "a/b/../c", "%F0%9F%98%80", "index.html", "nul.html"),
)


def fill(graph: KnowledgeGraph) -> None:
    """A study with a finding for each hostile name and text, and one more; past the gate."""
    public, closed = Graph(), Graph()
    study = terms.study(STUDY)
    public.add((study, RDF.type, CG.Study))
    public.add((study, CG.usesFramework, SCHEME["deseve"]))
    for language in ("id", "en"):
        public.add((study, RDFS.label, Literal(TEXTS[0], lang=language)))
    for number, name in enumerate(NAMES):
        finding = URIRef(f"{terms.ID}{STUDY}/finding/{name}")
        public.add((finding, RDF.type, CG.Finding))
        public.add((finding, CG.inStudy, study))
        public.add((finding, CG.concerns, SCHEME["deseve/information-sharing"]))
        public.add((finding, CG.stance, SCHEME["stance/supports"]))
        for language in ("id", "en"):
            label = Literal(TEXTS[number % len(TEXTS)], lang=language)
            public.add((finding, RDFS.label, label))
    evidence = terms.thing(STUDY, "evidence", SECRET[1])
    closed.add((evidence, RDF.type, CG.Evidence))
    closed.add((evidence, CG.inStudy, study))
    closed.add((evidence, RDFS.label, Literal(SECRET[0], lang="id")))
    closed.add((evidence, RDFS.comment, Literal(SECRET[2])))
    closed.add((evidence, CG.supports, terms.thing(STUDY, "finding", "CON")))
    name = terms.submission_graph(STUDY, "satu")
    other = Graph()
    other.add((terms.study("lain"), RDF.type, CG.Study))
    other.add((terms.study("lain"), RDFS.label, Literal("StudiLain", lang="id")))
    change = {
        name: public,
        terms.restricted(name): closed,
        terms.submission_graph("lain", "a"): other,
    }
    graph.commit(Change(replace=change))


@pytest.fixture(scope="module")
def graph(
    ontology_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KnowledgeGraph]:
    folder = tmp_path_factory.mktemp("kecil") / "store"
    shutil.copytree(ontology_store, folder)
    with KnowledgeGraph.own(str(folder)) as opened:
        fill(opened)
        yield opened


@pytest.fixture(scope="module")
def site(graph: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "site"
    publish(web.create_app(graph, Settings()), graph, STUDY, folder, lambda _: None)
    return folder


class Links(HTMLParser):
    """The links of a page and its elements."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, also those in archives; a worksheet is one."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield from _unpacked(str(path), path.read_bytes())


def _unpacked(name: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, body
    if body.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(body)) as archive:
            for inner in archive.namelist():
                yield from _unpacked(f"{name}/{inner}", archive.read(inner))


def test_every_link_leads_to_a_file(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 2 * len(NAMES)
    for page in pages:
        for link in Links(page).links:
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme in ("http", "https"), (page, link)
                assert "rembug.invalid" not in link
            elif parts.path:
                target = (page.parent / unquote(parts.path)).resolve()
                assert target.is_file(), (page, link)
                assert target.is_relative_to(site)


def test_nothing_needs_a_server(site: Path) -> None:
    for page in set(site.rglob("*.html")) - set(site.rglob("sparql.html")):  # which says so
        assert not Links(page).tags & {"form", "script", "button"}, page
        assert "rembug.invalid" not in page.read_text("utf-8")


def test_each_thing_has_a_page_in_both_languages(site: Path) -> None:
    for language in ("id", "en"):
        pages = [path.read_text("utf-8") for path in (site / language).glob("*.html")]
        for name in NAMES:
            iri = f"{terms.ID}{STUDY}/finding/{name}"
            shown = f'<p><code class="iri">{iri}</code></p>'
            assert sum(shown in page for page in pages) >= 1, name
        assert all(f'<html lang="{language}">' in page for page in pages)


def test_names_of_files_are_plain_and_differ_without_regard_to_case(site: Path) -> None:
    names = [str(path.relative_to(site)) for path in site.rglob("*")]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(name.isascii() and len(name) < 100 for name in names)
    assert not any(set(name) & set('<>:"\\|?*% ') for name in names)


def test_no_restricted_term_is_in_it(site: Path, graph: KnowledgeGraph) -> None:
    names = {name for name, _ in _contents(site)}
    assert any("crate" in name and name.endswith(".csv") for name in names)
    for name, body in _contents(site):
        for secret in (*SECRET, "StudiLain"):
            assert secret.encode() not in body, (secret, name)
            assert secret.casefold() not in name.casefold()


def test_data_crate_and_a_page_to_print_are_there(site: Path) -> None:
    first = (site / "index.html").read_text("utf-8")
    for name in (f"{STUDY}.trig", f"{STUDY}-crate-id.zip", "id/print.html", "en/index.html"):
        assert f'href="{name}"' in first
        assert (site / name).stat().st_size
    printed = (site / "id" / "print.html").read_text("utf-8")
    assert printed.count("<main>") == 1 + len(NAMES)


def test_it_is_written_whole_or_not_at_all(graph: KnowledgeGraph, tmp_path: Path) -> None:
    app = web.create_app(graph, Settings())
    with pytest.raises(UnknownName):
        publish(app, graph, "kecill", tmp_path / "site", lambda _: None)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(BadParameter, match="not empty"):
        publish(app, graph, STUDY, tmp_path / "full", lambda _: None)

    def full(files: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        publish(app, graph, STUDY, tmp_path / "site", full)
    assert [path.name for path in tmp_path.iterdir()] == ["full"]
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_a_page_that_cannot_be_shown_ends_it(graph: KnowledgeGraph, tmp_path: Path) -> None:
    app = web.create_app(graph, Settings())
    app.view_functions["things.shown"] = lambda path: ("broken", 500)
    with pytest.raises(RembugError, match="cannot be published"):
        publish(app, graph, STUDY, tmp_path / "site", lambda _: None)
    assert not list(tmp_path.iterdir())
