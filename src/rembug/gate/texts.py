"""Texts that people read: names that say something, and one spelling of languages and letters.

What can be put right without changing what is said is put right on the way in, and said: the tag of
a regional variety of the two languages (`@en-GB`) becomes that of the language, since a page is in
one of the two; letters that are written in parts become whole (Unicode NFC); signs that nobody sees
go from names, which would not be found by what they look like. The rest is refused.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rdflib import DCTERMS, RDFS, SKOS, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.gate.report import Result, Severity
from rembug.gate.statements import result
from rembug.graph import OBJECT, PREDICATE, SUBJECT, Triple
from rembug.sources import Place
from rembug.terms import SHAPES

NAMES: Final = frozenset(
    {RDFS.label, SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, DCTERMS.title}
)
"""The properties that say what something is called."""
TEXTS: Final = NAMES | {
    *(RDFS.comment, DCTERMS.description, SKOS.definition, SKOS.note, SKOS.scopeNote),
    *(SKOS.editorialNote, SKOS.example),
}
"""Those and the ones that say more of it, in words that are not quoted."""

# How the two languages are named otherwise (ISO 639-2 and -3, and 639-1 before 1989).
_ALIASES: Final[Mapping[str, str]] = {"id": "id", "in": "id", "ind": "id", "en": "en", "eng": "en"}
_IRI: Final = re.compile(r"((https?|ftp|urn|mailto|tag|doi):|www\.)\S+", re.IGNORECASE)
# Letters and signs that are drawn as nothing: fillers of Hangul, and Braille without a dot.
_BLANKS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# Signs within a name that are drawn as nothing and say nothing: marks of byte order, hints where a
# line may or may not end, operators of formulas, anchors of annotations (Unicode §23.2 to §23.8).
_UNSEEN: Final = re.compile(
    "[\u00ad\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]"
)
_LONGEST: Final = 10_000  # letters of a name, which pages and lists repeat
_JOINERS: Final = frozenset("\u200c\u200d")
_LINES: Final = frozenset("\t\n\v\f\r")
_ESCAPED: Final = re.compile("%[89A-Fa-f]")  # a byte of a letter that is not of ASCII
# What begins a direction of writing and what ends it (UAX #9 §2).
_EMBEDDINGS: Final = frozenset("\u202a\u202b\u202d\u202e")
_END_OF_EMBEDDING: Final = "\u202c"
_TURNS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ISOLATES: Final = frozenset("\u2066\u2067\u2068")
_END_OF_ISOLATE: Final = "\u2069"


def put_right(triple: Triple) -> Triple:
    """A statement as it is kept: its language tag and its letters in one spelling."""
    subject, predicate, value = triple
    if not isinstance(value, Literal):
        return triple
    language = _language(value.language) if value.language else None
    text = str(value)
    if predicate in TEXTS and not text.isascii():
        text = unicodedata.normalize("NFC", _seen(text) if predicate in NAMES else text)
    if language == value.language and text == str(value):
        return triple
    if language:
        return subject, predicate, Literal(text, lang=language)
    return subject, predicate, Literal(text, datatype=value.datatype)


def _seen(text: str) -> str:
    """A name without what nobody sees; a joiner stays after a letter of a script that needs it."""
    return _UNSEEN.sub(lambda found: found[0] if _joins(text, found.start()) else "", text)


def _joins(text: str, at: int) -> bool:
    if text[at] not in _JOINERS or not at:
        return False
    before = text[at - 1]
    plain = before.isascii() or unicodedata.name(before, "").startswith("LATIN")
    return not plain and unicodedata.category(before)[0] not in "ZC"


def notes(
    repaired: Iterable[tuple[Triple, Triple]], places: Mapping[Node, Place]
) -> Iterator[Result]:
    """What was put right.

    Args:
        repaired: statements as they were written, each with what is kept of it.
        places: where in its file each subject stands.
    """
    for before, after in repaired:
        old, new = before[OBJECT], after[OBJECT]
        assert isinstance(old, Literal) and isinstance(new, Literal)
        if old.language != new.language:
            messages = {
                "en": f"The language tag @{old.language} is kept as @{new.language}: pages are in "
                "Indonesian and in English, whichever their variety.",
                "id": f"Tag bahasa @{old.language} disimpan sebagai @{new.language}: halaman "
                "berbahasa Indonesia dan Inggris, apa pun ragamnya.",
            }
        elif before[PREDICATE] in NAMES and (left := str(old)) != _seen(left):
            signs = dict.fromkeys(f"U+{ord(sign):04X}" for sign in _UNSEEN.findall(left))
            told = ", ".join(signs)
            messages = {
                "en": f"Signs that nobody sees were left out of this name ({told}).",
                "id": f"Tanda yang tidak terlihat dihapus dari nama ini ({told}).",
            }
        else:
            messages = {
                "en": "Letters that were written in parts are kept whole (Unicode NFC).",
                "id": "Huruf yang ditulis terpisah-pisah disimpan utuh (Unicode NFC).",
            }
        yield result(before, SHAPES.Texts, messages, places, Severity.INFO)


def about_names(statements: Iterable[Triple], places: Mapping[Node, Place]) -> Iterator[Result]:
    """Names that say nothing, and texts that cannot be shown as they are.

    Args:
        statements: those that come.
        places: where in its file each subject stands.
    """
    seen = set[Node]()
    for triple in statements:
        value = triple[OBJECT]
        if triple[PREDICATE] in TEXTS and isinstance(value, Literal):
            messages = _wrong(str(value)) if triple[PREDICATE] in NAMES else _hidden(str(value))
            if messages is not None:
                yield result(triple, SHAPES.Texts, messages, places)
        elif triple[PREDICATE] in NAMES:
            yield result(triple, SHAPES.Texts, _NOT_TEXT, places)
        if triple[SUBJECT] not in seen:
            seen.add(subject := triple[SUBJECT])
            if isinstance(subject, URIRef) and _is_unreached(subject):
                yield result(triple, SHAPES.Texts, _NO_SLUG, places)
        for term in (triple[SUBJECT], value):
            if isinstance(term, URIRef) and not term.isascii() and _TURNS.search(term):
                yield result(triple, SHAPES.Texts, _TURNED_IRI, places)


def _wrong(text: str) -> Mapping[str, str] | None:
    if len(text) > _LONGEST:
        return {
            "en": f"This name has {len(text)} characters; write what people call it, in at most "
            f"{_LONGEST}, and put the text into dcterms:description.",
            "id": f"Nama ini sepanjang {len(text)} karakter; tuliskan sebutannya, paling banyak "
            f"{_LONGEST}, dan letakkan teksnya di dcterms:description.",
        }
    if text.isascii() and text.isprintable() and not text.isspace() and text:
        return _IS_IRI if _IRI.fullmatch(text.strip()) else None
    if not any(_is_seen(letter) for letter in text):
        return {
            "en": "This name has nothing in it that can be seen; write one, or leave it out.",
            "id": "Nama ini tidak berisi apa pun yang terlihat; tuliskan namanya, atau hapus.",
        }
    if (told := _hidden(text)) is not None:
        return told
    return _IS_IRI if _IRI.fullmatch(text.strip()) else None


_IS_IRI: Final[Mapping[str, str]] = {
    "en": "This name is an address; write what people call it, and put the address into "
    "rdfs:seeAlso.",
    "id": "Nama ini berupa alamat; tuliskan sebutannya, dan letakkan alamatnya di rdfs:seeAlso.",
}


_NOT_TEXT: Final[Mapping[str, str]] = {
    "en": "A name is text, and this is no text; write what people call it, and put an address into "
    "rdfs:seeAlso.",
    "id": "Nama berupa teks, sedangkan ini bukan teks; tuliskan sebutannya, dan letakkan alamat di "
    "rdfs:seeAlso.",
}
_NO_SLUG: Final[Mapping[str, str]] = {
    "en": "No page can be at this IRI: what comes after # is not sent by browsers, and letters "
    "such as ü are the same there as %C3%BC. Write its last part in a-z, 0-9 and -.",
    "id": "IRI ini tidak dapat memiliki halaman: yang ditulis setelah # tidak dikirim peramban, "
    "dan huruf seperti ü sama saja di sana dengan %C3%BC. Tulis bagian akhirnya dengan a-z, 0-9, "
    "dan -.",
}
_TURNED_IRI: Final[Mapping[str, str]] = {
    "en": "This IRI has a sign in it that turns the direction of writing, which no IRI may have "
    "(RFC 3987 §4.1); remove it.",
    "id": "IRI ini memuat tanda pembalik arah tulisan, yang tidak boleh ada dalam IRI "
    "(RFC 3987 §4.1); hapus.",
}


def _hidden(text: str) -> Mapping[str, str] | None:
    """What is wrong with a text that has something in it that nobody sees and that has effects."""
    if text.isascii() and text.isprintable():
        return None
    if bad := next((x for x in text if unicodedata.category(x) == "Cc" and x not in _LINES), None):
        return {
            "en": f"This text has the control character U+{ord(bad):04X} in it; remove it.",
            "id": f"Teks ini memuat karakter kendali U+{ord(bad):04X}; hapus.",
        }
    if (told := _no_text(text)) is not None:
        return told
    if _is_turned(text):
        return {
            "en": "This text turns the direction of writing and does not turn it back, so that "
            "what follows it on a page is turned too; end it by U+202C or U+2069, or remove it.",
            "id": "Teks ini membalik arah tulisan tanpa mengembalikannya, sehingga tulisan "
            "sesudahnya ikut terbalik; akhiri dengan U+202C atau U+2069, atau hapus.",
        }
    return None


def _no_text(text: str) -> Mapping[str, str] | None:
    """What is wrong with a text that has a noncharacter in it (Unicode §23.7)."""
    bad = None if text.isascii() else next((x for x in text if _is_noncharacter(ord(x))), None)
    if bad is None:
        return None
    return {
        "en": f"This text has U+{ord(bad):04X} in it, which is not a character; remove it, or save "
        "the text as UTF-8 again.",
        "id": f"Teks ini memuat U+{ord(bad):04X}, yang bukan karakter; hapus, atau simpan ulang "
        "teksnya sebagai UTF-8.",
    }


def _is_noncharacter(code: int) -> bool:
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _is_unreached(iri: URIRef) -> bool:
    """Whether no address of ours leads to a thing: browsers keep its fragment for themselves, and
    write letters as they are and letters that are escaped alike.
    """
    return iri.startswith(terms.ID) and (
        "#" in iri or (not iri.isascii() and _ESCAPED.search(iri) is not None)
    )


def _is_seen(letter: str) -> bool:
    """Whether a character is drawn by itself: no space, nothing invisible, no accent alone."""
    return unicodedata.category(letter)[0] not in "ZCM" and letter not in _BLANKS


def _is_turned(text: str) -> bool:
    """Whether a direction is begun and not ended (UAX #9 §2)."""
    open_ones: list[str] = []
    isolates = 0
    for letter in text:
        if letter in _ISOLATES or letter in _EMBEDDINGS:
            open_ones.append(letter)
            isolates += letter in _ISOLATES
        elif letter == _END_OF_ISOLATE and isolates:  # it ends what was begun inside it too (BD9)
            while open_ones.pop() not in _ISOLATES:
                pass
            isolates -= 1
        elif letter == _END_OF_EMBEDDING and open_ones and open_ones[-1] in _EMBEDDINGS:
            open_ones.pop()
    return bool(open_ones)


def _language(tag: str) -> str:
    """The tag of one of the two languages, or the tag as it is (BCP 47 §2.1)."""
    return _ALIASES.get(tag.partition("-")[0].lower(), tag)
