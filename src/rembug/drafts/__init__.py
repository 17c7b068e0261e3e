"""Holding a draft against the graph: is each sentence supported, contradicted, or not there?

A sentence is matched in two ways and no other. Either it is a finding's own statement, word for
word, or its exact denial; or it names one aspect by a name of the ontology and says how that stands
(“weak”) or whether it is there. Then stance, rating and evidence of the findings on it decide, of
those that are about what else the sentence names. A word that neither a name nor the finding
accounts for leaves the sentence undecided: what is not sure is not in the graph.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal, Protocol, get_args
from unicodedata import normalize

from rembug import terms
from rembug.drafts import matching
from rembug.drafts.matching import Match, beyond, denials, lexicon, matches, without_denials
from rembug.graph import Row, Rows
from rembug.graph.readers.index import Reading, words
from rembug.terms import SCHEME

Verdict = Literal["supported", "contradicted", "contested", "not in the graph"]

VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
LONGEST: Final = 20_000
"""Characters of a draft."""
_MOST_ROWS: Final = 2000  # as `statements.rq` gives at most
_END: Final = re.compile(r"(?<=[.!?])[”\"')\]]?\s+(?=\S)|\n+")
_WORD: Final = re.compile(r"[^\W_]+")
_ALL: Final = frozenset({1, 2, 3, 4, 5})
_GOOD, _BAD = frozenset({4, 5}), frozenset({1, 2})
_FOR, _AGAINST = (str(SCHEME[f"stance/{name}"]) for name in ("supports", "undermines"))
_FAVOURABLE: Final = str(SCHEME["polarity/favourable"])


class Asking(Protocol):
    """Asks a query of `queries/pages/` as far as the caller may read."""

    def __call__(self, query: str, real: bool = False, **values: str) -> Rows:
        """The solutions; `real` leaves out made-up studies where none is named."""


@dataclass
class Statement:
    """A finding with the evidence that can be shown."""

    iri: str
    study: str
    labels: dict[str, str] = field(default_factory=dict)
    stance: str = ""
    rating: int | None = None
    evidence: dict[tuple[str, str], str] = field(default_factory=dict)
    aspects: set[str] = field(default_factory=set)

    def bearing(self, *ways: str) -> list[tuple[str, str]]:
        """The evidence that bears on it in some ways: IRI and name."""
        return [(iri, name) for (iri, way), name in self.evidence.items() if way in ways]

    @property
    def holds(self) -> frozenset[bool]:
        """Whether its evidence says that it holds, that it does not, or both."""
        pro = self.bearing("supports", "qualifies")
        con = self.bearing("undermines", "qualifies")
        return frozenset(([True] if pro else []) + ([False] if con else []))


@dataclass(frozen=True)
class Judged:
    """A finding that was held against a sentence, with the reason."""

    statement: Statement
    why: str


@dataclass(frozen=True)
class Sentence:
    """A sentence of a draft with its verdict and what led to it."""

    text: str
    verdict: Verdict
    why: str
    matched: Sequence[Match]
    supported_by: Sequence[Judged] = ()
    contradicted_by: Sequence[Judged] = ()
    undecided: Sequence[Judged] = ()


def sentences(text: str) -> list[str]:
    """The sentences of a text, without what is empty."""
    parts = (part.strip(" \t\r-*•#>") for part in _END.split(normalize("NFC", text[:LONGEST])))
    return [part for part in parts if _WORD.search(part)]


def verify(
    found: Iterable[str], ask: Asking, index: Reading, language: str, study: str = "", *, real: bool
) -> list[Sentence]:
    """Hold sentences against the graph.

    Args:
        found: the sentences.
        ask: reads the graph as the caller may.
        index: of what the caller may read.
        language: of the reasons, `id` or `en`.
        study: the IRI of the only study that counts; empty for all.
        real: whether made-up studies count only where they are named.
    """
    return [_Judge(ask, index, language, study, real).judged(text) for text in found]


class _Judge:
    def __init__(self, ask: Asking, index: Reading, language: str, study: str, real: bool) -> None:
        self._ask, self._index, self._language = ask, index, language
        self._study, self._real = study, real
        self._cut = False
        """Whether there were more statements than were read."""

    def judged(self, text: str) -> Sentence:
        """A sentence with its verdict: by a finding's own words, or by an aspect that it names."""
        tokens = matching.tokens(text)
        agreeing = self._stating(text, tokens)
        same = list(self._same(agreeing))
        if same:
            return self._decided(text, (), same)
        if agreeing:  # what states it does not count here
            return self._not_there(text, (), "made_up" if self._real else "elsewhere")
        matched = matches(text, self._index, self._aspects, self._ratings)
        spans = [match for match in matched if match.role == "aspect"]
        claims = [match for match in matched if match.role in ("scale", "there")]
        if not spans:
            return self._not_there(text, matched, "no_aspect")
        if len(spans) > 1:
            return self._not_there(text, matched, "aspects")
        denied = denials(tokens, matched)
        if len(claims) != 1 or denied > 1:
            return self._not_there(text, matched, "no_claim")
        return self._on_aspect(text, tokens, matched, spans[0], claims[0], bool(denied))

    def _stating(self, text: str, tokens: Sequence[str]) -> dict[str, bool]:
        """The findings whose statement a sentence is, or denies: whether it affirms it."""
        hits = self._index.found(text, self._language, ["findings"], limit=20).groups
        wanted, said = without_denials(tokens)
        iris = []
        for hit in (hit for group in hits for hit in group.hits):
            for label, _ in hit.card.labels:
                plain, negators = without_denials(words.words(label))
                if plain == wanted and plain:
                    iris.append((hit.card.iri, (said - negators) % 2 == 0))
        return dict(iris)

    def _same(self, agreeing: Mapping[str, bool]) -> Iterator[tuple[bool | None, Judged]]:
        """Each of these findings that counts, and what its evidence says of the sentence."""
        for statement in self._statements(self._real, findings=list(agreeing)):
            affirmed = agreeing[statement.iri]
            why = self._why("same" if affirmed else "negated")
            if not statement.holds:
                yield None, Judged(statement, self._why("unbacked"))
            for holds in statement.holds:
                yield holds == affirmed, Judged(statement, why)

    def _on_aspect(
        self,
        text: str,
        tokens: Sequence[str],
        matched: Sequence[Match],
        aspect: Match,
        claim: Match,
        denied: bool,
    ) -> Sentence:
        things = [match for match in matched if match.role == "thing"]
        named = any(terms.kind_of(iri) == "study" for match in things for iri in match.iris)
        rows = self._statements(self._real and not named, aspects=list(aspect.iris))
        scopes = self._scopes([one.iri for one in rows])
        judged = []
        for statement in rows:
            about = scopes.get(statement.iri, {})
            if any(not set(match.iris) & set(about) for match in things):
                continue
            rest = beyond(tokens, matched, [*statement.labels.values(), *_names(about)])
            judged.append(self._weighed(statement, aspect, claim, denied, rest))
        if not any(agrees is not None for agrees, _ in judged) and self._cut:
            return self._not_there(text, matched, "many")
        if not judged:
            return self._not_there(text, matched, "none")
        return self._decided(text, matched, judged)

    def _weighed(
        self, statement: Statement, aspect: Match, claim: Match, denied: bool, rest: Sequence[str]
    ) -> tuple[bool | None, Judged]:
        """Whether a finding says what a sentence says of its aspect; None where it is not sure."""
        said = {"claim": f"¬ {claim.text}" if denied else claim.text, "aspect": aspect.text}
        if not statement.holds:
            return None, Judged(statement, self._why("unbacked"))
        if rest:
            return None, Judged(statement, self._why("beyond", words=", ".join(rest)))
        favourable = all(self._polarity.get(iri) == _FAVOURABLE for iri in statement.aspects)
        agrees = _agrees(statement, claim, denied, favourable)
        if agrees is None or statement.holds == {True, False}:
            return None, Judged(statement, self._why("near", **said))
        if statement.holds == {False}:  # what speaks against what a sentence says contradicts it
            if not agrees:
                return None, Judged(statement, self._why("near", **said))
            agrees = False
        return agrees, Judged(statement, self._why("scale" if agrees else "off_scale", **said))

    def _decided(
        self,
        text: str,
        matched: Sequence[Match],
        judged: Sequence[tuple[bool | None, Judged]],
    ) -> Sentence:
        pro, con, rest = (
            [one for agrees, one in judged if agrees is wanted] for wanted in (True, False, None)
        )
        verdict: Verdict = "contested" if pro and con else "supported" if pro else "contradicted"
        if not pro and not con:
            return self._not_there(text, matched, "undecided", rest)
        return Sentence(text, verdict, self._why("backed"), matched, pro, con, rest)

    def _not_there(
        self, text: str, matched: Sequence[Match], why: str, undecided: Sequence[Judged] = ()
    ) -> Sentence:
        return Sentence(text, "not in the graph", self._why(why), matched, undecided=undecided)

    def _why(self, key: str, **said: str) -> str:
        text: str = lexicon()["why"][key][self._language]
        return text.format(**said)

    def _statements(self, real: bool, **wanted: list[str]) -> list[Statement]:
        values = {name: " ".join(iris) for name, iris in wanted.items()}
        if not any(values.values()):
            return []
        found: dict[str, Statement] = {}
        rows = self._ask("statements", real and not self._study, study=self._study, **values)
        for row in rows:
            iri = str(row["findings"])
            one = found.setdefault(iri, Statement(iri, str(row["study"])))
            _take(one, row, self._language)
        self._cut = len(rows) >= _MOST_ROWS
        if self._cut:  # the last one may lack some of its evidence
            found.popitem()
        return list(found.values())

    def _scopes(self, findings: Sequence[str]) -> dict[str, dict[str, list[str]]]:
        """What each finding is about and lies in, with the names of each."""
        found: dict[str, dict[str, list[str]]] = {}
        if findings:
            for row in self._ask("scope-of-findings", findings=" ".join(findings)):
                names = found.setdefault(str(row["findings"]), {}).setdefault(str(row["thing"]), [])
                if "name" in row:
                    names.append(str(row["name"]))
        return found

    @cached_property
    def _aspects(self) -> Rows:
        return self._ask("aspect-names")

    @cached_property
    def _ratings(self) -> Rows:
        return self._ask("ratings")

    @cached_property
    def _polarity(self) -> dict[str, str]:
        return {str(row["aspect"]): str(row.get("polarity", "")) for row in self._aspects}


def _take(statement: Statement, row: Row, language: str) -> None:
    """Add what a row of `statements.rq` says of a finding."""
    statement.labels[row["label"].language or ""] = row["label"].value
    statement.stance = str(row.get("stance", statement.stance))
    statement.aspects.add(str(row["aspects"]))
    if "value" in row:
        statement.rating = round(float(str(row["value"])))
    if "evidence" in row:
        key = str(row["evidence"]), str(row["bearing"]).rpartition("#")[2]
        name = row.get("evidenceLabel")
        if name is not None and (name.language == language or key not in statement.evidence):
            statement.evidence[key] = name.value
        statement.evidence.setdefault(key, "")


def _agrees(statement: Statement, claim: Match, denied: bool, favourable: bool) -> bool | None:
    """Whether a finding says what a sentence claims of an aspect; None where it does not decide.

    A stance says whether an aspect is there, a rating how well things stand with it (`polarity`).
    A rating beside what the sentence says, by one place of the scale, decides only with the stance.
    """
    there = {_FOR: True, _AGAINST: False}.get(statement.stance)
    if claim.role == "there":
        return None if there is None else there == (claim.there != denied)
    claimed = _ALL - claim.places if denied else claim.places
    if not favourable:
        there = None
    if statement.rating is not None:
        said = frozenset({statement.rating})
    elif there is not None:
        said = _GOOD if there else _BAD
    else:
        return None
    opposed = (there is True and claimed <= _BAD) or (there is False and claimed <= _GOOD)
    if said <= claimed:
        return None if opposed else True
    distance = min(abs(one - other) for one in said for other in claimed)
    return False if distance > 1 or (distance and opposed) else None


def _names(about: Mapping[str, Sequence[str]]) -> list[str]:
    return [name for names in about.values() for name in names]
