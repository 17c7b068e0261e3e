"""What things are called that a cell of a table names: in the store, and in the files beside it."""

import hmac
import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

from rapidfuzz import fuzz, process
from rdflib import QB, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import Words
from rembug.sources.columns import TABLES
from rembug.sources.vocabulary import classes
from rembug.terms import CG

CLASSES: Final[Mapping[str, URIRef]] = {
    "actor": CG.Actor,
    "program": CG.Program,
    "policy": CG.Policy,
    "place": CG.Place,
    "collaboration": CG.Collaboration,
    "target-group": CG.TargetGroup,
    "indicator": CG.Indicator,
    "source": CG.Source,
    "unit": CG.unit,
    "cube": QB.DataSet,
}
"""The kinds of things that have a name of their own, as a column has them, with their classes.

Units have none; they are what `cg:unit` leads to.
"""

KLASSES: Final[Mapping[str, URIRef]] = {
    **{t.kind: t.klass for t in TABLES.values()},
    **CLASSES,
}
"""The same with the kinds that are called by what they say, such as findings and evidence."""

_LABELS: Final = (RDFS.label, SKOS.prefLabel, SKOS.altLabel, CG.pseudonym)
PSEUDONYM: Final = re.compile(r"(?:Coder|Pengode) ([0-9a-f]{4,6})")
"""What a coder is called whom Rembug gave a name, now or before."""

_DIGITS: Final = 6  # of a pseudonym, hexadecimal
_HERE: Final = secrets.token_bytes(32)
_NEAR: Final = 70  # of 100
_LONGEST: Final = 200  # characters, whose square comparing costs
_PARTLY: Final = 0.9
_PART: Final = 6  # letters; shorter ones are a part of anything
_TOLD: Final = 80  # characters of a name that is told
_COMPARED: Final = 200  # names that are compared in every way


class Name(NamedTuple):
    """What a thing is called, in one language; `klass` is one that it is of, of several."""

    thing: URIRef
    klass: URIRef
    label: str
    language: str = ""


class Shown(NamedTuple):
    """What a thing is shown as in a language."""

    thing: URIRef
    language: str
    label: str


@dataclass
class _Known:
    """The names of a study: folded label, or IRI, to what has it."""

    things: dict[str, dict[URIRef, set[URIRef]]] = field(default_factory=lambda: defaultdict(dict))
    labels: dict[URIRef, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def learn(self, name: Name) -> None:
        for key in (terms.slug(name.label), name.thing.rpartition("/")[2], str(name.thing)):
            self.things[key].setdefault(name.thing, set()).add(name.klass)
        self.labels[name.thing].setdefault(name.language, name.label)

    def label(self, thing: URIRef, language: str) -> str:
        """What a thing is called in a language, else in none, else in another."""
        called = self.labels[thing]
        return called.get(language) or called.get("") or next(iter(called.values()))


def _keyed_here(*parts: str) -> str:
    return hmac.new(_HERE, "\n".join(parts).encode(), "sha256").hexdigest()


class Names:
    """Things by what they are called.

    A name is compared as a slug is made: small letters, without accents and signs.
    """

    def __init__(
        self,
        asked: Callable[[str], Iterable[Name]] = lambda _: (),
        keyed: Callable[..., str] = _keyed_here,
        shown: Callable[[str], Iterable[Shown]] = lambda _: (),
        there: Callable[[URIRef], bool] = lambda _: False,
        stated: Callable[[str], Iterable[Name]] = lambda _: (),
    ) -> None:
        """Begin with the names that a store has.

        Args:
            asked: gives a study's, by its slug; asked once, when the first is needed.
            keyed: the digest of some texts under the store's secret; by default under one that
                ends with the process.
            shown: gives what the codes and sources of a study are shown as, by its slug; asked
                once, when the first is needed.
            there: whether a store has a thing, also one without a name; asked of the study's own.
            stated: gives what is called by what it says, such as evidence, of a study by its slug;
                there is much of it, so it is asked once a cell gives no code.
        """
        self._asked, self._keyed, self._asked_shown = asked, keyed, shown
        self._asked_stated = stated
        self._there = there
        self._beside: list[Graph] = []
        self._studies: dict[str, _Known] = {}
        self._stated: dict[str, _Known] = {}
        self._shown: dict[str, dict[tuple[Node, str], str]] = {}

    def pseudonym(self, study: str, name: str) -> str:
        """What a coder of a study is called in public whom the codebook calls nothing.

        It is the same in every file, and not to be had from the name without the store's secret.
        Who has a pseudonym already, since Rembug wrote the file, keeps it.
        """
        if kept := PSEUDONYM.fullmatch(name):
            return kept[1]
        return self._keyed("coder", study, name)[:_DIGITS]

    def learn(self, graph: Graph) -> None:
        """Take in what a file calls its things; again, where it calls more by now."""
        if not any(graph is one for one in self._beside):
            self._beside.append(graph)
        for known in (*self._studies.values(), *self._stated.values()):
            for name in _names(graph):
                known.learn(name)

    def shown(self, study: str, thing: URIRef, label: Literal) -> Literal:
        """What a code or a source is shown as in the language of a label that it is to have.

        That is what another file of the study calls it already, or else the label itself: a thing
        has one name in each language (SKOS S14), and what two projects share may be spelt in two
        ways.
        """
        if (known := self._shown.get(study)) is None:
            told = self._asked_shown(study)
            known = self._shown[study] = {(it.thing, it.language): it.label for it in told}
        for graph in self._beside:
            for predicate in (SKOS.prefLabel, RDFS.label):
                for other in graph.objects(thing, predicate):
                    if isinstance(other, Literal):
                        known.setdefault((thing, other.language or ""), str(other))
        told_before = known.get((thing, label.language or ""))
        return label if told_before is None else Literal(told_before, lang=label.language)

    def find(self, study: str, kinds: Collection[str], text: str) -> list[URIRef]:
        """The things of some kinds whose name is a text, or whose IRI; sorted."""
        known = self._having(study, kinds).things
        found = known.get(text) or known.get(terms.slug(text), {})
        return sorted(thing for thing, of in found.items() if _fits(thing, of, kinds))

    def others(
        self, study: str, kinds: Mapping[str, URIRef], wanted: URIRef
    ) -> list[tuple[URIRef, URIRef]]:
        """What has the code of a thing that is not there, and is of another kind; with its class.

        Args:
            study: slug of the study.
            kinds: of which the thing is to be, with their classes.
            wanted: the thing; where it is there and of no such kind, it is the other itself.
        """
        below = frozenset[URIRef]().union(*map(_below, kinds.values()))
        known, named = self._of(study).things, wanted.rpartition("/")[2]
        if of := known.get(str(wanted), {}).get(wanted):
            fits = terms.kind_of(wanted) in kinds or not below.isdisjoint(of)
            return [] if fits else [(wanted, min(of))]
        some = {t: of for t, of in known.get(named, {}).items() if t.rpartition("/")[2] == named}
        if (
            not some
            or any(not below.isdisjoint(of) for of in some.values())
            or terms.kind_of(wanted) not in kinds
            or terms.study_of(wanted) != study
            or self._there(wanted)
        ):
            return []
        return [(thing, min(some[thing])) for thing in sorted(some)]

    def near(self, study: str, kinds: Collection[str], text: str) -> Words:
        """What of some kinds is called most like a text: its names, each with its code in brackets.

        Empty where there is nothing of these kinds.
        """
        known = self._having(study, kinds)
        fitting = {
            key: thing
            for key, found in known.things.items()
            for thing, of in found.items()
            if key != str(thing) and _fits(thing, of, kinds)
        }
        wanted = terms.slug(text)[:_LONGEST]
        if len(fitting) > _COMPARED:
            some = process.extract(wanted, list(fitting), scorer=fuzz.token_ratio, limit=_COMPARED)
            fitting = {key: fitting[key] for key, _, _ in some}
        alike = {key: _alike(wanted, key) for key in fitting}
        like = any(score >= _NEAR for score in alike.values())
        order = sorted(fitting, key=lambda key: (-alike[key], key))
        shown = list(dict.fromkeys(fitting[key] for key in order))[: 3 if like else 5]
        en, id_ = (
            ", ".join(
                f"{_cut(known.label(thing, language))} ({code(study, thing)})" for thing in shown
            )
            for language in ("en", "id")
        )
        return Words(en, id_)

    def _of(self, study: str) -> _Known:
        if (known := self._studies.get(study)) is None:
            known = self._studies[study] = self._known(self._asked(study))
        return known

    def _having(self, study: str, kinds: Collection[str]) -> _Known:
        """The names among which those of some kinds are."""
        if not CLASSES.keys().isdisjoint(kinds):
            return self._of(study)
        if (known := self._stated.get(study)) is None:
            known = self._stated[study] = self._known(self._asked_stated(study))
        return known

    def _known(self, stored: Iterable[Name]) -> _Known:
        known = _Known()
        for name in chain(chain.from_iterable(map(_names, self._beside)), stored):
            known.learn(name)
        return known


def code(study: str, thing: URIRef) -> str:
    """A thing as a cell writes it: the kind and the code, `actor/dinas-x`; else its IRI."""
    return thing.removeprefix(f"{terms.ID}{study}/")


def _cut(label: str) -> str:
    return label if len(label) <= _TOLD else label[: _TOLD - 1].rstrip() + "…"


def _alike(one: str, other: str) -> float:
    """How alike two folded names are, of 100: as a whole, or one as a part of the other.

    People write the beginning of a long name, or what matters in it.
    """
    whole = fuzz.ratio(one, other)
    if min(len(one), len(other)) < _PART:
        return max(whole, _PARTLY * 100) if one and one in other.split("-") else whole
    some, others = one.replace("-", " "), other.replace("-", " ")
    return max(
        whole,
        _PARTLY * fuzz.partial_ratio(some, others),
        _PARTLY * fuzz.token_set_ratio(some, others),
    )


def _names(graph: Graph) -> Iterable[Name]:
    for predicate in _LABELS:
        for thing, label in graph.subject_objects(predicate):
            if not isinstance(thing, URIRef) or not isinstance(label, Literal):
                continue
            for klass in graph.objects(thing, RDF.type):
                if isinstance(klass, URIRef):
                    yield Name(thing, klass, str(label), label.language or "")


def _fits(thing: URIRef, of: Collection[URIRef], kinds: Collection[str]) -> bool:
    """Whether a thing is of one of some kinds: by what it is, or by its IRI."""
    return any(
        terms.kind_of(thing) == kind or not _below(KLASSES[kind]).isdisjoint(of) for kind in kinds
    )


def _below(klass: URIRef) -> set[URIRef]:
    """A class and those below it."""
    return {klass, *classes(klass).values()}
