"""/network: the actors of a study and the ties between them, as a picture, a table and files.

The picture is made here, the same for the same ties. Where an actor stands means nothing; what the
picture shows is said in the table.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, g, render_template, request

from rembug import terms
from rembug.errors import UnknownName
from rembug.web import choices, spread
from rembug.web.context import (
    called,
    looked,
    must_exist,
    page_rows,
    studies_offered,
    with_made_up,
)
from rembug.web.links import href
from rembug.web.network_files import FORMATS
from rembug.web.pictures import PICTURES, drawing, nothing_to_draw
from rembug.web.responses import page
from rembug.web.spread import BESIDE, LINE, ROOM, ROW, lines_of, width_of
from rembug.web.words import xml

if TYPE_CHECKING:
    import networkx as nx

blueprint = Blueprint("network", __name__)

_MOST: Final = 60  # actors that are drawn
_MOST_STUDIES: Final = 200  # to choose from
_Place = tuple[float, float]
_Drawn = tuple[_Place, Sequence[str]]


@dataclass(frozen=True)
class Actor:
    """An actor with its place in the network.

    Attributes:
        iri: its own.
        label: its name.
        sector: `formal`, `informal` or `unknown`.
        incoming: ties to it.
        outgoing: ties from it.
        between: its betweenness, from 0 to 1 (Freeman 1977), directions aside.
        component: the number of its component, the largest first.
        told: its ties, those from it first, by the names of the others.
        x: where it is drawn, across.
        y: and down.
        lines: its name in lines, beneath it; or beside it where it has no tie.
        link: to its page.
    """

    iri: str
    label: str
    sector: str
    incoming: int
    outgoing: int
    between: float
    component: int
    told: Sequence["Told"]
    x: float
    y: float
    lines: Sequence[str]
    link: str


@dataclass(frozen=True)
class Told:
    """A tie as an actor's row tells it: from or to which other, its kind and strength (or 0)."""

    outgoing: bool
    iri: str
    label: str
    kind: str
    strength: float


@dataclass(frozen=True)
class Wanted:
    """Which ties are shown: of some kinds, by the ends of their IRIs (none: of all); how strong."""

    kinds: Sequence[str]
    strength: float

    @property
    def narrow(self) -> bool:
        """Whether any tie is left out for it."""
        return bool(self.kinds) or self.strength > 0


@dataclass(frozen=True)
class Tie:
    """A tie as it is drawn: its ends, its kind, how strong it is (1 to 5; 0 for not said)."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str
    series: int
    strength: float
    text: str


@dataclass(frozen=True)
class Network:
    """The actors of a study and their ties; `drawn` unless there are too many to read."""

    actors: Sequence[Actor]
    ties: Sequence[Tie]
    kinds: Sequence[str]
    components: int
    width: float
    height: float
    drawn: bool

    @property
    def isolated(self) -> list[Actor]:
        """The actors without a tie; none where nobody looked for ties."""
        return [a for a in self.actors if self.ties and not a.incoming + a.outgoing]


@blueprint.get("/network")
def shown() -> Response:
    """The network of a study: of the one that is named, else of the first that has actors."""
    study, studies, real = _study()
    wanted = _wanted()
    graph, kinds = _graph(study, wanted)
    return page(
        "network.html",
        network=_network(graph, kinds),
        study=study,
        studies=studies,
        real=real,
        formats=FORMATS,
        kinds=kinds,
        wanted=wanted,
    )


@blueprint.get("/network.<ending>")
def file(ending: str) -> Response:
    """The network as a file for other programs.

    Raises:
        UnknownName: there is no such format.
        NothingToWrite: there is nothing to draw.
    """
    if ending not in (*FORMATS, *PICTURES):
        raise UnknownName("format", ending, (*FORMATS, *PICTURES))
    study, _, _ = _study()
    graph, kinds = _graph(study, _wanted())
    if ending in PICTURES:
        if not graph:
            raise nothing_to_draw("the study states no actors", "studi ini tidak menyatakan aktor")
        return drawing(render_template("network.svg", network=_network(graph, kinds)), ending)
    media_type, write = FORMATS[ending]
    slug = terms.study_of(study) or ""
    graph.graph["name"] = xml(called((study,)).get(study, slug))
    response = Response(write(graph), content_type=f"{media_type}; charset=utf-8")
    filename = f"network-{slug}.{ending}" if slug else f"network.{ending}"
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response


def _study() -> tuple[str, Sequence[tuple[str, str]], bool]:
    """The study that is asked for; those to choose from, named; whether made-up ones are not."""
    named = choices.chosen(("study",), {"study": request.args.getlist("study")[:1]})
    real, cards = studies_offered(bool(named) or with_made_up(), _MOST_STUDIES)
    known = [(card.iri, card.label(g.lang)[0]) for card in cards]
    if named:
        must_exist("study", named["study"], cards)
        return named["study"][0], known, real

    def first(has_actors: Callable[[str], object]) -> str:
        return next((iri for iri, _ in known if has_actors(iri)), known[0][0] if known else "")

    found = looked(lambda index: first(lambda iri: index.posting("actors/study", iri)))
    if found is None:
        found = first(lambda iri: page_rows("study-actors", study=iri).rows)
    return found, known, real


def _wanted() -> Wanted:
    """The ties that the request asks for; a strength that is no number is none."""
    try:
        strength = float(request.args.get("strength") or 0)
    except ValueError:
        strength = 0.0
    return Wanted([kind for kind in request.args.getlist("kind") if kind], max(0.0, strength))


def _graph(study: str, wanted: Wanted) -> tuple["nx.MultiDiGraph[str]", Mapping[str, str]]:
    """The actors of a study as nodes, the wanted ties as edges; and all kinds of ties, by name.

    A tie whose strength nobody states is not known to be strong: it goes where any is asked for.
    """
    import networkx as nx  # slow to load, and rarely needed

    found: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    kinds: dict[str, str] = {}
    if not study:
        return found, kinds
    for row in page_rows("study-actors", study=study):
        iri = str(row["actor"])
        label = str(row.get("actorLabel") or row.get("otherLabel") or "")
        formal, informal = (str(row.get(v, "")) == "true" for v in ("isFormal", "isInformal"))
        found.add_node(
            iri,
            label=xml(label).strip() or iri.rpartition("/")[2],
            sector="formal" if formal else "informal" if informal else "unknown",
        )
    for row in page_rows("study-ties", study=study):
        strength = float(str(row["strength"])) if "strength" in row else 0.0
        kind = xml(str(row.get("kindLabel") or row.get("kind") or ""))
        slug = str(row.get("kind", "")).rpartition("/")[2]
        if slug:
            kinds[slug] = kind
        if strength < wanted.strength or (wanted.kinds and slug not in wanted.kinds):
            continue
        start, end = str(row["from"]), str(row["to"])
        for iri in (start, end):
            if iri not in found:  # an actor of another study
                found.add_node(iri, label=iri.rpartition("/")[2], sector="unknown")
        found.add_edge(start, end, kind=kind, strength=strength, iri=str(row["tie"]))
    return found, dict(sorted(kinds.items(), key=lambda pair: pair[1]))


def _network(graph: "nx.MultiDiGraph[str]", named: Mapping[str, str]) -> Network:
    """The actors and ties of a graph, and where they are drawn.

    Args:
        graph: as `_graph` makes it.
        named: the names of the kinds of ties, by the ends of their IRIs.
    """
    import networkx as nx

    drawn = graph.number_of_nodes() <= _MOST
    labels = {iri: str(data["label"]) for iri, data in graph.nodes(data=True)}
    lines = {iri: lines_of(label) for iri, label in labels.items()}
    places = spread.places(graph, lines) if drawn else dict.fromkeys(graph, (0.0, 0.0))
    parts = sorted(nx.weakly_connected_components(graph), key=lambda part: (-len(part), min(part)))
    component = {iri: number for number, part in enumerate(parts, 1) for iri in part}
    between: dict[str, float] = nx.betweenness_centrality(nx.Graph(graph))
    actors = [
        Actor(
            iri=iri,
            label=labels[iri],
            sector=str(data["sector"]),
            incoming=graph.in_degree(iri),
            outgoing=graph.out_degree(iri),
            between=between[iri],
            component=component[iri],
            told=_told(graph, iri, labels),
            x=round(places[iri][0], 1),
            y=round(places[iri][1], 1),
            lines=lines[iri],
            link=href(iri),
        )
        for iri, data in graph.nodes(data=True)
    ]
    actors.sort(key=lambda a: (-a.incoming - a.outgoing, a.label))
    # By what they are and not by their names, so that both languages have the same colours.
    slugs = {label: slug for slug, label in named.items()}
    shown = {str(data["kind"]) for _, _, data in graph.edges(data=True)}
    kinds = sorted(shown, key=lambda kind: slugs.get(kind, kind))
    ties = [
        _tie(
            (places[start], lines[start]),
            (places[end], lines[end]),
            data,
            kinds,
            f"{labels[start]} → {labels[end]}",
            number,
        )
        for start, end, number, data in graph.edges(keys=True, data=True)
    ]
    return Network(
        actors=actors,
        ties=ties,
        kinds=kinds,
        components=len(parts),
        width=max(
            (
                x + (ROOM * 1.3 if graph.degree(iri) else 1.5 * BESIDE + width_of(lines[iri]))
                for iri, (x, _) in places.items()
            ),
            default=0.0,
        ),
        height=max(
            (y + (ROOM if graph.degree(iri) else ROW) for iri, (_, y) in places.items()),
            default=0.0,
        ),
        drawn=drawn and bool(actors),
    )


def _told(graph: "nx.MultiDiGraph[str]", iri: str, labels: Mapping[str, str]) -> Sequence[Told]:
    out = [(True, other, data) for _, other, data in graph.out_edges(iri, data=True)]
    into = [(False, other, data) for other, _, data in graph.in_edges(iri, data=True)]
    told = [
        Told(outgoing, other, labels[other], str(data["kind"]), float(data["strength"]))
        for outgoing, other, data in out + into
    ]
    return sorted(told, key=lambda one: (not one.outgoing, one.label, one.kind))


def _tie(
    one: _Drawn,
    other: _Drawn,
    data: Mapping[str, object],
    kinds: Sequence[str],
    text: str,
    number: int,
) -> Tie:
    """A line that ends at the edges of its actors and their names, beside others of the two."""
    start, end = one[0], other[0]
    across, down = end[0] - start[0], end[1] - start[1]
    length = math.hypot(across, down) or 1.0
    aside = 5.0 + 7.0 * number
    x, y = -down / length * aside, across / length * aside
    start, end = (start[0] + x, start[1] + y), (end[0] + x, end[1] + y)
    cut = 15.0 / length
    first = max(cut, _leaves(start, end, *one))
    last = min(1 - cut, 1 - _leaves(end, start, *other))
    if first >= last:  # the names leave no room between them
        first, last = cut, 1 - cut
    return Tie(
        x1=round(start[0] + across * first, 1),
        y1=round(start[1] + down * first, 1),
        x2=round(start[0] + across * last, 1),
        y2=round(start[1] + down * last, 1),
        kind=str(data["kind"]),
        series=kinds.index(str(data["kind"])),
        strength=float(str(data["strength"])),
        text=f"{text}: {data['kind']}",
    )


def _leaves(start: _Place, end: _Place, at: _Place, lines: Sequence[str]) -> float:
    """Which part of a line lies before it has left the name beneath the actor that it begins at."""
    half = width_of(lines) / 2 + 4
    inside = (0.0, 1.0)
    for axis, low, high in (
        (0, at[0] - half, at[0] + half),
        (1, at[1] + 12, at[1] + 30 + LINE * (len(lines) - 1)),
    ):
        way = end[axis] - start[axis]
        if not way:
            if not low < start[axis] < high:
                return 0.0
            continue
        near, far = sorted(((low - start[axis]) / way, (high - start[axis]) / way))
        inside = max(inside[0], near), min(inside[1], far)
    return inside[1] if inside[0] < inside[1] else 0.0
