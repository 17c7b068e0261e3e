"""Which addresses of the application are pages of a study's website, and the file of each."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from rembug import settings, terms
from rembug.catalogue import Catalogue
from rembug.web.lists import LISTS
from rembug.web.negotiation import LANGUAGES
from rembug.web.paths import ENDINGS

HOST: Final = "http://rembug.invalid/"
"""Where the application believes to be; no file names it."""

_DATA: Final = {"ttl"}  # of a thing
_RESULTS: Final = {"csv"}  # of a question
_TABLES: Final = {"csv", "xlsx"}  # of a list
_NETWORKS: Final = {"svg", "png", "gexf", "graphml", "net", "dl"}
_PLAIN: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 60  # characters of a file's name, before what tells it from others


@dataclass(frozen=True)
class Address:
    """A path as it is sent, with its parameters in order."""

    path: str
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        """Path and query."""
        return f"{self.path}?{urlencode(self.parameters)}" if self.parameters else self.path

    @property
    def language(self) -> str:
        """Of the page; empty where there is no difference."""
        return dict(self.parameters).get("lang", "")

    @property
    def ending(self) -> str:
        """Of the file."""
        if told := dict(self.parameters).get("format", ""):
            return told
        stem, _, last = self.path.rpartition(".")
        if self.path.startswith("/static/"):
            return last
        kinds = {"/page": _DATA, "/queries": _RESULTS, "/network": _NETWORKS}
        known = next((kinds[path] for path in kinds if self.path.startswith(path)), set())
        return last if stem and last in known else "html"

    @property
    def is_page(self) -> bool:
        """Whether it is for people."""
        return self.ending == "html"


class Site:
    """The website of a study: what is in it, and where."""

    def __init__(self, study: str) -> None:
        """Of a study's slug."""
        self.study = study
        self._iri = str(terms.study(study))
        self._start = f"/page/{self._iri.removeprefix(terms.BASE)}"
        questions = Catalogue.load(settings.queries_dir()).values()
        self._questions = {
            query.name for query in questions if any(p.name == "study" for p in query.parameters)
        }

    def start(self, language: str) -> Address:
        """The study's own page."""
        return Address(self._start, (("lang", language),))

    def map(self, framework: str, language: str) -> Address:
        """What the study says of a framework."""
        told = {"framework": framework, "lang": language, "study": self.study}
        return Address("/map", tuple(told.items()))

    def leads_on(self, address: Address) -> bool:
        """Whether what a page links to is in the site, too: not so of the ontology's own."""
        return address.is_page and not address.path.startswith(("/page/scheme/", "/page/ontology"))

    def is_finding(self, address: Address) -> bool:
        """Whether it is the page of a finding of the study."""
        iri = dict(address.parameters).get("iri", terms.BASE + address.path.removeprefix("/page/"))
        mine = terms.study_of(iri) == self.study and terms.kind_of(iri) == "finding"
        return address.is_page and mine

    def file(self, address: Address) -> str:
        """The file of an address: a name that every file system takes, for one address alone."""
        if address.path.startswith("/static/"):
            return address.path[1:]
        if address == self.start(address.language):
            return f"{address.language}/index.html"
        told = [value for key, value in address.parameters if key not in ("lang", "format")]
        name = " ".join([unquote(address.path).removeprefix("/page"), *told]).casefold()
        name = _PLAIN.sub("-", name.removesuffix("." + address.ending)).strip("-")[-_LONGEST:]
        tag = blake2b(address.url.encode(), digest_size=5).hexdigest()
        folder = address.language if address.is_page else "data"
        return f"{folder}/{name.strip('-')}-{tag}.{address.ending}".replace("/-", "/")

    def between(self, file: str, to: Address, href: str) -> str:
        """The relative link from a file to an address, with the fragment that a link had."""
        fragment = urlsplit(href).fragment
        path = posixpath.relpath(self.file(to), posixpath.dirname(file))
        return f"{path}#{fragment}" if fragment else path

    def target(self, href: str, here: Address) -> Address | str | None:
        """What a link on a page leads to: an address of the site, elsewhere, or nothing."""
        if href.startswith("#"):
            return href
        try:
            parts = urlsplit(urljoin(urljoin(HOST, here.url), href))
        except ValueError:
            return None
        if f"{parts.scheme}://{parts.netloc}/" != HOST:
            return href if parts.scheme in ("http", "https") else None
        told = dict(parse_qsl(parts.query, keep_blank_values=True))
        if "lang" not in told and here.language:
            told["lang"] = here.language
        return self._inside(parts.path, told, here)

    def _inside(self, path: str, told: Mapping[str, str], here: Address) -> Address | None:
        """An address of the site for what the application has at a path, if there is one."""
        stem, dot, ending = path.rpartition(".")
        if path.startswith("/static/"):
            return Address(path)
        if path in ("/", "/studies") or (path == self._start and set(told) <= {"lang"}):
            return self.start(told["lang"]) if told.get("lang") in LANGUAGES else None
        if path in ("/page", *(f"/page.{ending}" for ending in _DATA)):
            iri = told.get("iri", "")
            lang = {"lang": told["lang"]} if path == "/page" and "lang" in told else {}
            mine = terms.study_of(iri) == self.study
            return Address(path, tuple({"iri": iri, **lang}.items())) if mine else None
        if path.startswith(("/page/scheme/", "/page/ontology", *self._folders())):
            if dot and ending in _DATA and path.startswith(self._folders()):
                return Address(path)
            return None if dot and ending in ENDINGS else self._of(path, told, set())
        if path.removeprefix("/") in LISTS:
            format_ = told.get("format", "csv")
            if format_ not in _TABLES or ("format" in told and "after" in told):
                return None
            more = set(told) - {"lang", "study", "after", "format"}
            # What the study's page counts is a list of its own; else there is one of each kind.
            if more and (here.path != self._start or len(more) > 1):
                return None
            return self._of(path, told, {"after", "format", *more})
        if path == "/queries":
            return self._of(path, told, set(), study=False)
        name, _, form = path.removeprefix("/queries/").partition(".")
        if path.startswith("/queries/") and name in self._questions and form in {"", *_RESULTS}:
            return self._of(path, told, set())
        if path == "/map":
            return self._of(path, told, {"framework"}) if "about" not in told else None
        if path == "/network" or (stem == "/network" and ending in _NETWORKS):
            return self._of(path, told, set())
        return None

    def _folders(self) -> tuple[str, str]:
        slug = quote(self.study)
        return f"/page/id/{slug}/", f"/page/graph/{slug}/"

    def _of(
        self, path: str, told: Mapping[str, str], kept: set[str], *, study: bool = True
    ) -> Address | None:
        """An address of the study in one language; nothing where something else is chosen."""
        pinned = study and not path.startswith("/page/")
        if told.get("study", self.study) not in (self.study, self._iri):
            return None
        if set(told) - {"lang", "study", *kept} or told.get("lang", "id") not in LANGUAGES:
            return None
        chosen = {key: told[key] for key in sorted({"lang", *kept} & set(told)) if told[key]}
        if pinned:
            chosen["study"] = self.study
        return Address(path, tuple(sorted(chosen.items())))
