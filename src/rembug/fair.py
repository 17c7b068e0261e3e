"""Whether a study on a running service is findable, accessible, interoperable and reusable.

What assessors test of a dataset (the metrics of FAIRsFAIR, doi 10.5281/zenodo.3775793, and the FAIR
Signposting Profile), asked of the service as any program would ask it. What a program cannot see,
such as whether metadata will outlive the data, is not asked.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from rdflib import DCAT, DCTERMS, PROV, RDF, RDFS, Graph, URIRef

from rembug import terms
from rembug.errors import Words
from rembug.sources.fetching import Fetched, NotFetched, fetch

_PERSISTENT: Final = ("https://w3id.org/", "https://purl.org/", "https://doi.org/")
_FORMATS: Final = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
_LINK: Final = re.compile(r'<([^<>]{1,4000})>((?:; ?[a-z]{1,20}="[^"<>]{0,400}"){1,8})')
_RELATION: Final = re.compile(r'rel="([^"]*)"')
_PATIENCE: Final = 20.0


@dataclass(frozen=True)
class Finding:
    """Whether one principle is met.

    Attributes:
        principle: as the FAIR principles number it, such as `R1.1`.
        asked: what was asked.
        met: the answer.
        missing: what to do where it is not.
    """

    principle: str
    asked: Words
    met: bool
    missing: Words


@dataclass(frozen=True)
class Seen:
    """What a service gave of a study.

    Attributes:
        iri: of the study.
        address: of the service.
        page: the study's page, or None.
        files: its data by ending, those that there are.
        graph: what the data in Turtle say; nothing where there are none.
        catalogue: what the description of the whole service says.
        sitemap: the text of the sitemap of studies.
        robots: the text of robots.txt.
    """

    iri: URIRef
    address: str
    page: Fetched | None
    files: Mapping[str, Fetched]
    graph: Graph
    catalogue: Graph
    sitemap: str
    robots: str

    def links(self, relation: str) -> list[str]:
        """The targets of the page's links of a kind."""
        header = self.page.headers.get("link", "") if self.page else ""
        return [
            target
            for target, rest in _LINK.findall(header)
            if relation in " ".join(_RELATION.findall(rest)).split()
        ]


def assess(address: str, study: str) -> list[Finding]:
    """Ask a service about a study.

    Args:
        address: of the service, such as `https://rembug.example.go.id/`.
        study: its slug.

    Raises:
        NotFetched: the service does not answer at all.
        BadParameter: the address is none of HTTP.
    """
    seen = _seen(address if address.endswith("/") else address + "/", study)
    return [
        Finding(principle, asked, met(seen), missing)
        for principle, asked, met, missing in _QUESTIONS
    ]


def _seen(address: str, study: str) -> Seen:
    fetch(address + "health/live", private=True, patience=_PATIENCE, page=True)
    iri = terms.study(study)
    path = quote(iri.removeprefix(terms.BASE), safe="/%")

    def ask(path: str, accept: str) -> Fetched | None:
        try:
            return fetch(address + path, accept, private=True, patience=_PATIENCE, page=True)
        except NotFetched:
            return None  # that it is missing is what is told

    found = {end: ask(f"page/{path}.{end}", kind) for end, kind in _FORMATS.items()}
    files = {end: got for end, got in found.items() if got and got.media_type == _FORMATS[end]}
    described, sitemap = ask("dataset", "text/turtle"), ask("sitemap/studies.xml", "*/*")
    robots = ask("robots.txt", "text/plain")
    return Seen(
        iri=iri,
        address=address,
        page=ask(path, "text/html"),
        files=files,
        graph=_graph(files.get("ttl")),
        catalogue=_graph(described),
        sitemap=_text(sitemap),
        robots=_text(robots),
    )


def _graph(got: Fetched | None) -> Graph:
    """What is said in Turtle, which names nothing to be fetched; nothing of what is none."""
    graph = Graph()
    if got and got.media_type == _FORMATS["ttl"]:
        try:
            graph.parse(data=got.body, format="turtle", publicID=got.url)
        except (SyntaxError, ValueError):  # what rdflib raises of bad Turtle
            return Graph()
    return graph


def _text(got: Fetched | None) -> str:
    return got.body.decode("utf-8", errors="replace") if got else ""


def _resolves(seen: Seen) -> bool:
    return seen.page is not None and seen.page.media_type == "text/html"


def _persistent(seen: Seen) -> bool:
    return any(link == str(seen.iri) for link in seen.links("cite-as")) and str(
        seen.iri
    ).startswith(_PERSISTENT)


def _described(seen: Seen) -> bool:
    languages = {
        getattr(text, "language", None)
        for text in seen.graph.objects(seen.iri, DCTERMS.description)
    }
    named = (seen.iri, RDFS.label, None) in seen.graph
    return named and {"id", "en"} <= languages


def _keywords(seen: Seen) -> bool:
    return (seen.iri, DCAT.keyword, None) in seen.graph


def _identified(seen: Seen) -> bool:
    return (seen.iri, None, None) in seen.graph


def _listed(seen: Seen) -> bool:
    path = str(seen.iri).removeprefix(terms.BASE)
    return f"/page/{path}?" in seen.sitemap and "Sitemap:" in seen.robots


def _schema(seen: Seen) -> bool:
    return 'itemtype="https://schema.org/Dataset"' in _text(seen.page)


def _protocol(seen: Seen) -> bool:
    return urlsplit(seen.address).scheme == "https"


def _formats(seen: Seen) -> bool:
    return set(seen.files) == set(_FORMATS) and all(
        str(seen.iri).encode() in got.body or _speaks(got, seen) for got in seen.files.values()
    )


def _speaks(got: Fetched, seen: Seen) -> bool:
    """Whether JSON-LD with short names speaks of the study."""
    try:
        return str(seen.iri).rpartition("/")[2] in json.dumps(json.loads(got.body))
    except ValueError:
        return str(seen.iri).rpartition("/")[2].encode() in got.body


def _vocabularies(seen: Seen) -> bool:
    used = {str(p) for p in seen.graph.predicates(seen.iri)}
    return all(any(p.startswith(str(ns)) for p in used) for ns in (DCTERMS, RDFS))


def _related(seen: Seen) -> bool:
    return any(
        isinstance(o, URIRef) and p != RDF.type for p, o in seen.graph.predicate_objects(seen.iri)
    )


def _licensed(seen: Seen) -> bool:
    said = {str(o) for o in seen.graph.objects(seen.iri, DCTERMS.license)}
    return bool(said & set(seen.links("license")))


def _provenance(seen: Seen) -> bool:
    return any(
        (seen.iri, p, None) in seen.graph for p in (PROV.wasGeneratedBy, PROV.wasDerivedFrom)
    )


def _cited(seen: Seen) -> bool:
    return (seen.iri, DCTERMS.bibliographicCitation, None) in seen.graph


def _authors(seen: Seen) -> bool:
    return bool(seen.links("author"))


def _in_catalogue(seen: Seen) -> bool:
    return any((catalogue, DCAT.dataset, seen.iri) in seen.catalogue
               for catalogue in seen.catalogue.subjects(RDF.type, DCAT.Catalog))  # fmt: skip


def _items(seen: Seen) -> bool:
    return bool(seen.links("item"))


def _signposts(seen: Seen) -> bool:
    return all(seen.links(one) for one in ("cite-as", "describedby", "type", "license"))


def _way_back(seen: Seen) -> bool:
    return bool(seen.files) and all(
        'rel="describes"' in got.headers.get("link", "") for got in seen.files.values()
    )


_QUESTIONS: Final[tuple[tuple[str, Words, Callable[[Seen], bool], Words], ...]] = (
    ("F1", Words("its identifier leads to a page", "pengenalnya membuka halaman"), _resolves,
     Words("bring the study in, or serve it at this address",
           "masukkan studinya, atau layani di alamat ini")),
    ("F1", Words("the identifier is persistent and is told as cite-as",
                 "pengenalnya tetap dan disebut sebagai cite-as"), _persistent,
     Words("serve pages that a proxy does not strip of their Link header",
           "jangan biarkan proksi membuang header Link")),
    ("F2", Words("name and description in both languages", "nama dan deskripsi dalam dua bahasa"),
     _described, Words("state rdfs:label and dcterms:description with @id and @en",
                       "nyatakan rdfs:label dan dcterms:description dengan @id dan @en")),
    ("F2", Words("keywords", "kata kunci"), _keywords,
     Words("state dcat:keyword", "nyatakan dcat:keyword")),
    ("F3", Words("the metadata name the identifier", "metadata menyebut pengenalnya"), _identified,
     Words("serve the data in Turtle", "layani datanya dalam Turtle")),
    ("F4", Words("search engines find it (sitemap)", "mesin pencari menemukannya (peta situs)"),
     _listed, Words("a study that is marked as made up is not listed beside real ones",
                    "studi yang bertanda rekaan tidak didaftar di samping yang nyata")),
    ("F4", Words("schema.org on its page", "schema.org pada halamannya"), _schema,
     Words("serve the page of the study as it is", "layani halaman studi sebagaimana adanya")),
    ("A1", Words("an open and safe protocol (https)", "protokol terbuka dan aman (https)"),
     _protocol, Words("ask by the address that others use; it needs a proxy with TLS in front "
                      "(deploy/nginx.conf)",
                      "periksa dengan alamat yang dipakai orang lain; di depannya diperlukan "
                      "proksi dengan TLS (deploy/nginx.conf)")),
    ("I1", Words("data in Turtle, JSON-LD and RDF/XML", "data dalam Turtle, JSON-LD, dan RDF/XML"),
     _formats, Words("let all formats through", "loloskan semua format")),
    ("I2", Words("terms of open vocabularies", "istilah dari kosakata terbuka"), _vocabularies,
     Words("use dcterms and rdfs beside cg", "pakai dcterms dan rdfs di samping cg")),
    ("I3", Words("links to other things", "tautan ke hal lain"), _related,
     Words("state region, frameworks and sources", "nyatakan wilayah, kerangka, dan sumber")),
    ("R1", Words("in a DCAT catalogue", "ada dalam katalog DCAT"), _in_catalogue,
     Words("serve /dataset", "layani /dataset")),
    ("R1", Words("links to its content (item)", "tautan ke isinya (item)"), _items,
     Words("serve pages that a proxy does not strip of their Link header",
           "jangan biarkan proksi membuang header Link")),
    ("R1.1", Words("a licence, in the data and in the header",
                   "lisensi, dalam data dan pada header"), _licensed,
     Words("state dcterms:license with an IRI", "nyatakan dcterms:license dengan IRI")),
    ("R1.2", Words("where it comes from (PROV)", "asal-usulnya (PROV)"), _provenance,
     Words("state prov:wasGeneratedBy with the research", "nyatakan prov:wasGeneratedBy")),
    ("R1.2", Words("how to cite it", "cara mengutipnya"), _cited,
     Words("state dcterms:bibliographicCitation", "nyatakan dcterms:bibliographicCitation")),
    ("R1.2", Words("who made it, by an identifier", "pembuatnya, dengan pengenal"), _authors,
     Words("state dcterms:creator with an IRI such as an ORCID",
           "nyatakan dcterms:creator dengan IRI seperti ORCID")),
    ("R1.3", Words("Signposting, level 1", "Signposting, tingkat 1"), _signposts,
     Words("state dcterms:license with an IRI; where the page has no Link header at all, a proxy "
           "strips it",
           "nyatakan dcterms:license dengan IRI; bila halaman sama sekali tidak memiliki header "
           "Link, proksi membuangnya")),
    ("R1.3", Words("the data lead back to the page", "data menunjuk kembali ke halaman"), _way_back,
     Words("serve data that a proxy does not strip of their Link header",
           "jangan biarkan proksi membuang header Link")),
)  # fmt: skip
