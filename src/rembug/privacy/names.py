"""Where a text names a person: by a form of address, by what the name is, and by what is around it.

A run of capitalised words is a name when enough speaks for it: a known given name, a Javanese
name's form, “menurut …”, “… mengatakan”, “ketuanya, …”. Words of agencies, places, laws and authors
(“Weber (1922)”) speak against it. The words are in `lexicon.toml`.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from importlib.resources import files
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*+|\d++|[^\w\s]")
# How many Javanese names begin and end; what else does is among the words that are none.
_JAVANESE: Final = re.compile(
    r"(?:Su|Har|Mar|Dar|Kar|Par|Sar|War|Wi|Was|Wak|Wag|Pur|Mul|Nga|Tu|Pon|Kas|Kus|Kis|Sis|Jum|Mis)"
    r"[a-z]{0,8}(?:ono|oyo|anto|arno|arso|arjo|adi|iman|arti|ini|inah|iyah|iyem|inem|wati|yati|asih|"
    r"ningsih|astuti|atun|atmi|andi|ardi|idi|ijo|ijan|iran|irah|isno|itro|ito|antoro|iasih|yem)"
)
# How names of persons end, whatever they begin with; it counts with something else alone.
_ENDED: Final = re.compile(
    r"[A-Z][a-z]{1,10}(?:wati|yanti|ningsih|ningrum|astuti|tari|arti|inem|iyem|ikem|irah|ijan|iono|iyono|"
    r"oyo|arso|arno|anto|isno|atno|itno|awan|aldi|andi|ardi|iani|ulloh|ullah|uddin|udin)"
)
# What is so formed is no name: “Kebudayaan”, “Perindustrian”.
_ABSTRACT: Final = re.compile(r"(?:ke|per|pem|pen|peng|peny)[a-z]{4,}an")
_PARTICLES: Final = frozenset({"bin", "binti", "van", "al", "el", "ibn"})
_AND: Final = frozenset({"dan", "and", "&", ",", "serta", "dengan"})
# An organisation's word in small letters before a name may own or give what is a person's.
_OWNED: Final = frozenset(
    (
        *("rumah", "suara", "bantuan", "surat", "usaha", "kegiatan", "rencana", "anggaran", "dana"),
        *("produk", "buku", "kredit", "bahan", "gambar", "nomor", "no", "house", "book", "letter"),
        *("tim", "panitia", "hari", "tahun", "bulan", "toko", "warung"),
    )
)
# Before a role where the language is English: “Village Head Wening”.
_HEADED: Final = frozenset(
    (
        *("village", "hamlet", "district", "subdistrict", "sub-district", "group", "school"),
        *("bank", "office", "agency", "section", "division", "cooperative"),
    )
)
_SHOPS: Final = frozenset({"toko", "warung"})
_GOVERNING: Final = frozenset(
    (
        *("lurah", "kades", "kadus", "camat", "bupati", "walikota", "gubernur"),
        *("regent", "mayor", "governor"),
    )
)
"""Who governs a place, which is named after them: “Bupati Magetan”, but “Bupati Suroto”."""
_SEATS: Final = frozenset({"desa", "dusun", "kelurahan", "dukuh"})  # “Kepala Desa Suroto”
_OFFICES: Final = _SEATS | {"dinas", "bidang", "seksi", "bagian", "sekolah", "kantor", "badan"}
_TITLES: Final = frozenset(
    {"dr", "drg", "prof", "ir", "drs", "dra", "kh", "kyai", "kiai", "h", "raden"}
)
_ARTICLES: Final = frozenset(["a", "an", "the", "seorang", "mantan", "former", "our", "para"])
_ADDRESSING: Final = frozenset(
    ("bapak", "bpk", "pak", "ibu", "bu", "mbak", "mbah", "mbok", "haji", "hajah", "pakde", "bude")
)
"""Forms of address that are hardly anything else in the IRI of a thing."""
_WHOSE: Final = frozenset({"my", "our", "his", "her", "their"})  # “my colleague Wening”
_OURS: Final = frozenset({"saya", "kami", "kita", "beliau"})  # “rekan saya Wening”
_SELF: Final = frozenset({"saya", "aku", "kami", "i", "we"})  # “saya, Wening, …”
_APPOSING: Final = frozenset({",", "(", "adalah", "ialah", "yaitu", "yakni", "is", "was"})
_QUOTES: Final = frozenset({'"', "”", "'", "’"})
_NUMERALS: Final = frozenset({"i", "ii", "iii", "1", "2", "3"})
_MOST_WORDS: Final = 5
_FAR: Final = 7  # tokens that what speaks for a name may be away
_ENOUGH: Final = 2


class _Token(NamedTuple):
    start: int
    end: int
    text: str
    low: str


@cache
def _lexicon() -> dict[str, frozenset[str]]:
    told = tomllib.loads((files("rembug.privacy") / "lexicon.toml").read_text(encoding="utf-8"))
    return {name: frozenset(words.lower().split()) for name, words in told.items()}


def persons(text: str) -> Iterator[tuple[int, int]]:
    """Where a text names persons: from and to which character, form of address included.

    Each word is looked at with a bounded number of those around it, so that the work grows as the
    text does.
    """
    return _Reading(text).persons()


def addressed(words: str) -> Iterator[tuple[int, int]]:
    """Where words in small letters, as of an IRI, address somebody by a name: “bu sulastri”."""
    reading = _Reading(words.title())
    for at in range(len(reading.tokens) - 1):
        if reading.tokens[at].low in _ADDRESSING and reading.is_given(at + 1):
            yield reading.tokens[at].start, reading.tokens[at + 1].end


def is_a_word(name: str) -> bool:
    """Whether a name in small letters is a word as well: “lestari”."""
    words = _lexicon()
    return any(name.lower() in words[w] for w in ("ambiguous", "institutions", "others", "roles"))


class _Reading:
    """A text in tokens, and what they are."""

    def __init__(self, text: str) -> None:
        self.text, self.words = text, _lexicon()
        self.tokens = [_token(found) for found in _TOKEN.finditer(text)]

    def persons(self) -> Iterator[tuple[int, int]]:
        at = 0
        while at < len(self.tokens):
            token = self.tokens[at]
            if not (token.text[0].isupper() or token.low in self.words["honorifics"]):
                at += 1
                continue
            if (addressed := self._addressed(at)) is not None:
                named, at = addressed
            else:
                named, at = self._run(at)
            if named is not None:
                yield self.tokens[named[0]].start, self.tokens[named[1] - 1].end

    def _addressed(self, at: int) -> tuple[tuple[int, int] | None, int] | None:
        """The name that begins with a form of address, and where to go on; None without one."""
        here, roles = at, False
        while self._is_honorific(here) or (here > at and self._is_role(here)):
            roles |= self._is_role(here)
            here += 1
            here += self._mark(here) == "."
            here += self._is_role(here - 1) and self._low(here) in _OFFICES
        if here == at:
            return None
        end = self._name_from(here, shouted=self.tokens[at].text.isupper(), roles=roles)
        titled = self.tokens[at].low in _TITLES  # “RSUD dr. Sayidiman”, but “Sentra Pak Fulan”
        if end == here or (titled and self._is_of_an_organisation(at)):
            return None, end
        return (at, end), end

    def _name_from(self, here: int, *, shouted: bool, roles: bool) -> int:
        """Where the name ends that begins here after a form of address."""
        end, known = here, self.words["names"] | self.words["ambiguous"]
        while end < len(self.tokens) and end - here < _MOST_WORDS and self._follows(end, here):
            token = self.tokens[end]
            initial = len(token.text) == 1 and self._mark(end + 1) == "."
            small = token.low in known if end == here else token.low in _PARTICLES
            capital = token.text[0].isupper() and not (token.text.isupper() and not shouted)
            if not (capital or initial or small) or self._is_no_person(token):
                break
            if shouted and end > here and token.low not in known:
                break
            if roles and end == here and not self.is_given(end):
                break  # “Pak Lurah Sidomukti” is of a place
            end += 2 if initial else 1
        return end

    def _run(self, at: int) -> tuple[tuple[int, int] | None, int]:
        """The capitalised words that begin here, if they name a person, and where to go on."""
        end = at
        while end < len(self.tokens) and self._follows(end, at) and self._is_capital(end):
            if end > at and self._is_honorific(end):
                break
            initial = len(self.tokens[end].text) == 1 and self._mark(end + 1) == "."
            end += 2 if initial else 1
            if self._is_particle(end):
                end += 1
        if end == at:
            return None, at + 1
        return self._judged(at, end), end

    def _judged(self, at: int, end: int) -> tuple[int, int] | None:
        """Where in some capitalised words a person is named."""
        opening, role = self._opens(at), False
        spoken = self._spoken()
        while at < end and opening and self.tokens[at].low in spoken | _AND:
            at, opening = at + 1, False
        if opening and at < end - 1 and self.tokens[at].low in _OWNED:
            sold = self.tokens[at].low in _SHOPS and at < end - 2  # “Toko Sinar Jaya”
            at, opening = at + (not sold), sold  # “Rumah Wening” where a sentence begins
        if at < end - 2 and self._low(at) in _HEADED and self._is_role(at + 1):
            at, opening, role = at + 2, False, True  # “Village Head Wening”
        while at < end and (self._is_role(at) or self.tokens[at].low in self.words["others"]):
            role |= self._is_role(at)
            at, opening = at + 1, False
            at += role and at < end - 1 and self._low(at) in _SEATS and self.is_given(at + 1)
        while at < end and self.tokens[end - 1].low in self.words["others"]:
            end -= 1
        words = [t for t in self.tokens[at:end] if t.text != "."]
        if not words or any(t.low in self.words["institutions"] for t in words):
            return None
        if self._is_of_an_organisation(at) or self._is_an_author(at, end):
            return None
        single = opening and len(words) == 1
        score = self._by_itself(words, single=single)
        if not score and (self._low(at - 1) in _GOVERNING or self._goes_on(at)):
            return None
        score += self._by_surroundings(at, end, words, single=single) + role
        if score < _ENOUGH:
            score += self._is_ended(words) + (single and self._has(end))
        return (at, end) if score >= _ENOUGH else None

    def _by_itself(self, words: Sequence[_Token], *, single: bool) -> int:
        """How much the words themselves speak for a name."""
        score = 0
        for token in words:
            if token.text.isupper() and len(token.text) < 4:
                continue
            if token.low in self.words["ambiguous"]:
                score += 1
            elif token.low in self.words["names"]:
                score += 2
            elif _JAVANESE.fullmatch(token.low.capitalize()) and not self._is_no_person(token):
                score += 1 if single else 2
        return score

    def _is_ended(self, words: Sequence[_Token]) -> bool:
        """Whether a word that is in no list ends as names do."""
        return any(
            _ENDED.fullmatch(t.text) and not self._is_no_person(t) and t.low not in self._spoken()
            for t in words
        )

    def _has(self, end: int) -> bool:
        """Whether something is somebody's: “Yanuarti's ledger”."""
        last = self.tokens[end - 1].end
        return self.text[last : last + 2] in ("'s", "’s")

    def _goes_on(self, at: int) -> bool:
        """Whether the name of an organisation goes on here: “Dinas Pariwisata dan Kebudayaan”."""
        if self._low(at - 1) not in ("dan", "and", "&"):
            return False
        for here in range(at - 2, max(at - 2 - _MOST_WORDS, -1), -1):
            if self._low(here) in self.words["institutions"]:
                return True
            if not self._is_capital(here):
                return False
        return False

    def _spoken(self) -> frozenset[str]:
        return self.words["openers"] | self.words["cues"] | self.words["verbs"]

    def _by_surroundings(self, at: int, end: int, words: Sequence[_Token], *, single: bool) -> int:
        """How much what is around the words speaks for a name, if they can be one."""
        if not any(t.text[1:].islower() and len(t.text) > 2 for t in words):
            return 0
        if any(not t.text[1:].islower() and len(t.text) > 1 for t in words):
            return 0  # acronyms, and names like McKay
        if any(_ABSTRACT.fullmatch(t.low) for t in words):
            return 0
        weak = 1 if single else 2
        before, two = self._low(at - 1), self._low(at - 2)
        cues, roles = self.words["cues"], self.words["roles"]
        numbered = two if two not in _NUMERALS else self._low(at - 3)  # “Bendahara II: …”
        labelled = before == ":" and (two in cues or numbered in roles)
        score = 0
        if before == "," and two in _SELF and self._low(end) in _AND:
            score += 2
        if before in cues or labelled or f"{two}-{before}" in self.words["phrases"]:
            score += 2
        elif before in _APPOSING:
            score += 2 * self._has_role(range(at - 2, at - 2 - _FAR, -1))
        elif before in self.words["roles"]:
            score += 1 + (before in self.words["kin"] or two in _WHOSE)
        elif before in _OURS and two in self.words["roles"] | self.words["kin"] | {
            "nama",
            "namanya",
        }:
            score += 2
        elif before in ("saya", "aku"):
            score += 1  # “saya Wening dari …”
        if self._low(end) in self.words["verbs"]:
            said = before in _QUOTES and two in (",", "!", "?")  # “Hujan,” Wening mengeluh
            score += 2 if said else weak
        elif self._mark(end) == ",":
            article = self._low(end + 1) in _ARTICLES
            score += weak * self._has_role(range(end + 1, end + 2 + article))
        return score

    def _is_an_author(self, at: int, end: int) -> bool:
        """Whether the words are cited, or stand for a theory: “teori Weber”, “Gash (2008)”."""
        works = self.words["works"]
        if self._low(at - 1) in works or self._low(end) in works:
            return True
        for here in range(end, min(end + _FAR, len(self.tokens))):
            token = self.tokens[here]
            if token.low in ("dkk", "et"):
                return token.low == "dkk" or self._low(here + 1) == "al"
            if token.text == "(" or (token.text == "," and self._low(here + 1).isdigit()):
                year = self._low(here + 1)
                return len(year) == 4 and year[:2] in ("18", "19", "20")
            if token.low not in _AND and not token.text[0].isupper():
                return False
        return False

    def _is_of_an_organisation(self, at: int) -> bool:
        """Whether what is before the words says that they name an organisation or a place."""
        for back in (1, 2):
            if at < back or not self._gap(at - back, at - back + 1):
                return False
            token = self.tokens[at - back]
            if token.low in self.words["institutions"]:
                owned = token.low in _OWNED and self._begins_small(at - back)
                return not owned
            headed = self._is_role(at - back) and self._low(at - back - 1) in _HEADED
            if not token.text[0].isupper() or headed:
                return False
        return False

    def _begins_small(self, at: int) -> bool:
        """Whether a word has a small letter first, or would if no sentence began with it."""
        return self.tokens[at].text[0].islower() or self._opens(at)

    @cached_property
    def _related(self) -> frozenset[str]:
        return self.words["roles"] | self.words["kin"]

    def _has_role(self, around: range) -> bool:
        for here in around:
            if here < 0 or here >= len(self.tokens) or self.tokens[here].text in ".,;!?":
                return False
            low = self.tokens[here].low
            if not {low, low.removesuffix("nya")}.isdisjoint(
                self.words["roles"] | self.words["kin"]
            ):
                return True
        return False

    def _is_no_person(self, token: _Token) -> bool:
        return any(token.low in self.words[w] for w in ("institutions", "others", "roles"))

    def is_given(self, at: int) -> bool:
        """Whether a word is a name that persons are given."""
        token = self.tokens[at]
        known = token.low in self.words["names"] or token.low in self.words["ambiguous"]
        in_a_place = self._low(at - 1) in _SEATS  # “Kepala Desa Sumberadi”
        return known or bool(not in_a_place and _JAVANESE.fullmatch(token.low.capitalize()))

    def _is_honorific(self, at: int) -> bool:
        if at >= len(self.tokens) or self.tokens[at].low not in self.words["honorifics"]:
            return False
        token = self.tokens[at]
        if len(token.text) == 1:
            return token.text == "H" and self._mark(at + 1) == "."
        return True

    def _is_role(self, at: int) -> bool:
        return at < len(self.tokens) and self.tokens[at].low in self.words["roles"]

    def _is_capital(self, at: int) -> bool:
        return self.tokens[at].text[0].isupper()

    def _is_particle(self, at: int) -> bool:
        inside = at + 1 < len(self.tokens) and self.tokens[at].low in _PARTICLES
        return inside and self._gap(at - 1, at) and self._is_capital(at + 1)

    def _follows(self, at: int, first: int) -> bool:
        """Whether a token stands with the one before it in one line, but for a blank."""
        return at == first or self._gap(at - 1, at)

    def _gap(self, one: int, two: int) -> bool:
        between = self.text[self.tokens[one].end : self.tokens[two].start]
        return (not between or between.isspace()) and "\n" not in between and len(between) < 4

    def _opens(self, at: int) -> bool:
        """Whether a sentence begins here."""
        return at == 0 or self.tokens[at - 1].text in '.!?:;"“”(—–-*•' or not self._gap(at - 1, at)

    def _mark(self, at: int) -> str:
        return self.tokens[at].text if at < len(self.tokens) else ""

    def _low(self, at: int) -> str:
        return self.tokens[at].low if 0 <= at < len(self.tokens) else ""


def _token(found: re.Match[str]) -> _Token:
    """A word without the English “’s” of whose it is."""
    word, end = found[0], found.end()
    if len(word) > 2 and word[-2] in "'’" and word[-1] in "sS":
        word, end = word[:-2], end - 2
    low = word.lower()
    if word[0].isupper():  # as names were spelled before 1947 and 1972, and often are
        for old, new in (("oe", "u"), ("dj", "j"), ("tj", "c")):
            low = low.replace(old, new)
    return _Token(found.start(), end, word, low)
