"""Another dataset as a graph of its own: what it is (DCAT 3), its columns and its records."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Final

from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import settings, terms
from rembug.catalogue import read
from rembug.errors import UnknownName, Unreadable, Words
from rembug.graph import KnowledgeGraph, Triple, spilling_graph
from rembug.linking.heads import in_full, role_of
from rembug.linking.linkset import publisher_key
from rembug.linking.model import Row
from rembug.linking.tables import Content
from rembug.linking.tables import content as content_of
from rembug.sources import mapped
from rembug.sources.cells import NOTHING
from rembug.sources.model import digest
from rembug.terms import CG

_DATASETS: Final = read(settings.queries_dir() / "store" / "datasets.rq")
_MOST: Final = 2_000_000  # records, of which a million takes minutes
_MEDIA_TYPES: Final = {
    ".csv": "text/csv",
    ".json": "application/json",
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
        text: what it is about, in the publisher's words.
    """

    slug: str
    title: str
    publisher: str
    licence: str = ""
    page: str = ""
    download: str = ""
    issued: date | None = None
    text: str = ""


@dataclass(frozen=True)
class Imported:
    """A dataset that was read.

    Attributes:
        description: what it is, with its columns; of a table with a mapping, all that it says.
        records: how many there are.
        left_out: what is to be told of other rows and columns.
        partial: whether a mapping leaves out columns, so that the file says more than the graph.
        rows: what is said of each record, where the description does not say it; can be gone
            through more than once.
        lines: of the records, each with where it stands.
    """

    description: Graph
    records: int
    left_out: tuple[Words, ...] = ()
    partial: bool = False
    rows: Iterable[Sequence[Triple]] = ()
    lines: Iterable[tuple[Node, int]] = ()

    @cached_property
    def graph(self) -> Graph:
        """All that it says, in memory."""
        whole = spilling_graph()
        for triple in chain(self.description, chain.from_iterable(self.rows)):
            whole.add(triple)
        return whole


def dataset(path: Path, about: Description, mapping: Path | None = None) -> Imported:
    """Read a table as a dataset of its own.

    Without a mapping a column of names is needed (name, nama, …); a column called key, id or no
    gives the keys. Every column becomes a property of the dataset; numbers become numbers, unless
    they are codes: by the column's title, or by a zero at their beginning.

    Args:
        path: CSV, XLSX or JSON.
        about: what it is.
        mapping: CSVW metadata that says instead what the columns mean (`sources.csvw`).

    Raises:
        Unreadable: the table or the mapping is not what it should be; names row and column.
    """
    body = path.read_bytes()
    graph = Graph()
    describe(graph, about, path, body)
    if mapping is not None:
        return _mapped(graph, path, mapping, about.slug)
    return _records(graph, path, about.slug)


def rows(content: Graph, slug: str) -> list[Row]:
    """The records of a dataset that was brought in, as rows to be linked.

    Places and codes are those of the columns whose titles say so, and official codes.

    Args:
        content: the dataset's graph.
        slug: what it is called in IRIs.

    Raises:
        UnknownName: there are no records of that dataset.
    """
    told: dict[str, list[tuple[URIRef, str]]] = {"place": [], "code": []}
    for column, title in content.subject_objects(RDFS.label):
        role = role_of(str(title)) if (column, RDF.type, RDF.Property) in content else None
        if role in told and isinstance(column, URIRef):
            told[role].append((column, str(title)))
    codes = [CG.homeAffairsCode, CG.statisticsCode, *(column for column, _ in told["code"])]
    found = []
    for record in content.subjects(CG.inDataset, terms.dataset(slug)):
        name = str(content.value(record, RDFS.label))
        places = (
            in_full(title, str(text))
            for column, title in told["place"]
            for text in content.objects(record, column)
        )
        found.append(
            Row(
                str(content.value(record, CG.recordKey)),
                name,
                next((place for place in places if place != name), ""),
                next((str(c) for p in codes for c in content.objects(record, p)), ""),
                str(record),
            )
        )
    if not found:
        raise UnknownName("linked dataset", slug, ())
    return sorted(found, key=lambda row: row.order)


def publishers(content: Graph, slug: str) -> list[Row]:
    """Who published a dataset, by its graph, to be linked with agencies of studies."""
    return [
        Row(publisher_key(str(who)), str(name), iri=str(who), agent=True)
        for who in content.objects(terms.dataset(slug), DCTERMS.publisher)
        if (name := content.value(who, RDFS.label)) is not None
    ]


def known(graph: KnowledgeGraph) -> list[tuple[object, ...]]:
    """The datasets in a graph: slug, title, publisher, date of issue, records, and links to them.

    What is not said is empty. One that was not brought in has the whole path of its IRI for a slug:
    two studies may each describe one of the same.
    """
    found = []
    for row in graph.rows(_DATASETS.text):
        told = {name: term.value for name, term in row.items()}
        iri, records, links = told["dataset"], told["records"], told["links"]
        slug = iri.rpartition("/")[2]
        called = slug if iri == str(terms.dataset(slug)) else iri.removeprefix(terms.ID)
        about = (told.get(name, "") for name in ("title", "publisher", "issued"))
        found.append((called, *about, int(records), int(links)))
    return found


def describe(graph: Graph, about: Description, path: Path, body: bytes) -> None:
    """Say in a graph what a dataset is, and of the file that it is read from."""
    iri = terms.dataset(about.slug)
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
    called = path.name if about.download else about.slug + path.suffix.lower()
    graph.add((file, RDFS.label, Literal(called)))  # what a file here is called may name somebody
    graph.add((file, DCAT.mediaType, Literal(_MEDIA_TYPES.get(path.suffix.lower(), ""))))
    graph.add((file, DCAT.byteSize, Literal(len(body), datatype=XSD.nonNegativeInteger)))
    graph.add((file, CG.sha256, Literal(digest(body))))
    if about.download:
        graph.add((file, DCAT.downloadURL, URIRef(about.download)))
    if about.page:
        graph.add((iri, DCAT.landingPage, URIRef(about.page)))
    if at := about.page or about.download:
        graph.add((file, DCAT.accessURL, URIRef(at)))  # DCAT-AP asks for it of each distribution
    if about.text:
        graph.add((iri, DCTERMS.description, Literal(about.text)))
    if about.issued:
        graph.add((iri, DCTERMS.issued, Literal(about.issued)))
    for part in (iri, file):  # assessors look for the licence at either
        if about.licence:
            graph.add((part, DCTERMS.license, URIRef(about.licence)))
        else:
            for words in _UNSTATED:
                graph.add((part, DCTERMS.rights, words))


def conceal(content: Graph, keyed: Callable[..., str]) -> None:
    """Take out of a dataset's graph what tells of its file, where that says more than the graph.

    Args:
        content: the graph.
        keyed: makes the digest that stands for the file's own.
    """
    for file, sha256 in list(content[: CG.sha256 :]):
        if (file, RDF.type, DCAT.Distribution) not in content:
            continue
        whole = content.value(predicate=DCAT.distribution, object=file)
        slug = terms.study_of(str(whole)) or ""
        other = terms.thing(slug, "distribution", keyed("file", str(sha256))[:16])
        for told in (CG.sha256, DCAT.byteSize):
            content.remove((file, told, None))
        for _, p, o in list(content.triples((file, None, None))):
            content.remove((file, p, o))
            content.add((other, p, o))
        content.remove((whole, DCAT.distribution, file))
        content.add((whole, DCAT.distribution, other))


def _records(graph: Graph, path: Path, slug: str) -> Imported:
    table = content_of(path)
    if len(table.records) > _MOST:
        most = f"{_MOST:,}".replace(",", " ")
        told = Words(
            f"has {len(table.records)} rows; a dataset has {most} at most. Bring in the regions "
            "that matter, or parts as datasets of their own; `rembug link` takes a table of any "
            "length without bringing it in",
            f"memuat {len(table.records)} baris; satu himpunan data paling banyak {most}. Masukkan "
            "wilayah yang diperlukan saja, atau bagian-bagiannya sebagai himpunan data "
            "tersendiri; `rembug link` menerima tabel sepanjang apa pun tanpa memasukkannya",
        )
        raise Unreadable(path.name, told)
    columns = dict(_columns(slug, table.titles))
    for property_, title in columns.values():
        graph.add((property_, RDF.type, RDF.Property))
        graph.add((property_, RDFS.label, Literal(title)))
    if not table.records:
        told = Words("has no row with a name", "tidak memiliki baris yang bernama")
        raise Unreadable(path.name, told)
    languages, notes = _languages(path, table)
    rows = _Rows(slug, table, columns, languages)
    left_out = (*table.left_out(), *notes)
    return Imported(graph, len(table.records), left_out, rows=rows, lines=rows.lines())


def _languages(path: Path, table: Content) -> tuple[Mapping[int, str], list[Words]]:
    """In which language the figures of each column are written, and what is to be told of them.

    Raises:
        Unreadable: nobody can tell; names the column and the first such row.
    """
    found: dict[int, str] = {}
    notes: list[Words] = []
    for at, column in table.columns.items():
        language = column.language([*table.columns.values()])
        if language is None and column.of_figures:
            raise Unreadable(path.name, *column.doubt())
        found[at] = language or ""
        notes += column.notes(found[at])
    return found, notes


def _mapped(graph: Graph, path: Path, mapping: Path, slug: str) -> Imported:
    """A table as its mapping says: records one by one, each in a row, and all else together."""
    table = mapped.mapped(path, mapping, slug)
    rows = _MappedRows(table)
    own, seen, others = str(terms.ID[slug + "/"]), array("q"), spilling_graph()
    for _, triples in table.rows():
        if foreign := next((s for s, _, _ in triples if not s.startswith(own)), None):
            en = f"describes {foreign}, which is not of the dataset; let aboutUrl be record/{{…}}"
            id_ = f"menjelaskan {foreign}, di luar himpunan data; isi aboutUrl dengan record/{{…}}"
            raise Unreadable(mapping.name, Words(en, id_))
        records = rows.records_in(triples)
        seen.extend(map(hash, records))
        for triple in triples:
            if triple[0] not in records:
                others.add(triple)
    if not seen and not others:
        raise mapped.nothing_in(path)
    told = tuple(note.words for note in table.notes)
    known = frozenset(seen)
    if len(known) == len(seen) and not any(hash(s) in known for s in set(others.subjects())):
        lines = rows.lines()
        return Imported(graph + others, len(seen), told, bool(told), rows, lines)
    graph += others  # a record is in several rows: what they say of it belongs together
    for said in chain.from_iterable(rows):
        graph.add(said)
    return Imported(graph, len(known), told, partial=bool(told), lines=rows.lines())


class _MappedRows:
    """What a table says of each of its records by a mapping, made when it is asked for."""

    def __init__(self, table: mapped.Mapped) -> None:
        self._table = table

    def __iter__(self) -> Iterator[Sequence[Triple]]:
        for _, triples in self._table.rows():
            for record in self.records_in(triples):
                yield [triple for triple in dict.fromkeys(triples) if triple[0] == record]

    def lines(self) -> Iterator[tuple[Node, int]]:
        """Each record with its line; once."""
        return ((one, at) for at, said in self._table.rows() for one in self.records_in(said))

    @staticmethod
    def records_in(triples: Iterable[Triple]) -> frozenset[Node]:
        """The records that a row is of."""
        return frozenset(s for s, p, o in triples if p == RDF.type and o == CG.Record)


class _Rows:
    """What a table says of each of its records, made when it is asked for."""

    def __init__(
        self,
        slug: str,
        table: Content,
        columns: Mapping[int, tuple[URIRef, str]],
        languages: Mapping[int, str],
    ) -> None:
        self._slug, self._table, self._columns = slug, table, columns
        self._languages = languages

    def __iter__(self) -> Iterator[Sequence[Triple]]:
        whole = terms.dataset(self._slug)
        for row in self._table.records:
            record = terms.record(self._slug, row.key)
            said: list[Triple] = [
                (record, RDF.type, CG.Record),
                (record, RDFS.label, Literal(row.name)),
                (record, CG.recordKey, Literal(row.key)),
                (record, CG.inDataset, whole),
            ]
            for at, text in row.cells.items():
                if at in self._columns and text.casefold() not in NOTHING:
                    property_, _ = self._columns[at]
                    said.append((record, property_, self._value(at, text)))
            yield said

    def lines(self) -> Iterator[tuple[Node, int]]:
        """Each record with its line; once."""
        return ((terms.record(self._slug, row.key), row.line) for row in self._table.records)

    def _value(self, at: int, text: str) -> Literal:
        """What a cell says; names and what stands above several rows are texts."""
        column = self._table.columns.get(at)
        return Literal(text) if column is None else column.value(text, self._languages[at])


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
