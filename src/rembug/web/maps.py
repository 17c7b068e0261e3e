"""/map: a framework drawn as the model that it is, with what findings say of each element.

Which elements there are, where each is drawn and what acts on what is read from the framework's
scheme, so that another framework gets its map by its file. One without places is a table alone.
"""

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from flask import Blueprint, Response, g, render_template, request

from rembug import terms
from rembug.errors import BadParameter, NothingToWrite, Words
from rembug.graph import Rows
from rembug.graph.readers.index import Card, Listing, Reading, Text
from rembug.web import choices, states
from rembug.web.boxes import EDGE, Box, arrow, in_frames, leading, placed, within
from rembug.web.context import (
    looked,
    must_exist,
    page_part,
    page_rows,
    studies_offered,
    synthetic,
    with_made_up,
)
from rembug.web.links import href, link
from rembug.web.pictures import drawing, nothing_to_draw
from rembug.web.responses import page
from rembug.web.states import SIGNS, Finding
from rembug.web.voices import matrix
from rembug.web.words import translate

blueprint = Blueprint("maps", __name__)

_LETTER, _MARGIN = 8.5, 9  # of text in a drawing


@dataclass(frozen=True)
class Element:
    """An element of a framework with what is said of it, and of those below that have no box.

    Attributes:
        iri: its own.
        label: in the page's language.
        depth: how many elements are above it.
        state: one of `SIGNS`.
        findings: how many there are.
        backed: how many of them have evidence that the reader may see.
        rating: the mean of those that have one.
        link: to the findings, or to the element's page where there are none.
        box: where it is drawn: left, top, width, height.
        lines: its label, as it fits into the box.
        frame: whether other boxes lie in it.
        said: the findings that are counted.
        leads: what it acts on or precedes, by name.
    """

    iri: str
    label: str
    depth: int
    state: str
    findings: int
    backed: int
    rating: str
    link: str
    box: Box | None
    lines: Sequence[str]
    frame: bool
    said: Sequence[Finding]
    leads: Sequence[str]


@dataclass(frozen=True)
class Map:
    """A framework: its elements in order, the arrows between boxes, and the size of the drawing."""

    framework: str
    elements: Sequence[Element]
    arrows: Sequence[Box]
    width: float
    height: float
    late: bool

    @property
    def drawn(self) -> list[Element]:
        """The elements that have a box, those around others first."""
        boxed = [element for element in self.elements if element.box]
        return sorted(boxed, key=lambda element: not element.frame)

    @property
    def nested(self) -> list[tuple[Element, Sequence[Element]]]:
        """The outer boxes, each with those in it, for a screen too narrow for the drawing."""
        drawn = {element.iri: element for element in self.elements if element.box}
        boxes = {iri: element.box for iri, element in drawn.items() if element.box}
        return [(drawn[one], [drawn[part] for part in parts]) for one, parts in in_frames(boxes)]

    @property
    def spoken_in(self) -> frozenset[str]:
        """The boxes of which nothing is said, with others in them of which something is."""
        return frozenset(
            one.iri
            for one, parts in self.nested
            if not one.findings and any(part.findings for part in parts)
        )

    @property
    def said(self) -> frozenset[str]:
        """The findings on any element."""
        return frozenset(one.iri for element in self.elements for one in element.said)

    @property
    def rated(self) -> bool:
        """Whether any element has a mean rating."""
        return any(element.rating for element in self.elements)

    @property
    def states(self) -> list[str]:
        """The states that occur, in the order of the signs."""
        found = {element.state for element in self.elements}
        return [state for state in SIGNS if state in found]


@dataclass(frozen=True)
class Side:
    """A map beside another: what it is of (empty: all studies), and the map."""

    of: str
    map: Map


@blueprint.get("/map")
def shown() -> Response:
    """The map of a framework, for a study or for all; for one thing if `about` names it.

    Where two studies or two things are named, their maps stand side by side.
    """
    asked = _asked()
    study = asked.studies[0] if asked.studies else ""
    framework, frameworks = framework_of(study)
    sides = _sides(asked, framework)
    drawn = sides[0].map
    return page(
        "map.html",
        sides=sides,
        differing=_differing(sides),
        matrix=matrix(framework, [(one.iri, one.label) for one in drawn.elements], study)
        if len(sides) == 1 and study and not asked.about
        else None,
        signs=SIGNS,
        frameworks=frameworks,
        framework=framework,
        studies=asked.offered,
        programs=asked.programs,
        chosen=[side.of for side in sides],
        about=asked.about,
        named=asked.named,
        lacking=asked.late,
        real=asked.real,
    )


@blueprint.get("/map.<any(svg, png):ending>")
def picture(ending: str) -> Response:
    """The drawing of a map by itself; the first one's, where two are named.

    Raises:
        NothingToWrite: the framework says of no element where it is drawn.
    """
    asked = _asked()
    framework, frameworks = framework_of(asked.studies[0] if asked.studies else "")
    side = _sides(asked, framework)[0]
    if not side.map.drawn and not side.map.late:
        raise nothing_to_draw(
            f"the framework “{framework}” says of no element where it stands (cg:drawnIn); "
            f"/map?framework={framework} has its table",
            f"kerangka “{framework}” tidak menyebut letak unsurnya (cg:drawnIn); "
            f"tabelnya ada di /map?framework={framework}",
        )
    label = next(
        str(row["schemeLabel"]) for row in frameworks if _slug(str(row["scheme"])) == framework
    )
    title = [label, *(asked.named[side.of][:1] if side.of in asked.named else ())]
    if any(synthetic(one.iri) for element in side.map.elements for one in element.said):
        title.append(translate("thing.synthetic"))
    body = render_template("map.svg", map=side.map, signs=SIGNS, title=" · ".join(title))
    return drawing(body, ending)


@dataclass(frozen=True)
class _Asked:
    """What a request asks a map of, and what else it could.

    Attributes:
        studies: one or two, or none for all.
        about: one or two things; none for any.
        real: whether made-up studies are left out.
        offered: the studies to choose from.
        programs: those of the one study that is spoken of.
        named: the names of what is asked.
        late: whether what there is to choose from could not be looked for.
    """

    studies: Sequence[str]
    about: Sequence[str]
    real: bool
    offered: Sequence[Card]
    programs: Sequence[Card]
    named: Mapping[str, Text]
    late: bool


def _asked() -> _Asked:
    given = {key: request.args.getlist(key) for key in ("study", "about")}
    chosen = choices.chosen(("study", "about"), given)
    studies, about = (chosen.get(key, [])[:_SIDES] for key in ("study", "about"))
    real, offered = studies_offered(bool(studies or about) or with_made_up(), _OFFERED)
    must_exist("study", studies, offered)
    must_exist("about", about)
    if not studies and not about and len(offered) == 1:
        studies = [offered[0].iri]
    found = looked(
        lambda index: (
            _programs(index, about or studies),
            index.labels({*studies, *about}, g.lang),
        )
    )
    programs, named = found or ([], {card.iri: card.label(g.lang) for card in offered})
    return _Asked(studies, about, real, offered, programs, named, found is None)


def _sides(asked: _Asked, framework: str) -> Sequence[Side]:
    study = asked.studies[0] if asked.studies else ""
    if asked.about:
        return [Side(iri, process_map(framework, study, iri)) for iri in asked.about]
    each = asked.studies or [""]
    return [Side(iri, process_map(framework, iri, real=asked.real)) for iri in each]


def _programs(index: Reading, of: Sequence[str]) -> Sequence[Card]:
    """The programs of the study that something is of; none where it is of several, or of none."""
    found = {terms.study_of(iri) for iri in of}
    if len(found) != 1 or (slug := found.pop()) is None:
        return []
    listing = Listing("programs", {"study": [str(terms.study(slug))]})
    return index.listed(listing, language=g.lang, limit=_OFFERED).cards


def _differing(sides: Sequence[Side]) -> list[tuple[Element, ...]]:
    """The elements of which two maps say different things, as each says it."""
    pairs = zip(*(side.map.elements for side in sides), strict=True)
    return [pair for pair in pairs if len({element.state for element in pair}) > 1]


_SIDES: Final = 2
_OFFERED: Final = 200  # studies or programs to choose from


def process_map(framework: str, study: str, about: str = "", real: bool = False) -> Map:
    """What is said of each element of a framework.

    Args:
        framework: the name of its scheme.
        study: the IRI of the only study that counts; empty for all.
        about: the IRI of the only thing that the findings are about; empty for any.
        real: whether the findings of made-up studies are left out; only where no study is named.
    """
    said = page_part("element-findings", real, study=study, about=about, framework=framework)
    chosen = {"study": [study] if study else [], "about": [about] if about else []}
    return map_of(framework, said, asked(framework, study, real), chosen)


def framework_of(study: str) -> tuple[str, Rows]:
    """The framework that the request names, or else the first; and all, those in use before others.

    Raises:
        BadParameter: there is no such framework.
        NothingToWrite: there is none at all.
    """
    frameworks = page_rows("frameworks", study=study)
    known = [_slug(str(row["scheme"])) for row in frameworks]
    if not known:
        raise NothingToWrite(
            Words(
                "nothing has come in yet: the frameworks come with the first study",
                "belum ada yang masuk: kerangkanya datang bersama studi pertama",
            )
        )
    framework = request.args.get("framework") or next(iter(known), "")
    if framework not in known:
        raise BadParameter(
            Words(
                f"framework={framework!r} does not fit: it is one of {', '.join(known)}",
                f"framework={framework!r} tidak cocok: pilih salah satu dari {', '.join(known)}",
            )
        )
    return framework, frameworks


def asked(framework: str, study: str, real: bool = False) -> Rows:
    """A study that uses a framework, if there is one; of all studies, or whether it is this one."""
    return page_part("framework-users", real, study=study, framework=framework)


def map_of(framework: str, said: Rows, used: Rows, chosen: Mapping[str, Sequence[str]]) -> Map:
    """The map of a framework with some findings on it.

    Args:
        framework: the name of its scheme.
        said: the findings, as `element-findings` answers.
        used: whether there is a study that uses the framework, as `asked` answers.
        chosen: what the findings were chosen by, for the links to them.
    """
    rows = page_rows("framework-elements", framework=framework)
    labels = {str(row["element"]): str(row["elementLabel"]) for row in rows}
    above = {str(row["element"]): str(row["broader"]) for row in rows if "broader" in row}
    boxes = {str(row["element"]): placed(str(row["box"])) for row in rows if "box" in row}
    pairs = leading(rows, boxes)
    own: dict[str, dict[str, Finding]] = defaultdict(dict)
    for row in said:
        finding = states.read(row)
        own[str(row["element"])][finding.iri] = finding
    quiet = "silent" if len(used) else "unasked"
    elements = []
    for iri, depth in _in_order(labels, above):
        with_parts = _with_parts(iri, above, boxes)
        found = list({f.iri: f for part in with_parts for f in own[part].values()}.values())
        ratings = [f.rating for f in found if f.rating is not None]
        listed = {"aspect": with_parts, "advice": ["false"], **chosen}
        short = {key: [choices.short(key, v) for v in values] for key, values in listed.items()}
        box = boxes.get(iri)
        elements.append(
            Element(
                iri=iri,
                label=labels[iri],
                depth=depth,
                state=states.state(found) or quiet,
                findings=len(found),
                backed=sum(f.backed for f in found),
                rating=f"{fmean(ratings):.3g}" if ratings else "",
                link=link("/findings", **short) if found else href(iri),
                box=box,
                lines=textwrap.wrap(labels[iri], int((box[2] - 2 * _MARGIN) / _LETTER))
                if box
                else (),
                frame=box is not None and any(within(other, box) for other in boxes.values()),
                said=found,
                leads=[labels[other] for one, other in pairs if one == iri],
            )
        )
    corners = [(x + width, y + height) for x, y, width, height in boxes.values()]
    return Map(
        framework=framework,
        elements=elements,
        arrows=[arrow(boxes[one], boxes[other]) for one, other in pairs],
        width=max((x for x, _ in corners), default=0) + 2 * EDGE,
        height=max((y for _, y in corners), default=0) + 2 * EDGE,
        late=said.late or used.late,
    )


def _in_order(labels: Mapping[str, str], above: Mapping[str, str]) -> Iterable[tuple[str, int]]:
    """Each element with how deep it lies, below what is broader."""
    below: dict[str, list[str]] = defaultdict(list)
    for iri in labels:
        below[above.get(iri, "")].append(iri)

    def walk(top: str, depth: int) -> Iterable[tuple[str, int]]:
        for iri in below[top]:
            yield iri, depth
            yield from walk(iri, depth + 1)

    return walk("", 0)


def _with_parts(
    iri: str, above: Mapping[str, str], boxes: Mapping[str, tuple[float, ...]]
) -> list[str]:
    """An element, and what is below a box without having one; of an element without one, itself."""
    if iri not in boxes:
        return [iri]

    def drawn_in(part: str) -> str:
        while part not in boxes and part in above:
            part = above[part]
        return part

    return [iri, *sorted(part for part in above if part not in boxes and drawn_in(part) == iri)]


def _slug(iri: str) -> str:
    return iri.removeprefix(terms.SCHEME)
