"""What the gate noted, or holds against a change, for people: each message once, with things."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import g

from rembug.gate import Report, Severity
from rembug.graph.readers.index.cards import Text
from rembug.web.context import texts
from rembug.web.links import href
from rembug.web.words import curie

# As `changes.commits` writes a note: how bad it is, in either language, of what, and the message.
_NOTE: Final = re.compile(r"(?P<severity>\w{1,20}): <(?P<about>[^<>]*)> (?P<message>.*)", re.DOTALL)
_SEVERITIES: Final = {
    severity.said(language): severity for severity in Severity for language in ("en", "id")
}


@dataclass(frozen=True)
class Noted:
    """A message with the things that it was noted of.

    Attributes:
        severity: `info`, `warning` or `violation`; empty where a note does not say.
        message: in the language of the page.
        things: each with what it is called, and where it is shown.
    """

    severity: str
    message: str
    things: Sequence[tuple[Text, str]]


def noted(notes: Iterable[str]) -> list[Noted]:
    """Gather notes by what they say, warnings first.

    Args:
        notes: as they are stored, in one language.
    """
    found: dict[tuple[int, str], list[str]] = {}
    for note in notes:
        match = _NOTE.fullmatch(note)
        severity = _SEVERITIES.get(match["severity"]) if match else None
        if match is None or severity is None:
            found.setdefault((0, note), [])
        else:
            found.setdefault((severity, match["message"]), []).append(match["about"])
    return _named(found)


def of_report(report: Report) -> list[Noted]:
    """The results of a verdict, those of one message together, in the language of the page."""
    found: dict[tuple[int, str], list[str]] = {}
    for result in report.results:
        message = result.messages.get(g.lang) or next(iter(result.messages.values()), "")
        about = found.setdefault((result.severity, message), [])
        if result.focus_node not in about:
            about.append(result.focus_node)
    return _named(found)


def _named(found: Mapping[tuple[int, str], Sequence[str]]) -> list[Noted]:
    about = {iri for iris in found.values() for iri in iris}
    names = texts(about)
    return [
        Noted(
            Severity(severity).name.lower() if severity else "",
            message,
            [(names.get(iri, (curie(iri), "")), href(iri)) for iri in iris],
        )
        for (severity, message), iris in sorted(found.items(), key=lambda one: -one[0][0])
    ]
