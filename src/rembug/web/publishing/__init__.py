"""A study as a website that needs no server: its pages as files that link to each other.

The application is asked for its pages as the public would be, and each link in them is written anew
as a path between files. What a page needs a server for (search, forms, SPARQL) is left out of it.
"""

import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from flask import Flask, Response, g, render_template

from rembug import exchange, terms
from rembug.changes import studies
from rembug.errors import BadParameter, RembugError, StoreUnreachable, UnknownName, Words
from rembug.graph import KnowledgeGraph, Role
from rembug.web.context import catalogue, page_rows
from rembug.web.negotiation import HTML, LANGUAGES, PROBLEM
from rembug.web.publishing import asking
from rembug.web.publishing.addresses import HOST, Address, Site
from rembug.web.publishing.rewriting import main_of, rewritten
from rembug.web.words import strings

__all__ = ["publish"]


def publish(
    app: Flask, graph: KnowledgeGraph, study: str, folder: Path, step: Callable[[int], object]
) -> int:
    """Write a study as a website, whole or not at all.

    Args:
        app: the application over the graph; nobody else asks it.
        graph: where the study is.
        study: its slug.
        folder: to be made; may be there if it is empty.
        step: told now and then how many files there are.

    Returns:
        How many files were written.

    Raises:
        UnknownName: there is no such study for the public.
        BadParameter: there is something in the folder.
        RembugError: a page cannot be shown; says which.
    """
    if study not in (known := studies.known(graph)):
        raise UnknownName("study", study, known)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadParameter(
            Words(
                f"{folder} exists already and is not empty; name a new folder with --out",
                f"{folder} sudah ada dan tidak kosong; sebutkan folder baru dengan --out",
            )
        )
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        written = _Written(app, Site(study), beside, step)
        written.pages()
        written.data(graph)
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside)
        raise
    return written.files


class _Written:
    """A website under way: what the application said at each address, and then the files."""

    def __init__(self, app: Flask, site: Site, folder: Path, step: Callable[[int], object]) -> None:
        self._app, self._site, self._folder, self._step = app, site, folder, step
        self._found: dict[Address, str] = {}
        """Every address that is in the site, with its media type."""
        self._late = False
        self.files = 0
        app.after_request(self._noting)

    def pages(self) -> None:
        """Write every page that can be reached, in both languages."""
        waiting = deque(self._starts())
        seen = set(waiting)
        while waiting:
            address = waiting.popleft()
            body, self._found[address] = self._asked(address)
            self._put(self._site.file(address), body)
            if self._found[address] == HTML and self._site.leads_on(address):
                wanted = [w for w in self._led_to(body.decode(), address) if w not in seen]
                seen.update(wanted)
                waiting.extend(dict.fromkeys(wanted))
        for language in LANGUAGES:  # before the links in the pages are others
            self._printed(language)
        for address, media_type in self._found.items():
            if media_type == HTML:
                file = self._folder / self._site.file(address)
                link = self._link(address, self._site.file(address))
                file.write_text(rewritten(file.read_text("utf-8"), link), "utf-8")

    def data(self, graph: KnowledgeGraph) -> None:
        """Write the data as a whole, the crate, and the page that leads to all."""
        study = self._site.study
        mine = terms.GRAPH[f"{study}/"]
        graphs = [iri for iri in graph.graphs(Role.PUBLIC) if iri.startswith(mine)]
        self._put(f"{study}.trig", graph.dump(graphs, "trig"))
        for language in LANGUAGES:
            crate = exchange.crate(graph, study, Role.PUBLIC, language)
            self._put(f"{study}-crate-{language}.zip", crate)
        titles = studies.known(graph)[study]
        with self._app.test_request_context("/"):
            g.lang = LANGUAGES[0]
            page = render_template(
                "published.html",
                study=study,
                titles={code: titles.get(code, study) for code in LANGUAGES},
                strings=_strings(),
                version=graph.shown(Role.PUBLIC),
                iri=str(terms.study(study)),
                asking=bool(asking.files()),
            )
        self._put("index.html", page.encode())
        if scripts := asking.files():
            for name, body in {**scripts, asking.DATA: asking.data(graph, study)}.items():
                self._put(name, body)
            for language in LANGUAGES:
                self._put(f"{language}/sparql.html", self._asking(language, graph).encode())

    def _asking(self, language: str, graph: KnowledgeGraph) -> str:
        """The page that asks the data."""
        with self._app.test_request_context("/"):
            g.lang = language
            return render_template(
                "published-sparql.html",
                lang=language,
                policy=asking.POLICY,
                questions=list(asking.questions(catalogue(), self._site.study, language)),
                first=asking.FIRST % language,
                version=graph.shown(Role.PUBLIC),
            )

    def _starts(self) -> Iterator[Address]:
        """The study's page, and the maps of what it uses, in each language."""
        with self._app.test_request_context("/"):
            g.lang = LANGUAGES[0]
            names = [
                str(row["scheme"]).removeprefix(terms.SCHEME) for row in page_rows("frameworks")
            ]
            study = str(terms.study(self._site.study))
            used = [n for n in names if len(page_rows("framework-users", study=study, framework=n))]
        for language in LANGUAGES:
            yield self._site.start(language)
            yield from (self._site.map(name, language) for name in used)

    def _led_to(self, page: str, here: Address) -> Iterator[Address]:
        """What of the site the links on a page lead to."""
        links: list[str] = []
        rewritten(page, links.append)
        for link in links:
            if isinstance(found := self._site.target(link, here), Address):
                yield found

    def _asked(self, address: Address) -> tuple[bytes, str]:
        """What the application answers the public at an address."""
        self._late = False
        accept = {"Accept": HTML if address.is_page else "*/*"}
        response = self._app.test_client().get(address.url, base_url=HOST, headers=accept)
        if response.status_code != 200:
            why = {language: self._why(address, language) for language in LANGUAGES}
            raise RembugError(
                Words(
                    f"{address.url} cannot be published: {why['en'] or response.status}",
                    f"{address.url} tidak dapat diterbitkan: {why['id'] or response.status}",
                )
            )
        if self._late:
            raise StoreUnreachable(
                Words(
                    f"{address.url} was not answered in time, or not with the newest version; "
                    "see that the disk has room, and publish again later",
                    f"{address.url} tidak dijawab tepat waktu, atau tidak dengan versi terbaru; "
                    "pastikan disknya masih lega, lalu terbitkan lagi",
                )
            )
        return response.data, response.mimetype or ""

    def _why(self, address: Address, language: str) -> str:
        """What is told, in a language, who is not answered."""
        accept = {"Accept": PROBLEM, "Accept-Language": language}
        response = self._app.test_client().get(address.url, base_url=HOST, headers=accept)
        told = response.get_json(silent=True)
        return str(told.get("detail", "")) if isinstance(told, dict) else ""

    def _noting(self, response: Response) -> Response:
        self._late = bool(g.get("passing"))
        return response

    def _link(self, page: Address, file: str) -> Callable[[str], str | None]:
        """What a link of a page becomes in a file: None where it leads nowhere without a server."""

        def link(href: str) -> str | None:
            found = self._site.target(href, page)
            if not isinstance(found, Address):
                return found
            return self._site.between(file, found, href) if found in self._found else None

        return link

    def _printed(self, language: str) -> None:
        """Write the study and all its findings as one page, to be printed."""
        file = f"{language}/print.html"
        findings = [a for a in self._found if a.language == language and self._site.is_finding(a)]
        mains = []
        for address in (self._site.start(language), *findings):
            text = (self._folder / self._site.file(address)).read_text("utf-8")
            mains.append(rewritten(main_of(text), self._link(address, file)))
        with self._app.test_request_context("/"):
            g.lang = language
            page = render_template("published-print.html", lang=language, mains=mains)
        self._put(file, page.encode())

    def _put(self, name: str, body: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:  # two pages of one name would be a fault of ours
            file.write(body)
        self.files += 1
        self._step(self.files)


def _strings() -> Mapping[str, Mapping[str, str]]:
    begin = "publish."
    return {key.removeprefix(begin): told for key, told in strings().items() if begin in key}
