"""What properties say of things: for matching by them, and for filling in columns."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rembug import settings, terms
from rembug.catalogue import Catalogue
from rembug.errors import UnknownName
from rembug.graph import Rows, Term
from rembug.linking.questions import Property, Reference, Value
from rembug.linking.resemblance import compare, name
from rembug.terms import CG

Ask = Callable[[str], Rows]
"""Answers a SELECT query over what a reader may read."""

_QUERIES: Final = Catalogue.load(settings.queries_dir() / "reconcile")
_AT_ONCE: Final = 500  # things whose values are asked for by one query


@dataclass(frozen=True)
class Known:
    """A property that things are matched by and columns are filled from.

    Attributes:
        iri: its own.
        label: in the caller's language.
        classes: of the things that have it; none where nothing is said.
    """

    iri: str
    label: str
    classes: frozenset[str]


class Properties:
    """The properties of what one reader may read."""

    def __init__(self, ask: Ask, language: str) -> None:
        """Read by `ask`; names are shown in `language`."""
        self._ask, self._language = ask, language

    @cached_property
    def known(self) -> Mapping[str, Known]:
        """The properties that are known, by their IRIs."""
        labels: dict[str, dict[str, str]] = defaultdict(dict)
        classes: dict[str, set[str]] = defaultdict(set)
        for row in self._ask(_QUERIES["properties"].bind({})):
            iri, label = row["property"].value, row["label"]
            labels[iri].setdefault(label.language or "", label.value)
            if "class" in row:
                classes[iri].add(row["class"].value)
        return {
            iri: Known(
                iri,
                names.get(self._language) or next(iter(names.values())),
                frozenset(classes[iri]),
            )
            for iri, names in labels.items()
        }

    def of(
        self, things: Sequence[str], properties: Sequence[str]
    ) -> Mapping[tuple[str, str], Sequence[Term]]:
        """The values of properties of things, by both; of what may be read."""
        found: dict[tuple[str, str], list[Term]] = defaultdict(list)
        things = [thing for thing in things if terms.is_iri(thing)]
        # One property at a time: with several the engine looks through all that things say.
        for property_ in properties:
            for first in range(0, len(things), _AT_ONCE):
                some = " ".join(things[first : first + _AT_ONCE])
                for row in self._ask(
                    _QUERIES["values"].bind({"thing": some, "property": property_})
                ):
                    found[row["thing"].value, property_].append(row["value"])
        return found

    def said(self, dataset: str) -> frozenset[str]:
        """The properties of some records of a dataset, which is named by its IRI."""
        rows = self._ask(_QUERIES["said"].bind({"dataset": dataset}))
        return frozenset(row["property"].value for row in rows)

    def iri(self, given: str) -> str:
        """The IRI of a property that a program names by it, or with our prefix.

        Raises:
            UnknownName: there is none.
        """
        for iri in (given, terms.expanded(given), str(CG[given]) if given.isalnum() else ""):
            if iri in self.known:
                return iri
        raise UnknownName("property", given, [terms.curie(iri) for iri in self.known])

    def pointing(self, property_: str, others: Sequence[str]) -> list[str]:
        """Some of the things of which a property is one of some others."""
        bound = {"property": property_, "value": " ".join(others)}
        rows = self._ask(_QUERIES["pointing"].bind(bound)) if others else ()
        return [row["thing"].value for row in rows]

    def having(self, property_: str, text: str) -> list[str]:
        """Some of the things of which a property is a text, in no language or one of ours."""
        rows = self._ask(_QUERIES["having"].bind({"property": property_, "text": text}))
        return [row["thing"].value for row in rows]


@dataclass(frozen=True)
class Values:
    """What candidates have of properties, and the names of the things among that."""

    of: Mapping[tuple[str, str], Sequence[Term]]
    names: Mapping[str, Sequence[str]]

    def likeness(self, thing: str, given: Property) -> float | None:
        """How well a thing's values agree with those given; None where it has none."""
        terms_ = self.of.get((thing, given.iri), ())
        if not terms_ or not given.values:
            return None
        return max(self._like(term, value) for term in terms_ for value in given.values)

    def _like(self, term: Term, value: Value | Reference) -> float:
        if isinstance(value, Reference):
            return float(term.value == value.iri)
        if isinstance(value, bool):
            return float(term.value in (("true", "1") if value else ("false", "0")))
        if isinstance(value, int | float):
            return float(_number(term.value) == value)
        if term.value == value:
            return 1.0
        texts = self.names.get(term.value, ()) if term.kind == "uri" else (term.value,)
        return max((compare(name(value), name(text)).score for text in texts), default=0.0)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
