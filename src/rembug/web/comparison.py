"""/compare: what studies say of the elements of a framework side by side, and what none says.

The first table is studies by elements, in the states of the process map. The second is elements by
programs: where it is empty, nobody knows, and the cell leads to what an interviewer could ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, g, request

from rembug import terms
from rembug.errors import BadParameter, UnknownName, Words
from rembug.graph import Rows
from rembug.graph.readers.index import Listing, Reading
from rembug.web import choices
from rembug.web.compared import UNKNOWN, Column, named, of_study, programs_of, questions_on
from rembug.web.compared_tables import elements_table, unknown_table, written
from rembug.web.context import looked, page_part, page_rows, studies_offered, with_made_up
from rembug.web.contexts import contexts
from rembug.web.maps import Element, framework_of, process_map
from rembug.web.negotiation import LANGUAGES
from rembug.web.responses import page
from rembug.web.states import SIGNS
from rembug.web.trail import BEARINGS
from rembug.web.words import translate

blueprint = Blueprint("comparison", __name__)

SIDES: Final = ("for", "against", "mixed", "none", "withheld")
"""What findings say on an element: `none` takes no direction, `withheld` has no open evidence."""

_MOST: Final = 12  # studies side by side
_AT_FIRST: Final = 4  # where none is chosen
_OFFERED: Final = 200  # studies to choose from
_TRACED: Final = 20  # findings of a study that are told down to their passages
_PROGRAMS: Final = 12  # of all the studies, on the page


@dataclass(frozen=True)
class Difference:
    """An element that studies have findings on, and whether they say different things of it."""

    element: Element
    states: Sequence[str]

    @property
    def differs(self) -> bool:
        """Whether one says for and another against, or one is contested in itself."""
        said = {"for", "against", "contested"}.intersection(self.states)
        return len(self.states) > 1 and (len(said) > 1 or "contested" in said)


@blueprint.get("/compare")
def shown() -> Response:
    """The chosen studies, or the first few, by the elements of a framework."""
    studies, offered, real = _studies()
    reviews = looked(lambda index: index.count(Listing("reviews", {})))
    framework, frameworks = framework_of("")
    columns = [of_study(study, label, framework) for study, label in studies]
    found = programs_of(columns, framework, _PROGRAMS)
    programs = found.columns
    rows = list(zip(*(column.map.elements for column in columns), strict=True))
    said = [any(one.findings for one in row) for row in rows]
    cells = zip(*(program.map.elements for program in programs), strict=True)
    known = [any(one.state not in UNKNOWN for one in row) for row in cells]
    return page(
        "compare.html",
        studies=studies,
        offered=offered,
        real=real,
        placed=lambda rows: _placed(columns[0].map.elements, rows),
        reviews=reviews,
        framework=framework,
        frameworks=frameworks,
        columns=columns,
        told=[number for number, some in enumerate(said) if some],
        untold=[number for number, some in enumerate(said) if not some],
        differences=_differences(columns),
        programs=programs,
        partly=[number for number, some in enumerate(known) if some],
        wholly=[number for number, some in enumerate(known) if not some],
        more=found.more,
        lacking=found,
        late=[column.map for column in (*columns, *programs) if column.map.late],
        signs=SIGNS,
        unknown=UNKNOWN,
        short=choices.short,
        chosen=[choices.short("study", study) for study, _ in studies],
    )


@blueprint.get("/compare/<name>.<ending>")
def file(name: str, ending: str) -> Response:
    """One of the two tables as a file: `elements` or `unknown`, as CSV or XLSX.

    Raises:
        UnknownName: there is no such table or format.
    """
    if name not in ("elements", "unknown"):
        raise UnknownName("table", name, ("elements", "unknown"))
    if ending not in ("csv", "xlsx"):
        raise UnknownName("format", ending, ("csv", "xlsx"))
    studies, _, _ = _studies()
    framework, _ = framework_of("")
    columns = [of_study(study, label, framework) for study, label in studies]
    rows = elements_table(columns) if name == "elements" else unknown_table(columns, framework)
    return written(rows, f"{name}.{ending}", translate(f"compare.{name}"))


@blueprint.get("/compare/element")
def element() -> Response:
    """An element as each study has it: in which contexts, by whom, and down to which passages.

    Raises:
        UnknownName: no framework has the element.
    """
    asked_ = choices.chosen(("aspect",), {"aspect": request.args.getlist("element")[:1]})
    iri = next(iter(asked_.get("aspect", ())), "")
    framework = (terms.scheme_of(iri) or ("", ""))[0]
    known = page_rows("framework-elements", framework=framework) if framework else ()
    if iri not in {str(row["element"]) for row in known}:
        names = {
            str(row["concept"]).removeprefix(terms.SCHEME) for row in page_rows("concept-names")
        }
        raise UnknownName("element", iri.removeprefix(terms.SCHEME), names)
    studies, _, _ = _studies()
    found = []
    for study, label in studies:
        column = of_study(study, label, framework)
        found.append((column, next(one for one in column.map.elements if one.iri == iri)))
    traces = [
        page_part("trace", thing=" ".join(f.iri for f in one.said[:_TRACED]))
        if one.said
        else Rows((), ())
        for _, one in found
    ]
    sides = {
        f.iri: (f.direction or "none") if f.backed else "withheld"
        for _, one in found
        for f in one.said
    }
    where = contexts(sides, SIDES)
    return page(
        "element.html",
        element=found[0][1] if found else None,
        iri=iri,
        framework=framework,
        chosen=[choices.short("study", study) for study, _ in studies],
        studies=list(zip(found, traces, strict=True)),
        most=_TRACED,
        contexts=where,
        late=[*(column.map for column, _ in found if column.map.late), *traces, where],
        signs=SIGNS,
        bearings=BEARINGS,
    )


@blueprint.get("/compare/questions")
def questions() -> Response:
    """What an interviewer could ask about a thing, of each element on which nothing is said.

    Raises:
        UnknownName: nothing that the caller may read has the name.
    """
    given = choices.chosen(("about",), {"about": request.args.getlist("about")[:1]})
    about = next(iter(given.get("about", ())), "")
    if not about or not page_rows("exists", thing=about).rows:
        raise UnknownName("thing", choices.short("about", about), ())
    framework, frameworks = framework_of("")
    study = str(terms.study(terms.study_of(about) or ""))
    drawn = process_map(framework, study, about)
    card = named(about)
    labels = {language: card.label(language)[0] for language in LANGUAGES}
    return page(
        "questions.html",
        about=about,
        label=labels[g.lang],
        framework=framework,
        frameworks=frameworks,
        drawn=drawn,
        questions=[] if drawn.late else questions_on(framework, drawn.elements, labels),
        languages=sorted(LANGUAGES, key=lambda language: language != g.lang),
    )


def _studies() -> tuple[list[tuple[str, str]], list[tuple[str, str]], bool]:
    """The studies compared, those to choose from, named; and whether made-up ones are not."""
    given = choices.chosen(("study",), {"study": request.args.getlist("study")})
    wanted = given.get("study", [])
    if len(wanted) > _MOST:
        raise BadParameter(
            Words(
                f"{len(wanted)} studies are chosen; at most {_MOST} fit side by side",
                f"{len(wanted)} studi dipilih; paling banyak {_MOST} dapat dibandingkan",
            )
        )
    real, cards = studies_offered(bool(wanted) or with_made_up(), _OFFERED, g.lang)
    reviews = looked(_reviews) or set()
    offered = {card.iri: card.label(g.lang)[0] for card in cards if card.iri not in reviews}
    named = looked(lambda index: index.labels(wanted, g.lang))
    names = offered if named is None else {iri: label for iri, (label, _) in named.items()}
    for iri in wanted:
        if iri not in names or terms.kind_of(iri) != "study":
            known = [choices.short("study", one) for one in offered]
            raise UnknownName("study", choices.short("study", iri), known)
    asked_ = {iri: names[iri] for iri in wanted if iri not in reviews}
    compared = list(asked_.items()) or list(offered.items())[:_AT_FIRST]
    return compared, list({**offered, **asked_}.items()), real


def _reviews(index: Reading) -> set[str]:
    """The studies that have review findings alone: they say nothing of an element by themselves."""
    tally = index.facets(Listing("reviews", {}), ("study",), _OFFERED)["study"]
    return {
        iri for iri, _ in tally.values if not index.count(Listing("findings", {"study": [iri]}))
    }


def _placed(elements: Sequence[Element], rows: Sequence[int]) -> list[tuple[int, bool]]:
    """The rows of a table, and those above them, so that each is indented under its own.

    Args:
        elements: of the framework, each after what is above it.
        rows: the places of those that the table tells of, in order.

    Returns:
        The places to show, in order, and whether only the name is shown: of one that is above
        others and that the table does not tell of.
    """
    above: set[int] = set()
    for row in rows:
        depth = elements[row].depth
        for place in range(row - 1, -1, -1):
            if elements[place].depth < depth:
                depth = elements[place].depth
                above.add(place)
    told = set(rows)
    return [(place, place not in told) for place in sorted(told | above)]


def _differences(columns: Sequence[Column]) -> list[Difference]:
    """The elements that a study has findings on, those of which studies differ first."""
    found = [
        Difference(row[0], [one.state for one in row])
        for row in zip(*(column.map.elements for column in columns), strict=True)
        if any(one.findings for one in row)
    ]
    return sorted(found, key=lambda one: not one.differs)
