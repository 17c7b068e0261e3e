"""/submissions/study: a new study, described on a page; it goes the way that files go."""

import io

from flask import Blueprint, Response, g, request

from rembug.changes import studies
from rembug.graph import Role
from rembug.graph.readers.index import Listing
from rembug.web.callers import caller, form_key, require
from rembug.web.context import graph, reading
from rembug.web.links import link
from rembug.web.responses import page
from rembug.web.submissions import staging, to

blueprint = Blueprint("founding", __name__)

_FIELDS = ("slug", "title_id", "title_en", "start", "end", "region")
_MOST = 500  # places to choose from


@blueprint.get("/submissions/study")
def blank() -> Response:
    """The form; the query of the URL fills fields in."""
    with reading() as index:
        places = index.listed(Listing("places", {}), language=g.lang, limit=_MOST).cards
    return page(
        "study_form.html",
        given={name: request.args.get(name, "") for name in _FIELDS},
        used=request.args.getlist("framework"),
        frameworks=[(name, told[g.lang]) for name, told in studies.frameworks(graph()).items()],
        places=[(card.iri, card.label(g.lang)[0]) for card in places],
        may=caller().role >= Role.CURATOR,
        key=form_key(),
    )


@blueprint.post("/submissions/study")
def filled() -> Response:
    """Take a description in, to be looked at before it is stored.

    Raises:
        BadParameter: the slug or a date is not of the right form, or the study exists.
        UnknownName: there is no such framework.
    """
    told = {name: request.form.get(name, "").strip() for name in _FIELDS}
    used = request.form.getlist("framework")
    who = require(Role.CURATOR, form=True, studies=[told["slug"]])
    found = studies.describe(
        told["slug"],
        title_en=told["title_en"],
        title_id=told["title_id"],
        start=told["start"],
        end=told["end"],
        region=told["region"],
        frameworks=used,
        known=studies.known(graph()),
        offered=studies.frameworks(graph()),
    )
    staged = staging().stage(
        [
            (
                f"study-{found.study}.ttl",
                io.BytesIO(found.public.serialize(format="turtle").encode()),
            )
        ],
        found.study,
        who.name,
        form=link("/submissions/study", **told, framework=used),
    )
    return to(f"/submissions/staged/{staged.id}")
