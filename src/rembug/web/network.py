"""/network: the actors of a study and the ties between them, as a picture, a table and files.

The picture is made here, the same for the same ties. Where an actor stands means nothing; what the
picture shows is said in the table.
"""

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, g, render_template, request

from rembug.errors import UnknownName
from rembug.graph.readers.index import Listing
from rembug.web import choices
from rembug.web.context import left_out, page_rows, reading
from rembug.web.links import href
from rembug.web.network_files import FORMATS
from rembug.web.responses import page
from rembug.web.words import xml

if TYPE_CHECKING:
    import networkx as nx

blueprint = Blueprint("network", __name__)

_MOST: Final = 60  # actors that are drawn
_MOST_STUDIES: Final = 200  # to choose from
_ROUNDS: Final = 150
_ROOM: Final = 62.0  # around each actor, in the units of the picture
_LETTER: Final = 6.6
_COLUMN: Final = 20  # letters in a line of a name
_BESIDE: Final = 18.0  # from the middle of an actor to its name beside it
_ROW: Final = 32.0  # from an actor without a tie to the one beneath, where names have one line
_LINE: Final = 14.0
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
        neighbours: the actors that it is tied to, by IRI and name.
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
    neighbours: Sequence[tuple[str, str]]
    x: float
    y: float
    lines: Sequence[str]
    link: str


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
    study, studies = _study()
    graph = _graph(study)
    return page(
        "network.html", network=_network(graph), study=study, studies=studies, formats=FORMATS
    )


@blueprint.get("/network.<ending>")
def file(ending: str) -> Response:
    """The network as a file for other programs.

    Raises:
        UnknownName: there is no such format.
    """
    if ending not in (*FORMATS, "svg"):
        raise UnknownName("format", ending, (*FORMATS, "svg"))
    study, _ = _study()
    graph = _graph(study)
    if ending == "svg":
        body: str = xml(render_template("network.svg", network=_network(graph)))
        media_type = "image/svg+xml"
    else:
        media_type, write = FORMATS[ending]
        body = write(graph)
    response = Response(body, content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="network.{ending}"'
    return response


def _study() -> tuple[str, Sequence[tuple[str, str]]]:
    """The study that is asked for, and those that there are to choose from, with their names."""
    named = choices.chosen(("study",), {"study": request.args.getlist("study")[:1]})
    with reading() as index:
        real = left_out(index, bool(named))
        listing = Listing("studies", {"synthetic": ["false"]} if real else {})
        cards = index.listed(listing, limit=_MOST_STUDIES).cards
        known = [(card.iri, card.label(g.lang)[0]) for card in cards]
        if named:
            return named["study"][0], known
        filled = (iri for iri, _ in known if index.posting("actors/study", iri))
        return next(filled, known[0][0] if known else ""), known


def _graph(study: str) -> "nx.MultiDiGraph[str]":
    """The actors of a study as nodes and its ties as edges; none without a study."""
    import networkx as nx  # slow to load, and rarely needed

    found: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    if not study:
        return found
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
        start, end = str(row["from"]), str(row["to"])
        for iri in (start, end):
            if iri not in found:  # an actor of another study
                found.add_node(iri, label=iri.rpartition("/")[2], sector="unknown")
        strength = float(str(row["strength"])) if "strength" in row else 0.0
        kind = xml(str(row.get("kindLabel") or row.get("kind") or ""))
        found.add_edge(start, end, kind=kind, strength=strength, iri=str(row["tie"]))
    return found


def _network(graph: "nx.MultiDiGraph[str]") -> Network:
    import networkx as nx

    drawn = graph.number_of_nodes() <= _MOST
    labels = {iri: str(data["label"]) for iri, data in graph.nodes(data=True)}
    lines = {iri: _lines(label) for iri, label in labels.items()}
    places = _places(graph, lines) if drawn else dict.fromkeys(graph, (0.0, 0.0))
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
            neighbours=sorted(
                ((other, labels[other]) for other in set(nx.all_neighbors(graph, iri)) - {iri}),
                key=lambda pair: pair[1],
            ),
            x=round(places[iri][0], 1),
            y=round(places[iri][1], 1),
            lines=lines[iri],
            link=href(iri),
        )
        for iri, data in graph.nodes(data=True)
    ]
    actors.sort(key=lambda a: (-a.incoming - a.outgoing, a.label))
    kinds = sorted({str(data["kind"]) for _, _, data in graph.edges(data=True)})
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
                x + (_ROOM * 1.3 if graph.degree(iri) else 1.5 * _BESIDE + _across(lines[iri]))
                for iri, (x, _) in places.items()
            ),
            default=0.0,
        ),
        height=max((y for _, y in places.values()), default=0) + _ROOM,
        drawn=drawn and bool(actors),
    )


def _lines(label: str) -> Sequence[str]:
    short = textwrap.shorten(label, 3 * _COLUMN, placeholder="…")
    return textwrap.wrap(short, _COLUMN) or [label[:_COLUMN]]


def _across(lines: Sequence[str]) -> float:
    return max(map(len, lines)) * _LETTER


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
    half = _across(lines) / 2 + 4
    inside = (0.0, 1.0)
    for axis, low, high in (
        (0, at[0] - half, at[0] + half),
        (1, at[1] + 12, at[1] + 30 + _LINE * (len(lines) - 1)),
    ):
        way = end[axis] - start[axis]
        if not way:
            if not low < start[axis] < high:
                return 0.0
            continue
        near, far = sorted(((low - start[axis]) / way, (high - start[axis]) / way))
        inside = max(inside[0], near), min(inside[1], far)
    return inside[1] if inside[0] < inside[1] else 0.0


def _places(
    graph: "nx.MultiDiGraph[str]", lines: Mapping[str, Sequence[str]]
) -> dict[str, tuple[float, float]]:
    """Where each actor is drawn (Fruchterman and Reingold 1991), from a circle in a fixed order.

    Actors push each other apart and ties pull together; at the end no two names overlap. Actors
    without a tie stand in close rows beneath, their names beside them, so that what is tied is not
    lost among them.
    """
    order = sorted(iri for iri, degree in graph.degree() if degree)
    around = 2 * math.pi / max(1, len(order))
    radius = _ROOM * max(1.0, len(order) / math.pi)
    at = [[radius * math.cos(around * i), radius * math.sin(around * i)] for i in range(len(order))]
    number = {iri: i for i, iri in enumerate(order)}
    ties = {(number[a], number[b]) for a, b in graph.edges() if a != b}
    ideal = 2.2 * _ROOM
    for step in range(_ROUNDS):
        heat = _ROOM * (1 - step / _ROUNDS)
        push = [[-x * 0.8, -y * 1.2] for x, y in at]  # towards the middle
        for i, j, across, down, length in _pairs(at):
            force = ideal * ideal / length / length
            if (i, j) in ties or (j, i) in ties:
                force -= 0.6 * length / ideal
            for one, sign in ((i, 1), (j, -1)):
                push[one][0] += sign * across * force
                push[one][1] += sign * down * force
        for place, (x, y) in zip(at, push, strict=True):
            length = math.hypot(x, y) or 1.0
            place[0] += x / length * min(length, heat)
            place[1] += y / length * min(length, heat)
    wide, high = _COLUMN * _LETTER + 8, 1.25 * _ROOM
    for _ in range(_ROUNDS):
        for i, j, across, down, _length in _pairs(at):
            over_x, over_y = wide - abs(across), high - abs(down)
            if over_x > 0 and over_y > 0:
                axis, over = (0, over_x) if over_x < over_y else (1, over_y)
                sign = 1 if (across, down)[axis] >= 0 else -1
                at[i][axis] += sign * over / 2
                at[j][axis] -= sign * over / 2
    left = min((x for x, _ in at), default=0.0) - wide / 2 - 4
    top = min((y for _, y in at), default=0.0) - _ROOM / 2
    places = {iri: (at[i][0] - left, at[i][1] - top) for iri, i in number.items()}
    width = max((x for x, _ in places.values()), default=0.0) + wide / 2
    start = max((y for _, y in places.values()), default=-high / 2) + 1.2 * high
    alone = sorted(set(graph) - number.keys())
    room = 2 * _BESIDE + max((_across(lines[iri]) for iri in alone), default=0.0)
    columns = max(2, int(width / room))
    aside = max(0.0, (width - columns * room) / 2) + _BESIDE
    apart = _ROW + _LINE * max((len(lines[iri]) - 1 for iri in alone), default=0)
    for count, iri in enumerate(alone):
        row, column = divmod(count, columns)
        places[iri] = (aside + column * room, start + row * apart)
    return places


def _pairs(at: Sequence[Sequence[float]]) -> list[tuple[int, int, float, float, float]]:
    """Each two of some places, from the second to the first: across, down and the distance."""
    return [
        (i, j, x - at[j][0], y - at[j][1], math.hypot(x - at[j][0], y - at[j][1]) or 1.0)
        for i, (x, y) in enumerate(at)
        for j in range(i)
    ]
