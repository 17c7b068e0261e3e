"""/studies, /actors, /programs, /policies, /findings, /evidence: lists with facets."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, abort, request

from rembug import terms
from rembug.web.context import page, page_rows

blueprint = Blueprint("lists", __name__)

CLASSES: Final[Mapping[str, str]] = {
    "studies": str(terms.CG.Study),
    "actors": str(terms.CG.Actor),
    "programs": str(terms.CG.Program),
    "policies": str(terms.CG.Policy),
    "findings": str(terms.CG.Finding),
    "evidence": str(terms.CG.Evidence),
}
_FACETS: Final = ("study", "kind", "rating")
_PAGE: Final = 50


@blueprint.get(f"/<any({', '.join(CLASSES)}):name>")
def listing(name: str) -> Response:
    """The things of a class; `?kind=`, `?study=` and `?rating=` narrow, `?page=` turns over."""
    rows = list(page_rows("list", **{"class": CLASSES[name]}))
    for facet in _FACETS:
        if chosen := request.args.get(facet):
            rows = [row for row in rows if facet in row and str(row[facet]) == chosen]
    facets = {
        facet: Counter(
            (str(row[facet]), str(row.get(f"{facet}Label", row[facet])))
            for row in rows
            if facet in row
        )
        for facet in _FACETS
    }
    number = request.args.get("page", default=1, type=int)
    last = max(1, -(-len(rows) // _PAGE))
    if not 1 <= number <= last:
        abort(404)
    shown = rows[(number - 1) * _PAGE : number * _PAGE]
    return page(
        "list.html", name=name, rows=shown, count=len(rows), facets=facets, number=number, last=last
    )
