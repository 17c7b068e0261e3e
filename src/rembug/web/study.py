"""What the page of a study shows before its facts: numbers, gaps, the model, the evidence."""

from collections.abc import Mapping
from typing import Any, Final

from flask import g

from rembug import terms
from rembug.graph import Rows
from rembug.graph.readers.index import Listing, Reading
from rembug.web import choices
from rembug.web.charts import Drawing, chart, with_moments
from rembug.web.context import catalogue, in_time, looked, page_part, solutions
from rembug.web.glance import brought, glance
from rembug.web.links import link
from rembug.web.lists import LISTS
from rembug.web.maps import process_map
from rembug.web.places import places
from rembug.web.states import SIGNS

_FOREMOST: Final = 8  # findings that are shown themselves
_NO_ADVICE: Final = {
    "findings": {"advice": "false"}
}  # what counts of a list beside recommendations
_GAP: Final = "programs-lacking-sustainability-evidence"


def overview(study: str) -> Mapping[str, Any]:
    """What `study.html` is made of, for the study of an IRI, as far as the caller may read."""
    short = choices.short("study", study)
    parts = [name for name in LISTS if name != "studies"]

    def count(index: Reading, name: str, **chosen: str) -> tuple[int, str]:
        listing = Listing(name, {"study": [study], **{k: [v] for k, v in chosen.items()}})
        narrowed = {key: choices.short(key, value) for key, value in chosen.items()}
        return index.count(listing), link(f"/{name}", study=short, **narrowed)

    def seen(index: Reading) -> dict[str, Any]:
        return {
            "counts": {name: count(index, name, **_NO_ADVICE.get(name, {})) for name in parts},
            "glance": glance(index, {"study": [study]}, _FOREMOST),
            "unsupported": count(index, "findings", support="none", advice="false"),
            "advice": count(index, "findings", advice="true"),
        }

    question = catalogue()[_GAP]
    text = question.bind({"study": study, "lang": g.lang})
    rows = page_part("frameworks", study=study)
    used = [row for row in rows if int(str(row["studies"]))]
    maps = [
        (str(row["schemeLabel"]), process_map(str(row["scheme"]).removeprefix(terms.SCHEME), study))
        for row in used
    ]
    return {
        **(looked(seen) or {"glance": None}),
        "gaps": in_time(lambda: solutions(text)),
        "gaps_link": link(f"/queries/{_GAP}", study=short),
        "maps": maps,
        "signs": SIGNS,
        "elements": sum(len(drawn.elements) for _, drawn in maps),
        "silent": sum(one.state == "silent" for _, drawn in maps for one in drawn.elements),
        "profile": (profile := page_part("study-profile", study=study)),
        "setting": [*_said(profile, "region"), *filter(None, [when := _when(profile)])],
        "when": when,
        "changes": (changes := page_part("study-changes", study=study)),
        "brought": brought(changes),
        "places": places(study),
        "course": _course(study, begun := page_part("beginnings", study=study)),
        "begun": begun,
        "slug": terms.study_of(study),
    }


def _said(profile: Rows, about: str) -> list[str]:
    rows = [row for row in profile if str(row["about"]).partition(" ")[2] == about]
    return [str(row.get("valueLabel", row["value"])) for row in rows]


def _when(profile: Rows) -> str:
    """From when until when a study was, as far as it says so."""
    return "–".join(dict.fromkeys(_said(profile, "start") + _said(profile, "end")))


def _course(study: str, begun: Rows) -> Drawing | None:
    """The study's indicators over the years, with the policies and programs that began in them.

    These are numbered as the page lists them: those that say when they began.
    """
    query = catalogue()["indicators"]
    text = query.bind({"study": study, "lang": g.lang})
    drawn = chart(query.chart, in_time(lambda: solutions(text)))
    dates = [str(row["start"]) for row in begun if "start" in row]
    named = [(date, str(number)) for number, date in enumerate(dates, 1)]
    return with_moments(drawn, named) if drawn else None
