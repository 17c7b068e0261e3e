"""Where other people's tables begin, and what their columns are by their titles.

The title of a table stands above its head, a second row of titles below it parts what columns have
in common, and the row that numbers the columns is none of the table.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Final

from rembug.errors import Unreadable, Words
from rembug.linking.resemblance import name
from rembug.names import PLACES, fold
from rembug.sources.sheets import Sheet

_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": (
        *("nama usaha", "nama unit usaha", "nama umkm", "nama ukm", "nama ikm", "nama industri"),
        *(
            "nama badan usaha",
            "nama perusahaan",
            "nama toko",
            "nama kelompok",
            "nama kelompok usaha",
        ),
        *("nama kube", "nama koperasi", "nama sentra", "nama dinas", "nama instansi"),
        *("nama lembaga", "nama organisasi", "name", "nama", "nama merek", "nama merk"),
        *("merek", "merk", "merek usaha", "merk usaha", "merk dagang", "label"),
        *("nama kecamatan", "nama desa", "nama kelurahan", "nama kabupaten", "nama wilayah"),
    ),
    "place": (
        *("place", "tempat", "kecamatan", "kec", "desa", "kelurahan", "desa kelurahan"),
        *(
            "kelurahan desa",
            "desa kel",
            "kel desa",
            "kabupaten",
            "kabupaten kota",
            "alamat",
            "lokasi",
            "wilayah",
        ),
    ),
    "key": ("key", "id", "nib", "nomor induk berusaha"),
    "number": ("no", "nomor", "no urut", "nomor urut"),
    "code": (
        *("code", "kode", "kode wilayah", "kemendagri code", "bps code", "kode kecamatan"),
        *("kode desa", "kode kemendagri", "kode bps"),
    ),
    "iri": ("iri", "uri", "url"),
}
"""The titles of columns that have a role, without marks, those that say it best first."""
_WIDER: Final = ("name", "place")  # roles that a part of a title gives, too
_BETWEEN: Final = re.compile(r"[/\n]")
_OF_BUSINESS: Final = re.compile(r" (?:usaha|perusahaan|umkm|ikm)$")
_OWNERS: Final = frozenset(
    ("pemilik", "pengusaha", "perajin", "pengrajin", "pedagang", "penerima", "peserta", "anggota")
)
"""Words of titles whose columns name persons who have what the rows are about."""
_OTHERS: Final = _OWNERS.union(
    ("pelaku", "lengkap", "owner", "ketua", "pengurus", "pimpinan", "direktur", "kepala"),
    ("sekretaris", "bendahara", "pengelola", "penanggung", "kontak", "contact", "petugas"),
    ("pendamping", "pj", "ibu", "ayah", "orang", "produk", "barang", "komoditi", "komoditas"),
    ("jenis", "bank", "jalan", "pasar", "ilmiah"),
)
"""Words of titles of columns that name persons, products and the like, and not the row."""
_COUNTED: Final = re.compile(r"^\d{1,3}[.)]?\s+(?=[^\W\d])")
"""How lists of places count them: “010. Poncol”."""
_KNOWN: Final = 1000  # titles, of which each row of a table asks
_FEW: Final = 2  # cells that say of a table who made it: “Nama OPD | Dinas Koperasi”
_ABOVE: Final = 20  # rows that may stand above the head
_NARROW_FIRST: Final = ("village", "district", "regency")
_IN_BRACKETS: Final = re.compile(r"\([^()]{0,200}\)")
_NARROWEST: Final = ("desa", "kelurahan", "kecamatan", "kec", "kabupaten")
_FIGURE: Final = re.compile(r"(?!(?:19|20)\d\d$)\d[\d.,]*", re.ASCII)
"""A cell that is a number and no year, which may be a title."""

Role = str


@dataclass(frozen=True)
class Head:
    """Where a table begins: the sheet's name, the places of roles, the titles, the rows below.

    `merged` has the ranges of merged cells of the sheet.
    """

    sheet: str
    roles: Mapping[Role, int]
    titles: list[str]
    below: Iterator[tuple[int, list[str]]]
    merged: Sequence[str] = ()


def headed(path: Path, sheets: Sequence[Sheet]) -> Head:
    """The first sheet that has a column of names; one in which places are names is the last choice.

    The head is the first row, or one below the titles of the table, which has two cells or more;
    a row of titles below it parts what they have in common.

    Raises:
        Unreadable: no sheet has one.
    """
    first_row, owners = list[str](), list[str]()
    ranked: list[tuple[int, Head]] = []
    for sheet in sheets:
        rows = sheet.rows()
        for _, row in islice(rows, _ABOVE):
            titles = [cell.strip() for cell in row]
            filled = [title for title in titles if title]
            first_row = first_row or filled
            owners = owners or (_of_persons(titles) if len(filled) > _FEW else [])
            head = _roles(titles)
            if "name" in head and (len(filled) > 1 or len(filled) == len(titles)):
                titles, below = _below(titles, rows)
                first = next(below, None)
                roles = head if first is None else _roles(titles)
                of_places = role_of(titles[roles["name"]]) == "place"
                rest = iter(()) if first is None else chain([first], below)
                # A sheet without rows may say how to fill in the next.
                found = Head(sheet.name, roles, titles, rest, sheet.merged)
                ranked.append((2 if first is None else of_places, found))
                break
        if ranked and not (ranked[-1][0] and sheet.name):
            break
    if ranked:
        return min(ranked, key=lambda one: one[0])[1]
    raise Unreadable(path.name, _nameless(first_row, owners), 1)


def _nameless(first_row: Sequence[str], owners: Sequence[str]) -> Words:
    """Why a table has no column of names, and what to do."""
    seen = ", ".join(first_row)[:200]
    if not any(map(str.isalnum, seen)):
        return Words(
            "is empty; a row of titles comes first, one of them name or nama",
            "kosong; baris pertamanya memuat judul kolom, salah satunya nama atau name",
        )
    if owners:
        told = ", ".join(owners)[:200]
        return Words(
            f"names persons alone ({told}). Everybody reads what names a row: add a column nama "
            "of what their businesses are called, or of a number for each, and leave persons out",
            f"hanya menyebut nama orang ({told}). Nama baris terbaca oleh semua orang: tambahkan "
            "kolom nama berisi nama usahanya atau nomornya, dan hapus nama orang",
        )
    if any(_FIGURE.fullmatch(cell) for cell in first_row):
        return Words(
            f"begins with data, not with the titles of its columns ({seen}); put a row of titles "
            "above, one of them name or nama",
            f"diawali data, bukan judul kolom ({seen}); tambahkan baris judul di atasnya, salah "
            "satunya nama atau name",
        )
    return Words(
        f"has no column of names; call it name or nama (there are: {seen})",
        f"tidak memiliki kolom nama; beri judul nama atau name (yang ada: {seen})",
    )


def _roles(titles: Sequence[str]) -> dict[Role, int]:
    head: dict[Role, int] = {}
    read = [_readings(title) for title in titles]
    for role, names in _COLUMNS.items():
        wider = [said for said in read if len(said) > 1] if role in _WIDER else []
        exact = (read.index(said) for text in names for said in read if said[0] == text)
        parts = (read.index(said) for text in names for said in wider if text in said)
        found = next(chain(exact, parts), None)
        if found is not None:
            head[role] = found
    if "name" not in head and sum(map(bool, titles)) > _FEW:
        named = next((at for at, said in enumerate(read) if _names_rows(said[0])), None)
        head |= {} if named is None else {"name": named}
    if "name" not in head and "place" in head and not _of_persons(titles):
        # A table about places: the narrowest.
        narrow = (titles.index(t) for kind in _NARROWEST for t in titles if _kind_of(t) == kind)
        head["name"] = next(narrow, head["place"])
        places = (at for at, title in enumerate(titles) if role_of(title) == "place")
        head["place"] = next((at for at in places if at != head["name"]), head["name"])
        if head["place"] == head["name"]:
            del head["place"]
    return head


def _names_rows(title: str) -> bool:
    """Whether a title begins as those of columns of names do, and is of no person or product."""
    first, *words = title.split() or [""]
    return first in ("nama", "nm") and bool(words) and _OTHERS.isdisjoint(words)


def _of_persons(titles: Sequence[str]) -> list[str]:
    """The titles of columns that name who has a business: its rows are no places."""
    return [title for title in titles if not _OWNERS.isdisjoint(titled(title).split())]


def _kind_of(title: str) -> str:
    return titled(title).removeprefix("nama ").partition(" ")[0]


def _below(
    titles: list[str], rows: Iterator[tuple[int, list[str]]]
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The titles of a head of one row or two, and the rows below it.

    What numbers the columns, (1), (2), (3), is none of them.
    """
    first = next(rows, None)
    if first is not None and _parts(titles, first[1]):
        titles, first = _parted(titles, first[1]), next(rows, None)
    if first is not None:
        filled = [cell.strip().strip("()") for cell in first[1] if cell.strip()]
        if len(filled) > 1 and filled == [str(n) for n in range(1, len(filled) + 1)]:
            return titles, rows
    return titles, rows if first is None else chain([first], rows)


def _parts(titles: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row below a head has titles itself: under some that stand over several columns."""
    told = {at for at, cell in enumerate(row) if cell.strip()}
    wide = {at - 1 for at in told if 0 < at < len(titles) and not titles[at]}
    others = {at for at in told if at < len(titles) and titles[at]} - wide
    numbers = any(cell.strip().isdigit() for cell in row)
    return len(told) > 1 and bool(wide) and not others and not numbers


def _parted(titles: Sequence[str], row: Sequence[str]) -> list[str]:
    """The titles of a head of two rows: a place alone, others with what stands above them."""
    found, above = [], ""
    for at, title in enumerate(titles):
        part = row[at].strip() if at < len(row) else ""
        above = title or (above if part else "")
        found.append(part if part and role_of(part) else f"{above} {part}".strip())
    return found


def in_full(title: str, text: str) -> str:
    """A name with the kind of place that its column's title says, if it says none itself."""
    said = _places_in(title)
    if len({fold(kind) for kind in said}) != 1:
        return text
    text = _COUNTED.sub("", text)
    if name(text).kind is not None:
        return text
    return f"{said[0].capitalize()} {text}"


def is_around(title: str, text: str) -> bool:
    """Whether a place in a column is broader than the title says, as a sum or a heading is."""
    kinds = {kind for said in _places_in(title) if (kind := name(said).kind)}
    own = name(text).kind
    return own in PLACES and bool(kinds) and all(rank(own) > rank(kind) for kind in kinds)


def rank(kind: str) -> int:
    """How broad a kind of place is, beside others."""
    return _NARROW_FIRST.index(kind)


def is_of_places(title: str) -> bool:
    """Whether a title says of which kind the places are that a column names."""
    return bool(_places_in(title))


@lru_cache(_KNOWN)
def _places_in(title: str) -> Sequence[str]:
    """The words for kinds of places that a title is made of."""
    own, *others = (said.removeprefix("nama ").strip() for said in _readings(title))
    read = [own] if " " not in own else " ".join(others).split()
    read = [word for word in read if word != "subdistrict"]  # as lists in two languages say
    kinds = [name(word).kind for word in read]
    return read if all(kind in PLACES for kind in kinds) else []


def titled(text: str) -> str:
    """A column's title without marks, brackets and capitals: “NO.” and “no” are the same."""
    return " ".join(re.findall(r"[^\W_]+", _IN_BRACKETS.sub(" ", text).casefold()))


@lru_cache(_KNOWN)
def _readings(title: str) -> Sequence[str]:
    """What a title may be short for; what stands there first.

    Titles in two languages, or of two things, have a stroke or a new line between them; exports
    say of whom each column is (`kecamatan_usaha`).
    """
    whole = titled(title)
    parts = [part for text in _BETWEEN.split(title) if (part := titled(text))]
    named = len(parts) > 1 and parts[0].startswith("nama ")
    parts += [f"nama {part}" for part in parts[1:] if named and not part.startswith("nama")]
    found = parts + [_OF_BUSINESS.sub("", part) for part in [whole, *parts]]
    return tuple(dict.fromkeys([whole, *found]))


def role_of(title: str) -> Role | None:
    """What a column of that title tells of its rows: name, place, key, code, iri, or nothing."""
    whole, *others = _readings(title)
    exact = (role for role, names in _COLUMNS.items() if whole in names)
    wider = (role for role in _WIDER if not set(others).isdisjoint(_COLUMNS[role]))
    return next(chain(exact, wider), None)
