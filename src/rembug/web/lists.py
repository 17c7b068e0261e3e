"""/studies, /actors, /programs, /policies, /findings, /evidence: lists with facets.

What is chosen stands in the URL: a facet's parameter may come several times (any of its values will
do), and all facets count. `?q=` narrows by words, `?sort=` orders, `?after=` turns the page.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from flask import Blueprint, Response, g, request

from rembug.errors import BadParameter, TooLarge, UnknownName, Words
from rembug.graph.readers.index import Card, Listing, Reading, Tally, Text
from rembug.terms import CG
from rembug.web import choices
from rembug.web.context import left_out, reading
from rembug.web.downloads import JSON, Cell, Column, written
from rembug.web.links import here, hrefs, with_more
from rembug.web.negotiation import HTML, TABLES, pick
from rembug.web.responses import page
from rembug.web.states import SIGNS
from rembug.web.words import curie, name, translate

blueprint = Blueprint("lists", __name__)

PAGE: Final = 50
_MOST: Final = 20_000  # things that go out as a file
_VALUES, _ALL_VALUES = 12, 1000  # of a facet
_AT_ONCE: Final = 1000


@dataclass(frozen=True)
class Shown:
    """How a list is shown.

    Attributes:
        of: its class.
        facets: what narrows it.
        columns: what is shown of each thing beside its name: facets and numbers.
        orders: what it can be sorted by.
    """

    of: str
    facets: tuple[str, ...]
    columns: tuple[str, ...]
    orders: tuple[str, ...] = ("name",)


LISTS: Final = {
    "studies": Shown(
        CG.Study,
        facets=("place", "year", "synthetic"),
        columns=("place", "year", "end"),
        orders=("name", "year"),
    ),
    "actors": Shown(
        CG.Actor,
        facets=("kind", "sector", "place", "study", "synthetic"),
        columns=("kind", "sector", "findings", "study"),
        orders=("name", "findings"),
    ),
    "programs": Shown(
        CG.Program,
        facets=("sustainability", "leader", "place", "year", "study", "synthetic"),
        columns=("leader", "findings", "study"),
        orders=("name", "findings", "year"),
    ),
    "policies": Shown(
        CG.Policy,
        facets=("issuer", "binds", "study", "synthetic"),
        columns=("issuer", "binds", "study"),
    ),
    "findings": Shown(
        CG.Finding,
        facets=(
            "aspect",
            "rating",
            "stance",
            "support",
            "about",
            "voice",
            "kind",
            "advice",
            "study",
            "synthetic",
        ),
        columns=("kind", "rating", "stance", "items", "study"),
        orders=("name", "items"),
    ),
    "reviews": Shown(
        CG.ReviewFinding,
        facets=("aspect", "confidence", "stance", "study", "synthetic"),
        columns=("confidence", "stance", "study"),
    ),
    "evidence": Shown(
        CG.Evidence,
        facets=("source", "access", "study", "synthetic"),
        columns=("source", "access", "findings", "study"),
        orders=("name", "findings"),
    ),
}
_NUMBERS: Final = ("items", "findings")
_OTHERS: Final = ("q", "sort", "after", "more", "lang", "format")


class Row(NamedTuple):
    """A thing of a list.

    Attributes:
        iri: its own.
        title: its name, with its language.
        link: where it is shown.
        cells: for each column what it says.
        synthetic: whether it belongs to a made-up study.
    """

    iri: str
    title: Text
    link: str
    cells: Mapping[str, Sequence[Cell]]
    synthetic: bool


class Value(NamedTuple):
    """A value of a facet: its name, how many things it leaves, and where choosing it leads."""

    text: Text
    size: int
    chosen: bool
    link: str


@blueprint.get(f"/<any({', '.join(LISTS)}):kind>")
def listing(kind: str) -> Response:
    """The things of a class, as a page or all of them as a file."""
    shown = LISTS[kind]
    asked = _asked(kind, shown)
    order = _order(shown)
    columns = [_column(column) for column in shown.columns]
    media_type = pick(request, (HTML, JSON, *TABLES))
    with reading() as index:
        real = left_out(index, "study" in asked.chosen or "synthetic" in asked.chosen)
        if real:
            asked = Listing(kind, {**asked.chosen, "synthetic": ["false"]}, asked.text)
        if media_type != HTML:
            every = _all(index, asked, shown, order)
            return written(media_type, kind, index.version, columns, every)
        listed = index.listed(asked, order, g.lang, request.args.get("after", ""), PAGE)
        more = request.args.get("more", "")
        tallies = {
            facet: index.facets(asked, (facet,), _ALL_VALUES if facet == more else _VALUES)[facet]
            for facet in shown.facets
        }
        counted = {v for tally in tallies.values() for v, _ in tally.values}
        named = index.labels(counted | _said(listed.cards, shown), g.lang)
        rows = list(_rows(index, listed.cards, shown, named))
        facets = {
            facet: (list(_values(facet, tally, asked, named)), tally.more)
            for facet, tally in tallies.items()
            if len(tally.values) > 1 or facet in asked.chosen
        }
        chips = [
            (facet, one)
            for facet, values in asked.chosen.items()
            if not (real and facet == "synthetic")
            for one in _values(facet, Tally([(v, 0) for v in values], 0), asked, named)
        ]
    return page(
        "list.html", kind=kind, columns=columns, rows=rows, total=listed.total,
        following=listed.following, facets=facets, chips=chips, order=order, orders=shown.orders,
        narrowed=bool(set(request.args) - {"lang"}), words=asked.text, more=more, kept=_kept(),
        real=real, signs=SIGNS,
    )  # fmt: skip


def _asked(kind: str, shown: Shown) -> Listing:
    for key in request.args:
        if key not in (*shown.facets, *_OTHERS):
            raise UnknownName("facet", key, shown.facets)
    given = {key: request.args.getlist(key) for key in shown.facets}
    return Listing(kind, choices.chosen(shown.facets, given), request.args.get("q", ""))


def _order(shown: Shown) -> str:
    order = request.args.get("sort") or shown.orders[0]
    if order not in shown.orders:
        raise BadParameter(
            Words(
                f"sort={order!r} does not fit: it is one of {', '.join(shown.orders)}",
                f"sort={order!r} tidak cocok: pilih salah satu dari {', '.join(shown.orders)}",
            )
        )
    return order


def _column(name_: str) -> Column:
    return Column(name_, name("column", name_), name_ in _NUMBERS)


def _all(index: Reading, asked: Listing, shown: Shown, order: str) -> Iterator[Row]:
    """Every row of a list.

    Raises:
        TooLarge: there are more than go into one file.
    """
    after: str | None = ""
    listed = index.listed(asked, order, g.lang, "", _AT_ONCE)
    if listed.total > _MOST:
        raise TooLarge(
            Words(
                f"the list has {listed.total} rows, and {_MOST} go into one file; narrow it",
                f"daftar ini memuat {listed.total} baris, dan satu berkas memuat {_MOST}; "
                "persempit",
            )
        )
    while after is not None:
        named = index.labels(_said(listed.cards, shown), g.lang)
        yield from _rows(index, listed.cards, shown, named)
        if (after := listed.following) is not None:
            listed = index.listed(asked, order, g.lang, after, _AT_ONCE)


def _said(cards: Sequence[Card], shown: Shown) -> set[str]:
    """The values of facets that rows of a list show."""
    return {value for card in cards for c in shown.columns for value in card.facets.get(c, ())}


def _rows(
    index: Reading, cards: Sequence[Card], shown: Shown, named: Mapping[str, Text]
) -> Iterator[Row]:
    made_up = index.synthetic({study for card in cards for study in card.studies})
    # Rows share most of their values.
    language = g.lang
    said = _said(cards, shown)
    at = hrefs({*said, *(card.iri for card in cards)})
    cells = {value: _cell(value, named, at[value], language) for value in said}
    columns = [(c, c in _NUMBERS, choices.WITHOUT.get(c)) for c in shown.columns]
    for card in cards:
        found = {
            column: [Cell(str(card.numbers.get(column, 0)))]
            if is_number
            else [cells[value] for value in card.facets.get(column, ()) if value != none]
            for column, is_number, none in columns
        }
        synthetic = not made_up.isdisjoint(card.studies)
        yield Row(card.iri, card.label(language), at[card.iri], found, synthetic)


def _cell(value: str, named: Mapping[str, Text], at: str, shown_in: str) -> Cell:
    """A value of a facet: an IRI, or a plain text such as a year."""
    if ":" not in value:
        return Cell(value)
    text, language = named.get(value) or (curie(value), "")
    return Cell(text, language if language != shown_in else "", value, at)


def _values(facet: str, tally: Tally, asked: Listing, named: Mapping[str, Text]) -> Iterator[Value]:
    """What is shown of the values of a facet."""
    chosen = asked.chosen.get(facet, ())
    rest = here(**{facet: None, "after": None, "more": None})
    for value, count in tally.values:
        if chosen:
            after = [v for v in chosen if v != value] if value in chosen else [*chosen, value]
            link = here(
                **{facet: [choices.short(facet, v) for v in after], "after": None, "more": None}
            )
        else:
            link = with_more(rest, facet, choices.short(facet, value))
        yield Value(_named(facet, value, named), count, value in chosen, link)


def _named(facet: str, value: str, named: Mapping[str, Text]) -> Text:
    """What a value of a facet is called, with the language of that."""
    if facet in ("synthetic", "support", "advice"):
        return translate(f"list.{facet}_{value}"), ""
    if value == choices.WITHOUT.get(facet):
        return translate(f"list.{facet}_none"), ""
    if facet == "sustainability":
        return name("value", value), ""
    return named.get(value) or (choices.short(facet, value), "")


def _kept() -> list[tuple[str, str]]:
    """What a form on the page sends along, so that nothing that is chosen is lost."""
    return [
        (key, text)
        for key, text in request.args.items(multi=True)
        if key not in ("q", "sort", "after", "more") and text
    ]
