"""/compare: what studies say of the elements of a framework side by side, and what none says.

The first table is studies by elements, in the states of the process map. The second is elements by
programs: where it is empty, nobody knows, and the cell leads to what an interviewer could ask.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, g, request

from rembug import terms
from rembug.errors import BadParameter, TooLong, UnknownName, Words
from rembug.graph import Row, Rows, Term
from rembug.graph.readers.index import Listing, Reading
from rembug.sources.cells import guarded
from rembug.web import choices
from rembug.web.context import graph, left_out, page_part, page_rows, reading
from rembug.web.contexts import contexts
from rembug.web.maps import SIGNS, Element, Map, asked, framework_of, map_of, process_map
from rembug.web.negotiation import LANGUAGES, TABLES
from rembug.web.responses import page
from rembug.web.trail import BEARINGS
from rembug.web.words import strings, translate
from rembug.web.workbook import workbook

blueprint = Blueprint("comparison", __name__)

SIDES: Final = ("for", "against", "mixed", "none", "withheld")
"""What findings say on an element: `none` takes no direction, `withheld` has no open evidence."""

UNKNOWN: Final = frozenset({"unasked", "silent"})
"""The states in which nobody has said anything of an element."""

_MOST: Final = 12  # studies side by side
_AT_FIRST: Final = 4  # where none is chosen
_OFFERED: Final = 200  # studies to choose from
_TRACED: Final = 20  # findings of a study that are told down to their passages
_PROGRAMS: Final = 12  # of all the studies, on the page
_IN_A_FILE: Final = 400


@dataclass(frozen=True)
class Column:
    """What is compared: a study or a program, its name, its region, and what is said of it."""

    iri: str
    label: str
    study: str
    region: str
    map: Map


@dataclass(frozen=True)
class Difference:
    """An element that studies have findings on, and whether they say different things of it."""

    element: Element
    states: Sequence[str]

    @property
    def differs(self) -> bool:
        """Whether one says for and another against, or one is contested in itself."""
        said = {"for", "against", "contested"}.intersection(self.states)
        return len(said) > 1 or "contested" in said


@dataclass(frozen=True)
class Question:
    """What could be asked on an element, by language, with the element's name in each."""

    element: str
    label: Mapping[str, str]
    asked: Mapping[str, Sequence[str]]


@blueprint.get("/compare")
def shown() -> Response:
    """The chosen studies, or the first few, by the elements of a framework."""
    with reading() as index:
        studies, offered = _studies(index)
        reviews = index.count(Listing("reviews", {}))
    framework, frameworks = framework_of("")
    columns = [_of_study(study, label, framework) for study, label in studies]
    programs, more = _programs(columns, framework, _PROGRAMS)
    return page(
        "compare.html",
        studies=studies,
        offered=offered,
        reviews=reviews,
        framework=framework,
        frameworks=frameworks,
        columns=columns,
        differences=_differences(columns),
        programs=programs,
        more=more,
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
    with reading() as index:
        studies, _ = _studies(index)
    framework, _ = framework_of("")
    columns = [_of_study(study, label, framework) for study, label in studies]
    rows = _elements_table(columns) if name == "elements" else _unknown_table(columns, framework)
    return _written(rows, f"{name}.{ending}", translate(f"compare.{name}"))


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
    with reading() as index:
        studies, _ = _studies(index)
    found = []
    for study, label in studies:
        column = _of_study(study, label, framework)
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
    with reading() as index:
        names = {language: index.labels([about], language) for language in LANGUAGES}
    if not about or not page_rows("exists", thing=about).rows:
        raise UnknownName("thing", choices.short("about", about), ())
    framework, frameworks = framework_of("")
    study = str(terms.study(terms.study_of(about) or ""))
    drawn = process_map(framework, study, about)
    labels = {
        language: found.get(about, (terms.curie(about), ""))[0] for language, found in names.items()
    }
    return page(
        "questions.html",
        about=about,
        label=labels[g.lang],
        framework=framework,
        frameworks=frameworks,
        drawn=drawn,
        questions=[] if drawn.late else _questions(framework, drawn.elements, labels),
        languages=sorted(LANGUAGES, key=lambda language: language != g.lang),
    )


def _studies(index: Reading) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The studies that are compared, and those to choose from, each with its name."""
    given = choices.chosen(("study",), {"study": request.args.getlist("study")})
    wanted = given.get("study", [])
    if len(wanted) > _MOST:
        raise BadParameter(
            Words(
                f"{len(wanted)} studies are chosen; at most {_MOST} fit side by side",
                f"{len(wanted)} studi dipilih; paling banyak {_MOST} dapat dibandingkan",
            )
        )
    real = left_out(index, bool(wanted))
    listing = Listing("studies", {"synthetic": ["false"]} if real else {})
    reviews = _reviews(index)
    cards = index.listed(listing, language=g.lang, limit=_OFFERED).cards
    offered = {card.iri: card.label(g.lang)[0] for card in cards if card.iri not in reviews}
    names = {iri: label for iri, (label, _) in index.labels(wanted, g.lang).items()}
    for iri in wanted:
        if iri not in names or terms.kind_of(iri) != "study":
            known = [choices.short("study", one) for one in offered]
            raise UnknownName("study", choices.short("study", iri), known)
    asked_ = {iri: names[iri] for iri in wanted if iri not in reviews}
    compared = list(asked_.items()) or list(offered.items())[:_AT_FIRST]
    return compared, list({**offered, **asked_}.items())


def _reviews(index: Reading) -> set[str]:
    """The studies that have review findings alone: they say nothing of an element by themselves."""
    tally = index.facets(Listing("reviews", {}), ("study",), _OFFERED)["study"]
    return {
        iri for iri, _ in tally.values if not index.count(Listing("findings", {"study": [iri]}))
    }


def _differences(columns: Sequence[Column]) -> list[Difference]:
    """The elements that a study has findings on, those of which studies differ first."""
    found = [
        Difference(row[0], [one.state for one in row])
        for row in zip(*(column.map.elements for column in columns), strict=True)
        if any(one.findings for one in row)
    ]
    return sorted(found, key=lambda one: not one.differs)


def _of_study(study: str, label: str, framework: str) -> Column:
    profile = page_part("study-profile", study=study)
    regions = [
        str(row.get("valueLabel", row["value"])) for row in profile if "region" in str(row["about"])
    ]
    drawn = process_map(framework, study)
    return Column(study, label, study, ", ".join(dict.fromkeys(regions)), drawn)


def _programs(columns: Sequence[Column], framework: str, most: int) -> tuple[list[Column], int]:
    """The programs of some studies with what is said of each, and how many others there are."""
    found: list[Column] = []
    more = 0
    with reading() as index:
        listed = {
            one.iri: index.listed(
                Listing("programs", {"study": [one.iri]}), language=g.lang, limit=most
            )
            for one in columns
        }
    for column in columns:
        cards = listed[column.iri].cards[: most - len(found)]
        more += listed[column.iri].total - len(cards)
        if not cards:
            continue
        used = asked(framework, column.iri)
        said = page_part("findings-about", study=column.iri, framework=framework)
        by_thing: dict[str, list[Row]] = defaultdict(list)
        for row in said:
            by_thing[str(row["about"])].append(row)
        for card in cards:
            own = Rows(said.variables, by_thing[card.iri], said.late)
            chosen = {"study": [column.iri], "about": [card.iri]}
            drawn = map_of(framework, own, used, chosen)
            label = card.label(g.lang)[0]
            found.append(Column(card.iri, label, column.iri, column.region, drawn))
    return found, more


def _questions(
    framework: str, elements: Iterable[Element], about: Mapping[str, str]
) -> list[Question]:
    """What to ask on each element of which nothing is said, from its own definition.

    Args:
        framework: the name of the scheme.
        elements: those of the map.
        about: the name of the program, by language.
    """
    told: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in page_rows("element-definitions", framework=framework):
        told[str(row["element"])][str(row["language"])].append(row)
    found = []
    for element in elements:
        if element.state in UNKNOWN:
            rows = told[element.iri]
            labels = {language: str(rows[language][0]["elementLabel"]) for language in rows}
            texts = {lang: _asked(rows[lang], about[lang], lang) for lang in rows}
            found.append(Question(element.iri, labels, texts))
    return found


def _asked(rows: Sequence[Row], about: str, language: str) -> list[str]:
    """The questions on an element in a language."""

    def say(key: str, **values: str) -> str:
        return strings()[f"ask.{key}"][language].format(**values)

    first = rows[0]
    names = {"element": str(first["elementLabel"]), "about": about}
    if "definition" in first:
        texts = [say("meaning", definition=str(first["definition"]), **names)]
    else:
        texts = [say("plain", **names)]
    polarity = str(first.get("polarity", "")).rpartition("/")[2]
    texts.append(say(polarity if polarity in ("favourable", "unfavourable") else "open", **names))
    acted_on = dict.fromkeys(
        str(row["influencedLabel"]) for row in rows if "influencedLabel" in row
    )
    if acted_on:
        texts.append(say("influence", others=", ".join(acted_on), **names))
    return texts


def _elements_table(columns: Sequence[Column]) -> Rows:
    """Studies by elements as a table: a row for each pair."""
    names = "element elementLabel study studyLabel region state stateLabel meanRating findings"
    return Rows(
        (*names.split(), "withEvidence"),
        [
            {
                **_pair(element),
                **_place(column),
                **({"meanRating": _number("decimal", element.rating)} if element.rating else {}),
                "findings": _number("integer", element.findings),
                "withEvidence": _number("integer", element.backed),
            }
            for column in columns
            for element in column.map.elements
        ],
        any(column.map.late for column in columns),
    )


def _unknown_table(columns: Sequence[Column], framework: str) -> Rows:
    """What is not known as a table: a row for each element and program, with what to ask."""
    programs, _ = _programs(columns, framework, _IN_A_FILE)
    studies = {column.iri: column for column in columns}
    with reading() as index:
        iris = [program.iri for program in programs]
        names = {language: index.labels(iris, language) for language in LANGUAGES}
    rows = []
    for program in programs:
        states = {element.iri: element for element in program.map.elements}
        about = {
            language: found.get(program.iri, (program.label, ""))[0]
            for language, found in names.items()
        }
        for question in _questions(framework, program.map.elements, about):
            texts = {
                f"questions_{language}": Term("literal", " ".join(asked_), language)
                for language, asked_ in question.asked.items()
            }
            program_ = {"program": Term("uri", program.iri), "programLabel": _text(program.label)}
            rows.append(
                {
                    **_pair(states[question.element]),
                    **program_,
                    **_place(studies[program.study]),
                    **texts,
                }
            )
    columns_ = "element elementLabel program programLabel study studyLabel region state stateLabel"
    questions_ = tuple(f"questions_{language}" for language in sorted(LANGUAGES, reverse=True))
    late = any(column.map.late for column in (*columns, *programs))
    return Rows((*columns_.split(), *questions_), rows, late)


def _pair(element: Element) -> dict[str, Term]:
    return {
        "element": Term("uri", element.iri),
        "elementLabel": _text(element.label),
        "state": Term("literal", element.state),
        "stateLabel": _text(translate(f"sign.{element.state}")),
    }


def _place(column: Column) -> dict[str, Term]:
    return {
        "study": Term("uri", column.iri),
        "studyLabel": _text(column.label),
        "region": _text(column.region),
    }


def _text(text: str) -> Term:
    return Term("literal", text, g.lang)


def _number(kind: str, value: object) -> Term:
    return Term("literal", str(value), datatype=f"http://www.w3.org/2001/XMLSchema#{kind}")


def _written(rows: Rows, name: str, title: str) -> Response:
    """A table as a file that a browser saves.

    Raises:
        TooLong: some of it was not worked out in time, and a cell would be empty for that alone.
    """
    if rows.late:
        raise TooLong(
            Words(
                "the table was not worked out in time; choose fewer studies, or ask again later",
                "tabel ini tidak selesai pada waktunya; pilih lebih sedikit studi, atau coba lagi",
            )
        )
    version = graph().version
    if name.endswith(".csv"):
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(rows.variables)
        for row in rows:
            writer.writerow([guarded(str(row.get(name, ""))) for name in rows.variables])
        response = Response(out.getvalue(), content_type=f"{TABLES[0]}; charset=utf-8")
    else:
        about = [(translate("workbook.question"), title)]
        about += [(translate("workbook.version"), str(version))]
        response = Response(workbook(rows, rows.variables, about), content_type=TABLES[1])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Rembug-Version"] = str(version)
    response.content_language.add(g.lang)
    return response
