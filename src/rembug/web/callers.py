"""Who is asking: a bearer token, a session that a token was signed in with, or the public.

The cookie holds a random id. Of one who is signed in the server knows it; anybody's goes with the
forms that they are shown, so that a form of somebody else's page is told from ours.
"""

import re
import secrets
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from typing import Any, Final, cast
from urllib.parse import unquote

from flask import Flask, Response, current_app, g, request
from werkzeug.http import parse_cookie

from rembug import gate, terms
from rembug.errors import Forbidden, RembugError, TooMany, Unauthorized, Words
from rembug.graph import Asker, Confined, Place, Reads, Role, asked_by
from rembug.tokens import Sessions, Token, Tokens, role_of
from rembug.tokens.audit import Audit
from rembug.tokens.sessions import LASTS

_PATIENCE: Final = 5  # seconds that a page waits for each of its parts
# Writers take turns, and each that waits for one holds a thread.
_WRITES_EACH, _WRITES = 16, 48
_TURN: Final = threading.Lock()
_LONGEST_PATH: Final = 500  # characters, in the audit log
_COOKIE: Final = "__Host-rembug"
_ID: Final = re.compile(r"[\w-]{43}", re.ASCII)


@dataclass(frozen=True)
class Caller:
    """Who asks, by the token's name; the public has none.

    Attributes:
        name: the token's.
        role: what they may do.
        studies: the slugs of those for which they may do it; none for all.
        by_session: whether they are signed in, and send no token.
    """

    name: str
    role: Role
    studies: frozenset[str] = frozenset()
    by_session: bool = False

    @property
    def reads(self) -> Reads:
        """What they may read."""
        confined = self.studies and self.role >= Role.RESEARCHER
        return Confined(self.role, self.studies) if confined else self.role

    def may_write(self, study: str | None) -> bool:
        """Whether they may write what belongs to a study; None for what belongs to none."""
        return not self.studies or study in self.studies


PUBLIC: Final = Caller("", Role.PUBLIC)


def tokens() -> Tokens:
    """The tokens of the running application."""
    return cast(Tokens, current_app.extensions["rembug"]["tokens"])


def _sessions(app: Flask) -> Sessions:
    return cast(Sessions, app.extensions["rembug"]["sessions"])


def identify() -> None:
    """Find out who asks, before anything else.

    Raises:
        Unauthorized: there is a token, and nobody has it.
    """
    g.caller = PUBLIC
    headers = request.headers
    g.caller = identified(current_app, headers.get("Authorization"), headers.get("Cookie"))
    asked_by(asker().name)


def identified(app: Flask, authorization: str | None, cookie: str | None) -> Caller:
    """Who sends a request with these headers.

    Raises:
        Unauthorized: there is a token, and nobody has it.
    """
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        known = cast(Tokens, app.extensions["rembug"]["tokens"])
        found = known.find(token.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise Unauthorized(
                Words(
                    "this token is not known; send one as “Authorization: Bearer …”, as "
                    "`rembug token create` makes it",
                    "token ini tidak dikenal; kirim sebagai "
                    "“Authorization: Bearer …”, seperti yang "
                    "dibuat `rembug token create`",
                )
            )
        return _of(found)
    found = _sessions(app).find(visitor) if (visitor := _visitor(cookie)) else None
    return PUBLIC if found is None else replace(_of(found), by_session=True)


def _of(token: Token) -> Caller:
    return Caller(token.name, role_of(token), frozenset(token.studies))


def _visitor(cookie: str | None) -> str:
    """The id in a Cookie header; nothing where there is none, or none of ours."""
    given = parse_cookie(cookie).get(_COOKIE, "") if cookie else ""
    return given if _ID.fullmatch(given) else ""


def caller() -> Caller:
    """Who asks."""
    return cast(Caller, g.get("caller", PUBLIC))


def role() -> Reads:
    """What the one who asks may read."""
    return caller().reads


def asker() -> Asker:
    """Who asks, for the queue of the workers; an address is a name as well."""
    return asker_of(request.environ, caller().name)


def asker_of(environ: Mapping[str, Any], name: str = "") -> Asker:
    """The same, by a WSGI environment and the name of a token."""
    gone = environ.get("waitress.client_disconnected", lambda: False)
    return Asker(name or environ.get("REMOTE_ADDR") or "someone", gone)


def reader() -> Asker:
    """Who asks for a page: its parts have places apart from the caller's own queries."""
    who = asker()
    return Asker(f"pages of {who.name}", who.gone, _PATIENCE, Place.PAGE)


def probe() -> Asker:
    """Who asks whether the service answers."""
    return Asker(seconds=_PATIENCE, place=Place.PROBE)


def require(
    needed: Role, *, form: bool = False, studies: Iterable[str | None] | None = None
) -> Caller:
    """Who asks, if they may write as this role does.

    A session is good for reading, and for the forms that carry our key: else what writes is a
    program with its token, so that no page of somebody else's can write in the name of one who is
    signed in.

    Args:
        needed: the least role.
        form: whether the request is a form of ours, which a session is good for.
        studies: the slugs of those that are written to, None among them for what belongs to none;
            without them everything may be.

    Raises:
        Unauthorized: there is no token.
        Forbidden: the token's role is a lower one, it is good for other studies alone, or the form
            is not from a page of ours.
    """
    who = caller()
    if who.by_session and form:
        check_form()
    elif who is PUBLIC or who.by_session:
        raise Unauthorized(
            Words(
                f"this needs a token of the role {needed.name.lower()}: send it as "
                "“Authorization: Bearer …”",
                f"ini memerlukan token dengan peran {needed.name.lower()}: kirim sebagai "
                "“Authorization: Bearer …”",
            )
        )
    if who.role < needed:
        has, needs = who.role.name.lower(), needed.name.lower()
        raise Forbidden(
            Words(
                f"the token {who.name} has the role {has}, and this needs {needs}",
                f"token {who.name} berperan {has}, sedangkan ini memerlukan peran {needs}",
            )
        )
    if not all(map(who.may_write, [None] if studies is None else studies)):
        good = ", ".join(sorted(who.studies))
        raise Forbidden(
            Words(
                f"the token {who.name} is good only for {good}, and this writes what belongs to "
                "another study or to none",
                f"token {who.name} hanya berlaku untuk {good}, sedangkan yang ditulis ini milik "
                "studi lain atau bukan milik studi mana pun",
            )
        )
    _begin_writing(who)
    return who


def _begin_writing(who: Caller) -> None:
    """Count the request under way as one that writes; raises TooMany."""
    if "writing" in g:
        return
    _try_the_gate()
    writing = cast(Counter[str], current_app.extensions["rembug"]["writing"])
    with _TURN:
        if writing[who.name] >= _WRITES_EACH or writing.total() >= _WRITES:
            raise TooMany(
                Words(
                    f"{writing[who.name]} writes of this client are under way, {writing.total()} "
                    "of all; they take turns. Send one when another is answered",
                    f"{writing[who.name]} penulisan dari klien ini sedang berjalan, semuanya "
                    f"{writing.total()}; penulisan berlangsung bergiliran. Kirim lagi setelah ada "
                    "yang selesai",
                )
            )
        writing[who.name] += 1
        g.writing = who.name


@cache
def _try_the_gate() -> None:
    """Before the first write, since who only reads need not wait; raises as `gate.prepare` does."""
    gate.prepare()


def end_writing(_: BaseException | None = None) -> None:
    """The request under way has ended, whether it wrote or not."""
    if "writing" in g:
        with _TURN:
            writing = cast(Counter[str], current_app.extensions["rembug"]["writing"])
            writing[g.pop("writing")] -= 1


def require_graphs(graphs: Iterable[str]) -> Caller:
    """A curator who may write to these graphs; raises as `require` does."""
    owners = (terms.submission_of(graph) for graph in graphs)
    return require(Role.CURATOR, studies=[owner and unquote(owner) for owner in owners])


def sign_in(token: Token) -> None:
    """Remember who asks, under an id that nobody had before."""
    g.cookie = _sessions(current_app).begin(token), LASTS


def sign_out() -> None:
    """Forget who asks: the cookie is worth nothing from now on, whoever has it."""
    _sessions(current_app).end(_visitor(request.headers.get("Cookie")))
    g.cookie = "", 0


def form_key() -> str:
    """What a form of ours carries, so that nobody else's can stand in for it."""
    visitor = _visitor(request.headers.get("Cookie"))
    if not visitor:
        if "cookie" not in g:
            g.cookie = secrets.token_urlsafe(32), None  # for as long as the browser is open
        visitor = g.cookie[0]
    return _key_of(visitor)


def _key_of(visitor: str) -> str:
    return blake2b(visitor.encode(), digest_size=24, person=b"rembug form").hexdigest()


def give_cookie(response: Response) -> None:
    """Give the browser its id, if it gets one."""
    if "cookie" in g:
        value, lasts = g.cookie
        response.set_cookie(
            _COOKIE, value, lasts, path="/", secure=True, httponly=True, samesite="Strict"
        )


def check_form() -> None:
    """Refuse a form that is not from a page of ours.

    Raises:
        Forbidden: it lacks the key that the page was given.
    """
    given, visitor = request.form.get("key", ""), _visitor(request.headers.get("Cookie"))
    if not visitor or not secrets.compare_digest(given.encode(), _key_of(visitor).encode()):
        raise Forbidden(
            Words(
                "the form is not from this page, or is too old; open the page again",
                "formulir ini bukan dari halaman ini, atau sudah kedaluwarsa; buka lagi halamannya",
            )
        )


def note(
    action: str,
    target: str,
    outcome: RembugError | str | None,
    version: int,
    *,
    bounded: bool = False,
) -> None:
    """Write a line into the audit log about the request under way.

    Args:
        action: what was tried.
        target: on what; no words of a query or a file.
        outcome: what went wrong, or another word than `done` for what became of it.
        version: of the graph.
        bounded: whether anybody can cause as many such lines as they like.
    """
    who = caller()
    told = type(outcome).__name__ if isinstance(outcome, RembugError) else outcome or "done"
    g.noted = True
    line = {
        "request": g.get("request_id"),
        "caller": who.name,
        "role": who.role.name.lower(),
        "address": request.remote_addr,
        "action": action,
        "target": target,
        "outcome": told,
        "version": version,
    }
    if who.role >= Role.RESEARCHER:
        line["studies"] = sorted(who.studies) or "all"
    cast(Audit, current_app.extensions["rembug"]["audit"]).note(line, bounded=bounded)


def note_reading(status: int, version: int) -> None:
    """Note that the request under way read what may be restricted, or was refused."""
    if g.get("noted", False):
        return
    if status in (401, 403):
        target = f"{request.method} {request.path[:_LONGEST_PATH]}"
        note("refused", target, str(status), version, bounded=caller() is PUBLIC)
    elif caller().role >= Role.RESEARCHER and status < 400:
        graphs = [graph for graph in request.args.getlist("graph") if terms.is_restricted(graph)]
        note("read", " ".join((request.path, *graphs)), None, version)
