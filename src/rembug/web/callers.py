"""Who is asking: a bearer token, a session that a token was signed in with, or the public."""

import json
import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from flask import current_app, g, request, session

from rembug.errors import Forbidden, RembugError, Unauthorized
from rembug.graph import Asker, Role
from rembug.tokens import Token, Tokens, role_of

_PATIENCE: Final = 5  # seconds that a page waits for each of its parts
_SESSION: Final = "token"
_FORM: Final = "form"


@dataclass(frozen=True)
class Caller:
    """Who asks, by the token's name; the public has none."""

    name: str
    role: Role
    by_session: bool = False


PUBLIC: Final = Caller("", Role.PUBLIC)


def tokens() -> Tokens:
    """The tokens of the running application."""
    return cast(Tokens, current_app.extensions["rembug"]["tokens"])


def identify() -> None:
    """Find out who asks, before anything else.

    Raises:
        Unauthorized: there is a token, and nobody has it.
    """
    g.caller = PUBLIC
    given = request.headers.get("Authorization")
    if given is not None:
        scheme, _, token = given.partition(" ")
        found = tokens().find(token.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise Unauthorized(
                "this token is not known; send one as “Authorization: Bearer …”, as "
                "`rembug token create` makes it"
            )
        g.caller = Caller(found.name, role_of(found))
    elif fingerprint := session.get(_SESSION):
        for token_of in tokens().all().values():
            if secrets.compare_digest(token_of.sha256, fingerprint):
                g.caller = Caller(token_of.name, role_of(token_of), by_session=True)


def caller() -> Caller:
    """Who asks."""
    return cast(Caller, g.get("caller", PUBLIC))


def role() -> Role:
    """What the one who asks may read."""
    return caller().role


def asker() -> Asker:
    """Who asks, for the queue of the workers; an address is a name as well."""
    gone = request.environ.get("waitress.client_disconnected", lambda: False)
    return Asker(caller().name or request.remote_addr or "someone", gone)


def reader() -> Asker:
    """Who asks for a page: its parts have places apart from the caller's own queries."""
    who = asker()
    return Asker(f"pages of {who.name}", who.gone, _PATIENCE)


def require(needed: Role, *, form: bool = False) -> Caller:
    """Who asks, if they may write as this role does.

    A session is good for reading, and for the forms that carry our key: else what writes is a
    program with its token, so that no page of somebody else's can write in the name of one who is
    signed in.

    Args:
        needed: the least role.
        form: whether the request is a form of ours, which a session is good for.

    Raises:
        Unauthorized: there is no token.
        Forbidden: the token's role is a lower one, or the form is not from a page of ours.
    """
    who = caller()
    if who.by_session and form:
        check_form()
    elif who is PUBLIC or who.by_session:
        raise Unauthorized(
            f"this needs a token of the role {needed.name.lower()}: send it as "
            "“Authorization: Bearer …”"
        )
    if who.role < needed:
        raise Forbidden(
            f"the token {who.name} has the role {who.role.name.lower()}, and this needs "
            f"{needed.name.lower()}"
        )
    return who


def sign_in(token: Token) -> None:
    """Remember in the session who asks."""
    session.clear()
    session[_SESSION] = token.sha256
    session.permanent = True


def sign_out() -> None:
    """Forget who asks."""
    session.clear()


def form_key() -> str:
    """What a form of ours carries, so that nobody else's can stand in for it."""
    if _FORM not in session:
        session[_FORM] = secrets.token_urlsafe(24)
    return str(session[_FORM])


def check_form() -> None:
    """Refuse a form that is not from a page of ours.

    Raises:
        Forbidden: it lacks the key that the page was given.
    """
    given, known = request.form.get("key", ""), str(session.get(_FORM, ""))
    if not known or not secrets.compare_digest(given.encode(), known.encode()):
        raise Forbidden("the form is not from this page, or is too old; open the page again")


class Audit:
    """A line of JSON for each attempt to write: who, what, and what became of it."""

    def __init__(self, file: Path) -> None:
        """Append to a file, which its owner alone reads."""
        self._file = file
        self._logger = logging.getLogger("rembug.audit")

    def note(self, action: str, target: str, error: RembugError | None, version: int) -> None:
        """Write one line."""
        who = caller()
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "request": g.get("request_id"),
            "caller": who.name,
            "role": who.role.name.lower(),
            "address": request.remote_addr,
            "action": action,
            "target": target,
            "outcome": type(error).__name__ if error else "done",
            "version": version,
        }
        try:
            self._file.touch(mode=0o600)
            with self._file.open("a", encoding="utf-8") as log:
                log.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as failure:
            self._logger.error("the audit log %s cannot be written: %s", self._file, failure)


def audit() -> Audit:
    """The audit log of the running application."""
    return cast(Audit, current_app.extensions["rembug"]["audit"])
