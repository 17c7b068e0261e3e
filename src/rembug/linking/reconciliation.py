"""Cells of somebody's table matched with things of ours, as Reconciliation Service API 0.2 has it.

All is looked up in one reader's index at one version (`graph/readers/index`), and what properties
say is asked from the same reader's store: what a caller may not read is in neither.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import fmean
from typing import Final

from pyroaring import BitMap

from rembug import terms
from rembug.errors import BadParameter, RembugError, TooLong, UnknownName, Words
from rembug.graph.readers.index import Card, Reading
from rembug.graph.readers.index.postings import SOUND
from rembug.linking.properties import Ask, Properties, Values
from rembug.linking.questions import Property, Question, Reference, read_question
from rembug.linking.resemblance import (
    AHEAD,
    SURE,
    WORTH,
    Feature,
    Resemblance,
    likest,
    name,
    without_place,
)
from rembug.names import PLACES, Name, fold, is_generic, sound, told_kind
from rembug.terms import CG

CLASSES: Final = {
    "actors": str(CG.Actor),
    "programs": str(CG.Program),
    "policies": str(CG.Policy),
    "places": str(CG.Place),
    "collaborations": str(CG.Collaboration),
    "studies": str(CG.Study),
    "indicators": str(CG.Indicator),
    "elements": terms.PREFIXES["skos"] + "Concept",
    "findings": str(CG.Finding),
    "evidence": str(CG.Evidence),
    "reviews": str(CG.ReviewFinding),
    "sources": str(CG.Source),
    "datasets": str(CG.LinkedDataset),
    "records": str(CG.Record),
}
"""The lists of the index, by the class whose members are in each (`queries/index/kinds.rq`)."""
NAMED: Final = tuple(CLASSES)[:8]
"""Those whose things have names that tables have, too."""

FEATURES: Final = (
    *("whole", "telling", "sound", "part", "other_kind", "other_number", "place", "identifier"),
    *("code", "type", "property"),
)
"""What a score can be made of; `property` stands for one a property, with its name."""

_CANDIDATES: Final = 12  # looked at for a name
_WITH_VALUES: Final = 12  # of those, the ones whose properties are looked at, too
_OF_PROPERTIES: Final = 0.2
_OTHER_TYPE: Final = 0.1
_PATIENCE: Final = 20.0  # seconds for a batch
_NOTHING: Final = Resemblance(0.0, {})
_KINDS, _CODE = "kind", "code"


@dataclass(frozen=True)
class Candidate:
    """A thing that may be the one sought.

    Attributes:
        card: the thing.
        score: from 0 to 1.
        features: what went into the score, by name.
        match: whether it is sure: far ahead of every other, and almost the same.
    """

    card: Card
    score: float
    features: Mapping[str, Feature]
    match: bool = False


class Reconciliation:
    """Matching with what one reader may read, or with one dataset of that."""

    def __init__(
        self,
        index: Reading,
        ask: Ask,
        language: str = "id",
        dataset: str = "",
        patience: float = _PATIENCE,
    ) -> None:
        """Match at one version.

        Args:
            index: the reader's, for as long as it is read.
            ask: answers a SELECT query over what the reader may read.
            language: of the names that are shown.
            dataset: IRI of the only dataset whose things are looked at; empty for our own things.
            patience: seconds for a batch.

        Raises:
            UnknownName: nothing is in that dataset.
        """
        self._index, self._language = index, language
        self.properties = Properties(ask, language)
        """What properties say of things."""
        self._patience = patience
        self._places: dict[str, Sequence[str]] = {}
        self._place_words: dict[str, bool] = {}
        if dataset:
            self._all = index.having("dataset", dataset)
            if not self._all:
                known = [iri.rpartition("/")[2] for iri in index.values("dataset")]
                raise UnknownName("dataset", dataset.rpartition("/")[2], known)
        else:
            self._all = index.of_kinds(NAMED)
        self._dataset = dataset

    def answers(
        self, batch: Mapping[str, object]
    ) -> Mapping[str, Sequence[Candidate] | RembugError]:
        """The candidates for each query of a batch, best first, or what is wrong with it.

        Raises:
            StoreUnreachable, TooLong, Overloaded, …: the service failed; nothing is known of any.
        """
        until = time.monotonic() + self._patience
        read: dict[str, Question] = {}
        found: dict[str, list[Candidate]] = {}
        wrong: dict[str, RembugError] = {}
        for key, value in batch.items():
            if time.monotonic() > until:
                raise TooLong(
                    Words(
                        f"the batch took more than {self._patience:g} seconds; send smaller ones",
                        f"kelompok ini memerlukan lebih dari {self._patience:g} detik; kirim lebih "
                        "sedikit sekaligus",
                    )
                )
            try:
                question = read_question(value)
                within = self._within(question)
                properties = tuple(self._resolved(p) for p in question.properties)
                read[key] = Question(
                    question.text, question.types, question.strict, question.limit, properties
                )
                found[key] = self._candidates(read[key], within)
            except (BadParameter, UnknownName) as error:
                wrong[key] = error
        values = self._values(read, found)
        return {
            key: wrong[key] if key in wrong else self._ranked(read[key], found[key], values)
            for key in batch
        }

    def types(self) -> Mapping[str, str]:
        """The types that something may be of, with their names; the broadest first."""
        broad = {iri: self._index.of_kinds([kind]) for kind, iri in CLASSES.items()}
        narrow = {iri: self._index.having(_KINDS, iri) for iri in self._index.values(_KINDS)}
        everything = {**broad, **narrow}
        return self.names(iri for iri, of in everything.items() if not of.isdisjoint(self._all))

    def suggested(self, text: str, limit: int) -> list[Card]:
        """Things whose name begins with a text, or which it identifies."""
        found = {card.iri: card for card in self._exactly(text.strip(), self._all)}
        for typed in (text, fold(text)):  # “Disperindag” as it is written out
            for card in self._index.suggested(typed, "", self._language, limit, self._all):
                found.setdefault(card.iri, card)
            if found:
                break
        return list(found.values())[:limit]

    def thing(self, iri: str) -> Card:
        """A thing that may be read, of any kind; raises UnknownName if there is none."""
        found = self._index.cards_by_iri([iri], texts=True)
        if not found:
            raise UnknownName("thing", terms.curie(iri), ())
        return found[0]

    def types_of(self, card: Card) -> list[str]:
        """The identifiers of the types of a thing; the most telling first."""
        broad = [CLASSES[kind] for kind in card.kinds if kind in CLASSES]
        return list(dict.fromkeys((*card.facets.get(_KINDS, ()), *broad)))

    def names(self, iris: Iterable[str]) -> dict[str, str]:
        """Names of things in the caller's language; what has none is its own."""
        iris = list(iris)
        labels = self._index.labels(iris, self._language)
        return {iri: labels[iri][0] if iri in labels else terms.curie(iri) for iri in iris}

    def _within(self, question: Question) -> BitMap:
        """The things that are of the types that a question asks for."""
        if not question.types:
            return self._all
        sets = [self._of_type(given) for given in question.types]
        join = BitMap.intersection if question.strict == "all" else BitMap.union
        typed = join(*sets)
        if self._dataset:
            typed &= self._all
        return typed | self._all if question.strict == "should" else typed

    def _of_type(self, given: str) -> BitMap:
        iri = terms.expanded(given)
        for kind, class_ in CLASSES.items():
            if given == kind or iri == class_:
                return self._index.of_kinds([kind])
        if found := self._index.having(_KINDS, iri):
            return found
        known = self._index.labels([iri], self._language)
        if known:  # a class that nothing is of
            return BitMap()
        raise UnknownName("type", given, [*CLASSES, *map(terms.curie, self._index.values(_KINDS))])

    def _resolved(self, given: Property) -> Property:
        return Property(self.properties.iri(given.iri), given.values)

    def _candidates(self, question: Question, within: BitMap) -> list[Candidate]:
        if not question.text:
            return self._by_properties(question, within)
        found: dict[str, Candidate] = {}
        for card in self._exactly(question.text, within):
            feature = "identifier" if card.iri == question.text else "code"
            found[card.iri] = Candidate(card, 1.0, {feature: True})
        sought = name(question.text)
        alike = self._index.resembling(question.text, within, _CANDIDATES)
        scored = [(likest(sought, texts), thing) for thing, texts in alike.items()]
        scored = [(best, thing) for best, thing in scored if best.score >= WORTH]
        scored.sort(key=lambda one: (-one[0].score, one[1]))
        # Where one is sure already, those behind it matter no more than they are asked for.
        sure = scored and scored[0][0].score >= SURE and not question.properties
        some = scored[: max(2 if sure else _WITH_VALUES, question.limit)]
        kinds = "" if sure else self._kinds_in_place(sought)
        if kinds:
            known = {thing for _, thing in some}
            others = self._index.resembling(kinds, within, _CANDIDATES).keys() - known
            some += [(_NOTHING, thing) for thing in sorted(others)]
        cards = self._index.cards_of([thing for _, thing in some])
        for (best, _), card in zip(some, cards, strict=True):
            if card.iri not in found:
                if kinds and not card.facets.get("place"):  # the name may have the place, too
                    best = likest(name(kinds), [text for text, _ in card.labels])
                else:
                    best = self._without_place(sought, card, _NOTHING if kinds else best)
                found[card.iri] = Candidate(card, best.score, best.features)
        return _sorted(one for one in found.values() if one.score >= WORTH)

    def _kinds_in_place(self, sought: Name) -> str:
        """The words that say of which kind something is, of a name that else says where it is.

        “Dinas Koperasi Magetan”: what is in Magetan is told from others by those words alone.
        """
        words = sought.folded.split()
        kinds = [w for w in words if is_generic(w) and told_kind(w) not in PLACES]
        places = [word for word in words if not is_generic(word)]
        return " ".join(kinds) if places and all(map(self._is_in_place, places)) else ""

    def _is_in_place(self, word: str) -> bool:
        """Whether a word is in the name of a place."""
        if word not in self._place_words:
            things = self._index.posting(SOUND, sound(word))
            self._place_words[word] = not things.isdisjoint(self._index.of_kinds(["places"]))
        return self._place_words[word]

    def _without_place(self, sought: Name, card: Card, best: Resemblance) -> Resemblance:
        """How like a name is to that of a thing, if the place that the thing is in is left out."""
        places = chain.from_iterable(map(self._place_names, card.facets.get("place", ())))
        return without_place(sought, [text for text, _ in card.labels], places, best)

    def _place_names(self, place: str) -> Sequence[str]:
        """A place's names, remembered."""
        if place not in self._places:
            cards = self._index.cards_by_iri([place])
            self._places[place] = [text for card in cards for text, _ in card.labels]
        return self._places[place]

    def _exactly(self, text: str, within: BitMap) -> list[Card]:
        """The thing that has a text as its identifier, and those that have it as a code."""
        iri = terms.expanded(text)
        cards = self._index.cards_by_iri([iri], within) if terms.is_iri(iri) else []
        if any(char.isdigit() for char in text):
            things = self._index.having(_CODE, text) & within
            cards += self._index.cards_of(list(things[:_CANDIDATES]))
        return cards

    def _by_properties(self, question: Question, within: BitMap) -> list[Candidate]:
        """What has a value that a question gives, where it gives no name."""
        iris: dict[str, None] = {}
        for given in question.properties:
            for value in given.values:
                others = [value.iri] if isinstance(value, Reference) else self._meant(str(value))
                iris.update(dict.fromkeys(self.properties.pointing(given.iri, others)))
                if isinstance(value, str) and value:
                    iris.update(dict.fromkeys(self.properties.having(given.iri, value)))
        return [Candidate(card, 0.0, {}) for card in self._index.cards_by_iri(iris, within)]

    def _meant(self, text: str) -> list[str]:
        """The things that a name surely stands for."""
        sought = name(text)
        alike = self._index.resembling(text, None, _CANDIDATES)
        things = [thing for thing, texts in alike.items() if likest(sought, texts).score >= SURE]
        return [card.iri for card in self._index.cards_of(things)]

    def _values(
        self, read: Mapping[str, Question], found: Mapping[str, Sequence[Candidate]]
    ) -> Values:
        """The values of all candidates of a batch, asked for together."""
        things: dict[str, None] = {}
        properties: dict[str, None] = {}
        for key, question in read.items():
            if question.properties and key in found:
                things.update((one.card.iri, None) for one in found[key])
                properties.update((one.iri, None) for one in question.properties)
        values = self.properties.of(list(things), list(properties))
        iris = {term.value for some in values.values() for term in some if term.kind == "uri"}
        cards = self._index.cards_by_iri(iris)
        return Values(values, {card.iri: [text for text, _ in card.labels] for card in cards})

    def _ranked(
        self, question: Question, found: Sequence[Candidate], values: Values
    ) -> Sequence[Candidate]:
        """Candidates with what their properties and types add, and with the decision."""
        judged = [self._judged(question, one, values) for one in found]
        judged = [one for one in _sorted(judged) if one.score >= WORTH]
        if judged:
            first = judged[0]
            lead = first.score - (judged[1].score if len(judged) > 1 else 0.0)
            other = any(first.features.get(name) for name in ("other_kind", "other_number"))
            sure = first.score >= SURE and lead >= AHEAD and not other
            judged[0] = Candidate(first.card, first.score, first.features, sure)
        return judged[: question.limit]

    def _judged(self, question: Question, one: Candidate, values: Values) -> Candidate:
        features, score = dict(one.features), one.score
        said = []
        for given in question.properties:
            likeness = values.likeness(one.card.iri, given)
            if likeness is not None:
                said.append(likeness)
                features[f"property {terms.curie(given.iri)}"] = round(likeness, 3)
        if said and question.text:
            score = (1 - _OF_PROPERTIES) * score + _OF_PROPERTIES * fmean(said)
        elif said:
            score = fmean(said)
        if question.types:
            iris = {*map(terms.expanded, question.types)}
            kinds = set(question.types).intersection(one.card.kinds)
            features["type"] = bool(kinds) or not iris.isdisjoint(self.types_of(one.card))
            if not features["type"]:
                score -= _OTHER_TYPE
        return Candidate(one.card, round(max(0.0, score), 4), features)


def _sorted(found: Iterable[Candidate]) -> list[Candidate]:
    return sorted(found, key=lambda one: (-one.score, one.card.iri))
