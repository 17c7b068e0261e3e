"""/matrix.svg: which actors of a study speak of which elements of a framework, as a picture."""

from flask import Blueprint, Response, g, render_template, request

from rembug.web import choices
from rembug.web.context import looked, page_rows, shown_version, synthetic
from rembug.web.maps import framework_of
from rembug.web.pictures import drawing, nothing_to_draw
from rembug.web.voices import matrix
from rembug.web.words import translate

blueprint = Blueprint("matrices", __name__)


@blueprint.get("/matrix.<any(svg, png):ending>")
def picture(ending: str) -> Response:
    """The matrix of the study that is named, for a framework, by itself.

    Raises:
        NothingToWrite: no study is named, or nobody in it speaks of an element.
    """
    named = choices.chosen(("study",), {"study": request.args.getlist("study")[:1]})
    study = named["study"][0] if named else ""
    framework, frameworks = framework_of(study)
    rows = page_rows("framework-elements", framework=framework)
    known = [(str(row["element"]), str(row["elementLabel"])) for row in rows]
    drawn = matrix(framework, list(dict(known).items()), study) if study else None
    if drawn is None or not drawn.rows:
        raise nothing_to_draw(
            "no actor of the study is known to speak of an element of this framework"
            if study
            else "name a study: /matrix.svg?study=…",
            "tidak ada aktor studi ini yang diketahui berbicara tentang unsur kerangka ini"
            if study
            else "sebutkan studinya: /matrix.svg?study=…",
        )
    labels = looked(lambda index: index.labels({study}, g.lang)) or {}
    scheme = next(
        str(row["schemeLabel"])
        for row in frameworks
        if str(row["scheme"]).rpartition("/")[2] == framework
    )
    title = [translate("matrix.title"), *(labels[study][:1] if study in labels else ()), scheme]
    notes = [translate("trail.version", version=shown_version())]
    if synthetic(study):
        notes.insert(0, translate("chart.made_up"))
    text = render_template("matrix.svg", matrix=drawn, title=title, notes=notes)
    return drawing(text, ending)
