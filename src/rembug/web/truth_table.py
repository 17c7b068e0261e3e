"""/qca: the truth table of an analysis, chosen in a form or written down; the URL carries it."""

import re
from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, g, request

from rembug import qca, terms
from rembug.errors import BadParameter, TooLarge, UnknownName, Unreadable, Words
from rembug.graph import Rows
from rembug.graph.readers.index import Card, Listing, Reading
from rembug.web.callers import role
from rembug.web.context import graph, left_out, looked, page_rows, with_made_up
from rembug.web.links import href, link
from rembug.web.maps import framework_of
from rembug.web.negotiation import TABLES
from rembug.web.responses import page
from rembug.web.words import strings

blueprint = Blueprint("truth_table", __name__)

_NAME: Final = "setup"
_LONGEST: Final = 20_000  # characters
_OFFERED: Final = 200  # programs
_FILES: Final = ("truth-table", "cases", "left-out")


@blueprint.get("/qca")
def shown() -> Response:
    """The form, and the table of what is written in it; or what is wrong with that."""
    setup = _setup()
    fault, table, calibrated = None, None, None
    if setup.strip():
        try:
            calibrated = qca.calibrate(graph(), qca.read(setup.encode(), _NAME), role())
            table = qca.truth_table(calibrated)
        except (Unreadable, BadParameter, UnknownName) as error:
            fault = error
    framework, frameworks = framework_of("")
    # An element that acts on several has as many rows.
    rows = page_rows("framework-elements", framework=framework)
    real, cases = _cases()
    response = page(
        "qca.html",
        framework=framework,
        frameworks=frameworks,
        elements=list({row["element"]: row for row in rows}.values()),
        outcome=_outcome(rows),
        cases=cases,
        real=real,
        bases=(str(terms.ID), str(terms.SCHEME)),
        setup=setup,
        example=strings()["qca.example"][g.lang],
        fault=fault,
        table=table,
        left_out=calibrated.left_out if calibrated else (),
        at=lambda case: href(f"{terms.ID}{case}"),
        files=_FILES,
    )
    response.status_code = fault.http_status if fault else 200
    return response


def _outcome(rows: Rows) -> str:
    """The element that a framework leads to, which is acted on and acts on none; or nothing."""
    ways = ("influenced", "following")
    acted_on = {str(row[way]) for row in rows for way in ways if way in row}
    acting = {str(row["element"]) for row in rows if any(way in row for way in ways)}
    return next(iter(sorted(acted_on - acting)), "")


@blueprint.get("/qca/chosen")
def chosen() -> Response:
    """See other: the table of what was chosen in the form, written down so that its address has it.

    Raises:
        BadParameter: the rating is no number.
    """
    rating = request.args.get("crisp", "").replace(",", ".")
    if not re.fullmatch(r"\d(\.\d{1,3})?", rating, re.ASCII):
        raise BadParameter(
            Words(
                "say from which rating on a case counts as in, as a number such as 3.5",
                "sebutkan mulai nilai berapa sebuah kasus dianggap termasuk, sebagai angka: 3,5",
            )
        )
    text = qca.written(
        request.args.getlist("case"),
        request.args.get("outcome", ""),
        request.args.getlist("condition"),
        float(rating),
        request.args.get("reason", ""),
    )
    response = Response(status=303)
    response.location = link(
        "/qca",
        framework=request.args.get("framework"),
        synthetic=request.args.getlist("synthetic"),
        setup=text,
    )
    return response


def _cases() -> tuple[bool, Sequence[Card]]:
    """Whether made-up studies are left out, and the programs that can be chosen."""
    too = with_made_up()

    def offered(index: Reading) -> tuple[bool, Sequence[Card]]:
        real = left_out(index, chosen=too)
        listing = Listing("programs", {"synthetic": ["false"]} if real else {})
        return real, index.listed(listing, language=g.lang, limit=_OFFERED).cards

    return looked(offered) or (False, ())


@blueprint.get("/qca/<name>.csv")
def file(name: str) -> Response:
    """The truth table, the calibrated cases, or what is not known of the cases left out, as CSV.

    Raises:
        UnknownName: there is no such file, or no such case or element.
        Unreadable: what is written declares no analysis.
        BadParameter: the cases make no table.
    """
    if name not in _FILES:
        raise UnknownName("table", name, _FILES)
    calibrated = qca.calibrate(graph(), qca.read(_setup().encode(), _NAME), role())
    match name:
        case "cases":
            text = qca.cases_csv(calibrated)
        case "left-out":
            text = qca.left_out_csv(calibrated)
        case _:
            text = qca.truth_table(calibrated).csv()
    response = Response(text, content_type=f"{TABLES[0]}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _setup() -> str:
    text = request.args.get("setup", "")
    if len(text) > _LONGEST:
        raise TooLarge(
            Words(
                f"the analysis is longer than {_LONGEST} characters; rembug qca takes it as a file",
                f"analisis lebih panjang dari {_LONGEST} karakter; rembug qca menerimanya sebagai "
                "berkas",
            )
        )
    return text
