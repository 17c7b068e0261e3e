"""/agreement: how far a study's coders agree on each code, for researchers."""

import json
from dataclasses import asdict
from functools import lru_cache

from flask import Blueprint, Response, request

from rembug.agreement import Agreement, agreement
from rembug.changes import studies
from rembug.errors import UnknownName
from rembug.graph import KnowledgeGraph, Reads, Role
from rembug.terms import study_of
from rembug.web.callers import caller, role
from rembug.web.context import graph, page_rows
from rembug.web.negotiation import HTML, pick
from rembug.web.responses import page

blueprint = Blueprint("agreed", __name__)

_JSON = "application/json"


@blueprint.get("/agreement")
def shown() -> Response:
    """The study that `study` names, code by code; without one, those there are to choose from."""
    study, may = request.args.get("study", ""), caller().role >= Role.RESEARCHER
    if study and study not in (known := studies.known(graph())):
        raise UnknownName("study", study, known)
    found = _of(graph(), graph().shown(role()), study, role()) if study and may else []
    if pick(request, (HTML, _JSON)) == _JSON:
        return Response(json.dumps([asdict(one) for one in found]), content_type=_JSON)
    named = [
        (study_of(str(row["study"])) or "", str(row["studyLabel"]))
        for row in page_rows("study-names")
    ]
    return page("agreement.html", study=study, studies=named, found=found, may=may)


@lru_cache(maxsize=16)
def _of(graph: KnowledgeGraph, version: int, study: str, role: Reads) -> list[Agreement]:
    """It is worked out once for each version of the graph."""
    del version
    return agreement(graph, study, role)
