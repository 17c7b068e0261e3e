"""/account: sign in with a token, to read on the pages what its role may read; and out again."""

from flask import Blueprint, Response, redirect, request

from rembug.errors import Unauthorized
from rembug.web.callers import caller, check_form, form_key, sign_in, sign_out, tokens
from rembug.web.links import link
from rembug.web.responses import page

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
def account() -> Response:
    """Who is signed in, or the form."""
    return page("account.html", who=caller(), key=form_key(), wrong=False)


@blueprint.post("/account")
def enter() -> Response:
    """Sign in by a token, or out."""
    check_form()
    if "out" in request.form:
        sign_out()
        return _back()
    found = tokens().find(request.form.get("token", "").strip())
    if found is None:
        response = page("account.html", who=caller(), key=form_key(), wrong=True)
        response.status_code = Unauthorized.http_status
        return response
    sign_in(found)
    return _back()


def _back() -> Response:
    response = Response(status=303)
    response.location = redirect(link("/account")).location
    return response
