"""What a cell refers to: its codes taken apart, and a code made the IRI of a thing."""

import re
from typing import Final

from rdflib import URIRef

from rembug import terms
from rembug.errors import Words
from rembug.sources import cells
from rembug.sources.cells import NotRead
from rembug.sources.columns import MAKE, Column
from rembug.sources.names import CLASSES, KLASSES, Names, code
from rembug.sources.vocabulary import class_label

ABOUT: Final = tuple(kind for kind in CLASSES if kind not in ("source", "unit", "cube"))
"""The kinds of what a finding may be about."""

_BETWEEN: Final = re.compile(r"[;\r\n]")
_OR_BARS: Final = re.compile(r"[;|\r\n]")
_UNREAD: Final = re.compile(r"[\s&+]+")  # between codes, as some write them
_ADDRESS: Final = ("http://", "https://", "/page/")


def parts(column: Column, text: str, *, make: bool) -> list[str]:
    """The values in a cell, between semicolons, line breaks or bars; codes also between commas.

    Args:
        column: of the cell.
        text: what it says.
        make: whether its row makes what is missing, by two names with a bar between them.
    """
    if not column.many:
        return [text]
    found = (_BETWEEN if make else _OR_BARS).split(text)
    if column.kind == "thing" and _are_codes(column):  # a text may have commas in it
        divided = ((one, by_commas(column, one)) for one in found)
        found = [p for one, some in divided for p in (some if all(map(_is_code, some)) else [one])]
    return [part for part in map(str.strip, found) if part]


def by_commas(column: Column, text: str) -> list[str]:
    """The parts of one that is no name as a whole; itself alone where it is not in parts."""
    if not column.many or _is_address(text) or "," not in text:
        return [text]
    return [part for part in map(str.strip, text.split(",")) if part]


def hint(column: Column, text: str) -> tuple[str, str]:
    """How several values are written, in both languages; empty where a cell seems to have one."""
    words = _UNREAD.split(text)  # f1 f2
    codes = len(words) > 1 and all(any(map(str.isdigit, word)) for word in words)
    if not codes and not re.search(r"[,;|\n]", text):
        return "", ""
    if column.many:
        return "; separate several with ;", "; pisahkan beberapa nilai dengan ;"
    return "; this column has only one value", "; kolom ini hanya memuat satu nilai"


def reference(study: str, column: Column, text: str) -> URIRef | None:
    """The IRI that a cell gives: whole, or as the kind and the code; None where it gives a name.

    The codes of evidence and of findings, which have a text for a name, are IRIs too. Codes may be
    in capitals.
    """
    if _is_address(text):
        return URIRef(cells.iri(text))
    kind, slash, name = text.casefold().partition("/")
    if slash and name and _is_code(text):
        return terms.thing(study, kind, name)
    if not _are_codes(column) or not _is_code(text):
        return None
    return terms.thing(study, next(iter(column.choices)), text.casefold())


def iri_of(study: str, column: Column, text: str) -> URIRef:
    """The IRI that a cell gives: whole, whatever its scheme, or as the kind and the code.

    Raises:
        NotRead: it is neither.
    """
    if terms.is_iri(text):
        return URIRef(text)
    if "/" in text and (told := reference(study, column, text)) is not None:
        return told
    raise NotRead(
        f"“{text}” is no IRI; write one whole, or a kind and a code, like program/pelatihan",
        f"“{text}” bukan IRI; tulis IRI lengkap, atau jenis dan kode, seperti program/pelatihan",
    )


def is_folded(text: str) -> bool:
    """Whether a code, which may have its kind before it, is read in small letters."""
    return text != text.casefold() and not _is_address(text)


def looks_like_code(text: str) -> bool:
    """Whether a text is a code as they are made, or one in capitals that has a number."""
    slug = terms.slug(text)
    return text == slug or (text.casefold() == slug and any(map(str.isdigit, slug)))


def require_kind(study: str, column: Column, text: str, thing: URIRef, names: Names) -> None:
    """Raise NotRead where a code is known for something of another kind than its column takes.

    That of a thing that nothing else is called by may come in a file after this one.
    """
    kinds = {kind: KLASSES[kind] for kind in column.choices if kind in KLASSES}
    if "unit" in kinds or not kinds:  # a unit is whatever a value is measured in
        return
    if not (others := names.others(study, kinds, thing)):
        return
    other, klass = others[0]
    if "/" in text and other != thing:
        return  # it says itself of which kind it is
    wanted = next(iter(kinds.values()))
    told = {
        lang: (
            class_label(klass, lang) or terms.kind_of(other) or "?",
            class_label(wanted, lang) or next(iter(kinds)),
        )
        for lang in ("en", "id")
    }
    en = id_ = ""
    if other != thing:
        meant = code(study, thing)
        en, id_ = f", or {meant} if that is meant", f", atau {meant} jika itu yang dimaksud"
    raise NotRead(
        f"“{text}” is of the kind “{told['en'][0]}” ({code(study, other)}), where the kind "
        f"“{told['en'][1]}” is wanted; write the code of such a thing{en}",
        f"“{text}” berjenis “{told['id'][0]}” ({code(study, other)}), sedangkan di sini diperlukan "
        f"jenis “{told['id'][1]}”; tulis kode hal yang demikian{id_}",
    )


def unnamed(column: Column, text: str, near: Words, *, makes: bool) -> NotRead:
    """A cell whose name nothing has, with the names that are nearest; `makes` where it may."""
    en = f"nothing here is called “{text}”; "
    id_ = f"tidak ada yang bernama “{text}” di sini; "
    if near.en:
        en += f"there is {near.en}; write one of these, "
        id_ += f"yang ada: {near.id}; tulis salah satunya, "
    elif _are_codes(column):
        en += "write the code of a thing that there is, "
        id_ += "tulis kode sesuatu yang sudah ada, "
    else:
        en += "write a kind and a code, like program/pelatihan, "
        id_ += "tulis jenis dan kodenya, seperti program/pelatihan, "
    en += "or describe it in a file that comes with this one"
    id_ += "atau jelaskan dalam berkas yang dikirim bersama berkas ini"
    if makes:
        en += f", or add a column “{MAKE.en}” with yes in it"
        id_ += f", atau tambahkan kolom “{MAKE.id}” berisi ya"
    more = hint(column, text)
    return NotRead(en + more[0], id_ + more[1])


def _is_address(text: str) -> bool:
    return text.strip().startswith(_ADDRESS)


def _is_code(text: str) -> bool:
    """Whether a text is a code, with its kind before it or without; in capitals or not."""
    return all(part and part == terms.slug(part) for part in text.casefold().split("/", 1))


def _are_codes(column: Column) -> bool:
    """Whether what a column names is called by its code first, and else by a whole text."""
    return CLASSES.keys().isdisjoint(column.choices or ABOUT)
