"""Another dataset as a graph of its own: what it is (DCAT 3), its columns and its records."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, XSD, Graph, Literal, URIRef

from rembug import terms
from rembug.errors import Unreadable, Words
from rembug.linking.match import headed, in_full
from rembug.sources.cells import NOTHING, NotRead, number
from rembug.sources.model import digest
from rembug.sources.sheets import read as read_sheets
from rembug.terms import CG

_CODES: Final = re.compile(r"\b(?:kode|code|no|nomor|nib|nik|npwp|id|key|telepon|phone)\b")
_MEDIA_TYPES: Final = {
    ".csv": "text/csv",
    ".tgz": "application/gzip",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_UNSTATED: Final = (
    Literal("The publisher states no licence.", lang="en"),
    Literal("Penerbit tidak menyebutkan lisensi.", lang="id"),
)


@dataclass(frozen=True)
class Description:
    """What is said of a dataset, as its publisher says it.

    Attributes:
        slug: what it is called in IRIs.
        title: its name.
        publisher: who publishes it.
        licence: IRI of its licence; empty where none is stated.
        page: where it is described.
        download: where the file is.
        issued: when it came out; None if that is not said.
    """

    slug: str
    title: str
    publisher: str
    licence: str = ""
    page: str = ""
    download: str = ""
    issued: date | None = None


@dataclass(frozen=True)
class Imported:
    """A dataset that was read: its graph, how many records, the lines of rows without a name."""

    graph: Graph
    records: int
    nameless: tuple[int, ...] = ()


def dataset(path: Path, about: Description, mapping: Path | None = None) -> Imported:
    """Read a table as a dataset of its own.

    Without a mapping a column of names is needed (name, nama, …); a column called key, id or no
    gives the keys. Every column becomes a property of the dataset; numbers become numbers, unless
    they are codes: by the column's title, or by a zero at their beginning.

    Args:
        path: CSV or XLSX.
        about: what it is.
        mapping: CSVW metadata that says instead what the columns mean (`sources.csvw`).

    Raises:
        Unreadable: the table or the mapping is not what it should be; names row and column.
    """
    body = path.read_bytes()
    graph = Graph()
    describe(graph, about, path, body)
    if mapping is not None:
        from rembug.sources import csvw  # here: its library takes 0.2 s

        said = csvw.submission(path, mapping, about.slug).public
        own = str(terms.ID[about.slug + "/"])
        if foreign := next((s for s in said.subjects() if not str(s).startswith(own)), None):
            en = f"describes {foreign}, which is not of the dataset; let aboutUrl be record/{{…}}"
            id_ = f"menjelaskan {foreign}, di luar himpunan data; isi aboutUrl dengan record/{{…}}"
            raise Unreadable(mapping.name, Words(en, id_))
        graph += said
        return Imported(graph, len(set(said.subjects(RDF.type, CG.Record))))
    return _records(graph, path, body, about.slug)


def describe(graph: Graph, about: Description, path: Path, body: bytes) -> None:
    """Say in a graph what a dataset is, and of the file that it is read from."""
    iri = terms.thing(about.slug, "dataset", about.slug)
    for class_ in (CG.LinkedDataset, DCAT.Dataset):
        graph.add((iri, RDF.type, class_))
    graph.add((iri, RDFS.label, Literal(about.title)))
    graph.add((iri, DCTERMS.title, Literal(about.title)))
    publisher = terms.thing(about.slug, "publisher", terms.slug(about.publisher))
    graph.add((iri, DCTERMS.publisher, publisher))
    graph.add((publisher, RDF.type, FOAF.Agent))
    graph.add((publisher, FOAF.name, Literal(about.publisher)))
    graph.add((publisher, RDFS.label, Literal(about.publisher)))
    file = terms.thing(about.slug, "distribution", digest(body)[:16])
    graph.add((iri, DCAT.distribution, file))
    graph.add((file, RDF.type, DCAT.Distribution))
    graph.add((file, RDFS.label, Literal(path.name)))
    graph.add((file, DCAT.mediaType, Literal(_MEDIA_TYPES.get(path.suffix.lower(), ""))))
    graph.add((file, DCAT.byteSize, Literal(len(body), datatype=XSD.nonNegativeInteger)))
    graph.add((file, CG.sha256, Literal(digest(body))))
    if about.download:
        graph.add((file, DCAT.downloadURL, URIRef(about.download)))
    if about.page:
        graph.add((iri, DCAT.landingPage, URIRef(about.page)))
    if about.issued:
        graph.add((iri, DCTERMS.issued, Literal(about.issued)))
    for part in (iri, file):  # assessors look for the licence at either
        if about.licence:
            graph.add((part, DCTERMS.license, URIRef(about.licence)))
        else:
            for words in _UNSTATED:
                graph.add((part, DCTERMS.rights, words))


def _records(graph: Graph, path: Path, body: bytes, slug: str) -> Imported:
    sheets, _ = read_sheets(path, body)
    roles, titles, rows = headed(path, sheets)
    whole = terms.thing(slug, "dataset", slug)
    columns = dict(_columns(slug, titles))
    for property_, title in columns.values():
        graph.add((property_, RDF.type, RDF.Property))
        graph.add((property_, RDFS.label, Literal(title)))
    keys: set[str] = set()
    nameless = []
    for line, cells in rows:
        texts = {at: cell.strip() for at, cell in enumerate(cells) if cell.strip()}
        if not texts:
            continue
        name = texts.get(roles["name"], "")
        if not name:
            nameless.append(line)
            continue
        key = texts.get(roles.get("key", -1), "") or str(len(keys) + len(nameless) + 1)
        if key in keys:
            en = f"two rows have the key “{key}”; each needs its own key"
            id_ = f"dua baris memiliki kunci “{key}”; setiap baris memerlukan kunci sendiri"
            raise Unreadable(path.name, Words(en, id_), line)
        keys.add(key)
        record = terms.record(slug, key)
        graph.add((record, RDF.type, CG.Record))
        graph.add((record, RDFS.label, Literal(in_full(titles[roles["name"]], name))))
        graph.add((record, CG.recordKey, Literal(key)))
        graph.add((record, CG.inDataset, whole))
        for at, text in texts.items():
            if at in columns and text.casefold() not in NOTHING:
                property_, title = columns[at]
                graph.add((record, property_, _value(text, title)))
    if not keys:
        told = Words("has no row with a name", "tidak memiliki baris yang bernama")
        raise Unreadable(path.name, told)
    return Imported(graph, len(keys), tuple(nameless))


def _columns(slug: str, titles: Sequence[str]) -> Iterator[tuple[int, tuple[URIRef, str]]]:
    """The property that each column is, by its place; two columns of one title are two."""
    taken: set[str] = set()
    for at, title in enumerate(titles):
        if not title.strip():
            continue
        name = terms.slug(title) or f"column-{at + 1}"
        name = name if name not in taken else f"{name}-{at + 1}"
        taken.add(name)
        yield at, (terms.thing(slug, "column", name), title.strip())


def _value(text: str, title: str) -> Literal:
    """A cell as a number where it is one that counts something, else as it is written."""
    if _CODES.search(title.casefold()) or (text[0] == "0" and text[1:2].isdigit()):
        return Literal(text)
    try:
        return number(text, "id")
    except NotRead:
        return Literal(text)
