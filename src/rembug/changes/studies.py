"""Studies: which there are, and how a new one is described."""

import re
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, RDF, RDFS, XSD, Graph, Literal, URIRef

from rembug import settings, terms
from rembug.catalogue import Query, read
from rembug.errors import BadParameter, UnknownName, Words
from rembug.graph import KnowledgeGraph, Reads, Role
from rembug.sources import Submission
from rembug.sources.model import digest, name_for
from rembug.sources.names import Name, Names, Shown
from rembug.terms import CG

_STUDIES: Final = read(settings.queries_dir() / "store" / "studies.rq")
_EXISTS: Final = read(settings.queries_dir() / "pages" / "exists.rq")
_NAMED: Final = read(settings.queries_dir() / "store" / "named.rq")
_STATED: Final = read(settings.queries_dir() / "store" / "stated.rq")
_SHOWN: Final = read(settings.queries_dir() / "store" / "shown.rq")
_CONCEPTS: Final = read(settings.queries_dir() / "store" / "concepts.rq")
_FRAMEWORKS: Final = read(settings.queries_dir() / "store" / "frameworks.rq")
_NAMING: Final = frozenset({"study", "concept", "concept-scheme", "iri"})


def shipped() -> list[Path]:
    """The folders of the studies that come with Rembug."""
    folders = (folder for folder in settings.data_dir().iterdir() if folder.is_dir())
    return sorted(folder for folder in folders if folder.name != "examples")


def known(graph: KnowledgeGraph) -> dict[str, dict[str, str]]:
    """The studies in the graph: slug to titles (`en`, `id`) and period (`start`, `end`)."""
    names = {"titleEn": "en", "titleId": "id", "start": "start", "end": "end"}
    return {
        terms.study_of(row["study"].value) or row["study"].value: {
            names[variable]: str(row[variable]) for variable in names if variable in row
        }
        for row in graph.rows(_STUDIES.text)
    }


def frameworks(graph: KnowledgeGraph) -> dict[str, dict[str, str]]:
    """The frameworks that a study can say it uses: slug to names (`en`, `id`)."""
    names = {"nameEn": "en", "nameId": "id"}
    return {
        row["scheme"].value.removeprefix(terms.SCHEME): {
            names[variable]: str(row[variable]) for variable in names if variable in row
        }
        for row in graph.rows(_FRAMEWORKS.text)
    }


def names(graph: KnowledgeGraph) -> Names:
    """What the cells of a table may name, of all that is in its study.

    Who brings a table into a study reads its restricted things too. What codes and sources are
    shown as is that which everybody reads: it is written into the table's own statements.
    """

    def asked(slug: str, query: Query = _NAMED) -> Iterator[Name]:
        for row in graph.rows(query.bind({"study": slug}), Role.ADMIN):
            thing, klass, label = (row[name] for name in ("thing", "class", "label"))
            yield Name(URIRef(thing.value), URIRef(klass.value), label.value, label.language or "")

    def stated(slug: str) -> Iterator[Name]:
        return asked(slug, _STATED)

    def shown(slug: str) -> Iterator[Shown]:
        for row in graph.rows(_SHOWN.bind({"study": slug})):
            yield Shown(URIRef(row["thing"].value), row["language"].value, row["label"].value)

    def there(thing: URIRef) -> bool:
        return bool(graph.rows(_EXISTS.bind({"thing": str(thing)}), Role.ADMIN).rows)

    return Names(asked, graph.secret.digest, shown, there, stated)


def require(graph: KnowledgeGraph, slug: str) -> None:
    """Raise UnknownName, with the nearest, unless there is a study of that name."""
    if slug not in (names := known(graph)):
        raise UnknownName("study", slug, names)


def require_named(
    graph: KnowledgeGraph, query: Query, values: Mapping[str, str], role: Reads = Role.PUBLIC
) -> None:
    """See that a question is asked of what there is: else no row would look like nothing lacking.

    Args:
        graph: what is asked.
        query: the question.
        values: its parameters, as somebody wrote them.
        role: who asks.

    Raises:
        UnknownName: nothing that the role may read has a name that was given; says the nearest.
        BadParameter: a value does not fit its parameter.
    """
    for parameter in query.parameters:
        value = values.get(parameter.name)
        if not value or parameter.type not in _NAMING:
            continue
        iri = parameter.term(value)
        if graph.rows(_EXISTS.bind({"thing": str(iri)}), role).rows:
            continue
        if parameter.type == "study":
            raise UnknownName("study", value, known(graph))
        inside = f"{terms.SCHEME}{parameter.scheme}/" if parameter.scheme else str(terms.SCHEME)
        column = "scheme" if parameter.type == "concept-scheme" else "concept"
        names = {row[column].value.removeprefix(inside) for row in graph.rows(_CONCEPTS.text)}
        raise UnknownName(parameter.name, value, () if parameter.type == "iri" else names)


def describe(
    slug: str,
    *,
    title_en: str,
    title_id: str,
    start: str | None = None,
    end: str | None = None,
    region: str | None = None,
    sector: str | None = None,
    licence: str | None = None,
    smallest_cell: int | None = None,
    frameworks: Iterable[str] = (),
    known: Container[str] = (),
    offered: Collection[str] = (),
) -> Submission:
    """A new study with its settings, as a submission of its own.

    Args:
        slug: the study's name in IRIs: lower-case letters, digits, hyphens.
        title_en: title in English.
        title_id: title in Indonesian.
        start: first year, month or day of the period that the study covers.
        end: the last.
        region: IRI of the place that it is about.
        sector: the line of business that it is about: a name in the scheme of sectors, or the IRI
            of a concept of another, such as KBLI.
        licence: IRI of the licence of its data.
        smallest_cell: the fewest informants that a public aggregate may count.
        frameworks: slugs of those that its findings are held against.
        known: slugs that are taken.
        offered: slugs of the frameworks that there are.

    Raises:
        BadParameter: the slug, a date or an IRI is not of the right form, or the study exists.
        UnknownName: there is no such framework; says the nearest.
    """
    terms.require_study_slug(slug)
    if slug in known:
        raise BadParameter(
            Words(
                f"the study {slug} exists already; `rembug study list` shows it",
                f"studi {slug} sudah ada; `rembug study list` menampilkannya",
            )
        )
    about, it = Graph(), terms.study(slug)
    about.add((it, RDF.type, CG.Study))
    about.add((it, RDFS.label, Literal(title_en, lang="en")))
    about.add((it, RDFS.label, Literal(title_id, lang="id")))
    for predicate, text in ((CG.startDate, start), (CG.endDate, end)):
        if text:
            about.add((it, predicate, _date(text)))
    if sector and ":" not in sector:
        sector = str(terms.SCHEME[f"sector/{sector}"])
    given = ((CG.region, region), (CG.sector, sector), (DCTERMS.license, licence))
    for predicate, iri in given:
        if iri and not terms.is_iri(iri):
            raise BadParameter(
                Words(
                    f"“{iri}” is not an IRI; write the whole address, https://…",
                    f"“{iri}” bukan IRI; tulis alamat lengkapnya, https://…",
                )
            )
        if iri:
            about.add((it, predicate, URIRef(iri)))
    for framework in frameworks:
        if framework not in offered:
            raise UnknownName("framework", framework, offered)
        about.add((it, CG.usesFramework, terms.SCHEME[framework]))
    if smallest_cell:
        about.add((it, CG.smallestCell, Literal(smallest_cell)))
    body = "".join(sorted(about.serialize(format="nt").splitlines(keepends=True))).encode()
    name = name_for("study", digest(body), slug, "study")
    return Submission(slug, name, "study create", digest(body), about)


def _date(text: str) -> Literal:
    kinds = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text, re.ASCII):
        raise BadParameter(
            Words(
                f"a date is like 2018, 2018-05 or 2018-05-17, not “{text}”",
                f"tanggal ditulis seperti 2018, 2018-05, atau 2018-05-17, bukan “{text}”",
            )
        )
    return Literal(text, datatype=kinds[len(text)])
