"""A coded project, whichever tool it comes from: codes, coders, texts, and passages with codes.

Positions count Unicode code points in the text without a byte order mark and with line feeds alone
between lines, so that they mean the same on every machine.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, Literal, NamedTuple

from rembug.errors import Words, several

Medium = Literal["text", "pdf", "picture", "audio", "video"]
"""What a source is made of."""


@dataclass(frozen=True)
class Code:
    """A researcher's code.

    Attributes:
        path: its name after those of the codes around it.
        codable: whether passages may have it, or it only holds others.
        description: the researcher's definition; empty if there is none.
        color: as the tool writes it; empty if it has none.
        pointer: how the file names it, such as a GUID.
        above: the pointer of the code around it; empty where its path tells.
        note: the memos that it refers to; empty if there are none.
    """

    path: tuple[str, ...]
    codable: bool = True
    description: str = ""
    color: str = ""
    pointer: str = ""
    above: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """Its path as people write it."""
        return " / ".join(self.path)


@dataclass(frozen=True)
class Passage:
    """A part of a source.

    Attributes:
        start: of the first code point, or None where the source is no text.
        end: after the last.
        locator: where it is in what is no text, as a media fragment (`t=12.5,14`).
        pointer: how the file names it, such as a GUID.
        note: what the researcher wrote about it; empty if nothing.
        codings: the codes that it was given.
        words: what it says, as far as the file tells that of what is no text.
    """

    start: int | None
    end: int | None
    locator: str
    pointer: str
    note: str
    codings: Sequence["Coding"]
    words: str = ""


@dataclass(frozen=True)
class Coding:
    """Who gave a passage which code, and when."""

    code: Code
    coder: str
    at: datetime | None = None


@dataclass(frozen=True)
class Reading:
    """How the positions in a text were taken.

    Attributes:
        name: of the way of counting.
        fit: how many of the passages begin and end at the edge of a word, from 0 to 1.
        others: the best of the other ways, and its fit; empty if all agree.
    """

    name: str
    fit: float
    others: str = ""


class Note(NamedTuple):
    """Something that a researcher should know of an import, in both languages.

    Attributes:
        en: in English.
        id: in Indonesian.
        of: the source that both begin with; empty where they do not.
    """

    en: str
    id: str
    of: str = ""

    @property
    def words(self) -> Words:
        """What it says."""
        return Words(self.en, self.id)

    @classmethod
    def _of(cls, source: str, en: str, id_: str) -> "Note":
        return cls(f"{source}: {en}", f"{source}: {id_}", source)

    @classmethod
    def outside(cls, source: str, passages: Sequence[tuple[str, object, object]]) -> "Note":
        """Passages, each with its start and end, which are not in their text."""
        en = _some([f"{passage} ({start} to {end})" for passage, start, end in passages])
        id_ = _some([f"{passage} ({start} sampai {end})" for passage, start, end in passages])
        lie = "does not lie" if len(passages) == 1 else "do not lie"
        return cls._of(
            source,
            f"{several(len(passages), 'passage')} {lie} in the text; left out: {en}",
            f"{len(passages)} bagian berada di luar teks; dilewati: {id_}",
        )

    @classmethod
    def unknown_codes(cls, source: str, guids: Sequence[str]) -> "Note":
        """Codings whose codes do not exist."""
        named = _some(list(dict.fromkeys(guids)))
        return cls._of(
            source,
            f"codings of codes that do not exist, left out: {len(guids)} ({named})",
            f"pengodean dengan kode yang tidak ada, dilewati: {len(guids)} ({named})",
        )

    @classmethod
    def without_text(cls, source: str) -> "Note":
        """A source whose text did not come with the project."""
        return cls._of(
            source,
            "its text is not in the archive; positions are kept as they are written",
            "teksnya tidak ada dalam arsip; posisi disimpan sebagaimana tertulis",
        )

    @classmethod
    def rich(cls, source: str) -> "Note":
        """A text that came as a Word document alone."""
        return cls._of(
            source,
            "its text was read from its Word document; compare a passage or two",
            "teksnya dibaca dari dokumen Word-nya; cocokkan satu atau dua kutipan",
        )

    @classmethod
    def decoded(cls, source: str) -> "Note":
        """A text in another encoding than the standard's."""
        return cls._of(
            source,
            "its text is not UTF-8 and was read as Windows-1252; check its words",
            "teksnya bukan UTF-8 dan dibaca sebagai Windows-1252; periksa kata-katanya",
        )

    @classmethod
    def line_ends(cls, source: str) -> "Note":
        """A text whose lines end otherwise than the graph has them."""
        return cls._of(
            source,
            "its lines end with a carriage return (CRLF, as on Windows); a line feed alone is kept "
            "for each, in its passages too, and positions count it as one",
            "barisnya berakhir dengan carriage return (CRLF, seperti di Windows); masing-masing "
            "disimpan sebagai line feed saja, juga dalam kutipannya, dan dihitung satu posisi",
        )

    @classmethod
    def drawing(cls, name: str, nameless: int) -> "Note":
        """A drawing, of which the things and the lines between them are kept."""
        left = f", with what is in it alone: {nameless}" if nameless else ""
        hilang = f", beserta yang hanya ada di dalamnya: {nameless}" if nameless else ""
        return cls(
            f"the drawing “{name}” is kept as a set with links; its layout is left out{left}",
            f"gambar “{name}” disimpan sebagai himpunan dengan tautan; tata letaknya "
            f"dilewati{hilang}",
        )

    @classmethod
    def namesake(cls, code: str) -> "Note":
        """A code that another beside it is called like."""
        return cls(
            f"the code “{code}” is there more than once in one place; each is kept as a code of "
            "its own",
            f"kode “{code}” ada lebih dari sekali di tempat yang sama; masing-masing disimpan "
            "sebagai kode tersendiri",
        )

    @classmethod
    def coded_memo(cls, name: str, codings: int) -> "Note":
        """A memo of which parts are coded, as a source's are."""
        return cls(
            f"the memo “{name}” is kept, but not the codings in it: {codings}; to keep them make "
            "it a source of the project",
            f"memo “{name}” disimpan, tetapi pengodean di dalamnya tidak: {codings}; agar "
            "disimpan, jadikan memo itu sumber dalam proyek",
        )

    @classmethod
    def twin(cls, source: str) -> "Note":
        """A source with the content of another."""
        return cls._of(
            source,
            "has the same content as another source; both are kept",
            "isinya sama dengan sumber lain; keduanya disimpan",
        )

    @classmethod
    def dangling(cls, name: str, pointer: str) -> "Note":
        """A case, set or link that names what is not in the project."""
        return cls(
            f"“{name}” names {pointer}, which is not in the project; that part is left out",
            f"“{name}” menyebut {pointer} yang tidak ada dalam proyek; bagian itu dilewati",
        )

    @classmethod
    def namespace(cls, namespace: str) -> "Note":
        """A namespace other than the standard's."""
        return cls(
            f"the namespace “{namespace}” is not that of REFI-QDA 1.0; read all the same",
            f"ruang nama “{namespace}” bukan milik REFI-QDA 1.0; tetap dibaca",
        )

    @classmethod
    def reading(cls, source: str, reading: Reading) -> "Note":
        """How positions were counted, where it is not as the standard says or not sure."""
        other = f" (next best: {reading.others})" if reading.others else ""
        lain = f" (berikutnya: {_counting(reading.others)})" if reading.others else ""
        name = _counting(reading.name)
        return cls._of(
            source,
            f"positions were read as {reading.name}; {reading.fit:.0%} of the passages begin and "
            f"end at the edge of a word{other}",
            f"posisi dibaca sebagai {name}; {reading.fit:.0%} bagian berawal dan berakhir di tepi "
            f"kata{lain}",
        )

    @classmethod
    def unused_code(cls, file: str, line: int | None, name: str) -> "Note":
        """A code of the codebook file that the project does not have."""
        return cls(
            f"{file}:{line}: the project has no code “{name}”",
            f"{file}:{line}: proyek tidak memiliki kode “{name}”",
        )

    @classmethod
    def spelt_otherwise(cls, file: str, label: str, shown: str) -> "Note":
        """A code that another project of the study spells in another way."""
        return cls(
            f"{file}: the code “{label}” is “{shown}” in this study already; it keeps that name, "
            "and is found by both",
            f"{file}: kode “{label}” sudah bernama “{shown}” dalam studi ini; nama itu tetap "
            "dipakai, dan kode ini ditemukan dengan keduanya",
        )

    @classmethod
    def titled_otherwise(cls, file: str, label: str, shown: str) -> "Note":
        """A source that another project of the study has under another title."""
        return cls(
            f"{file}: the source “{label}” is “{shown}” in this study already; it keeps that title",
            f"{file}: sumber “{label}” sudah berjudul “{shown}” dalam studi ini; judul itu tetap "
            "dipakai",
        )

    @classmethod
    def unused_source(cls, file: str, line: int | None, name: str) -> "Note":
        """A source of the codebook file that the project does not have."""
        return cls(
            f"{file}:{line}: the project has no source “{name}”",
            f"{file}:{line}: proyek tidak memiliki sumber “{name}”",
        )


def gathered(notes: Iterable[Note]) -> list[Note]:
    """Notes in their order, what several sources have in common being told once."""
    alike: dict[Words, list[str]] = {}
    for note in notes:
        start = f"{note.of}: " if note.of else ""
        said = Words(*(text.removeprefix(start) for text in note.words))
        alike.setdefault(said, []).append(note.of)
    return [_together(said, list(dict.fromkeys(sources))) for said, sources in alike.items()]


def _together(said: Words, sources: Sequence[str]) -> Note:
    match sources:
        case [""]:
            return Note(*said)
        case [source]:
            return Note(f"{source}: {said.en}", f"{source}: {said.id}", source)
        case _:
            named = _some(sources)
            return Note(
                f"{len(sources)} sources ({named}), of each: {said.en}",
                f"{len(sources)} sumber ({named}), masing-masing: {said.id}",
            )


def _some(names: Sequence[str]) -> str:
    """The first names of many."""
    return ", ".join([*names[:_NAMED], *(["…"] if len(names) > _NAMED else [])])


_NAMED: Final = 5
_IN_INDONESIAN: Final = {
    "code points": "titik kode",
    "UTF-16 units": "unit UTF-16",
    "UTF-8 bytes": "bita UTF-8",
    ", CRLF as one": ", CRLF dihitung satu",
    " from 1": " mulai 1",
    ", the last included": ", termasuk yang terakhir",
}


def _counting(name: str) -> str:
    for english, indonesian in _IN_INDONESIAN.items():
        name = name.replace(english, indonesian)
    return name


@dataclass(frozen=True)
class Source:
    """A text, picture, recording or PDF with its passages.

    Attributes:
        name: as the tool calls it; may name a person.
        kind: what it is.
        text: the whole of it, line feeds between lines; None where it is no text, or is missing.
        passages: in the order of the file.
        reading: how positions were counted; None where there were none to count.
        pointer: how the file names it, such as a GUID.
        note: what the researcher wrote about it; empty if nothing.
        values: variables with their values.
    """

    name: str
    kind: Medium
    text: str | None
    passages: Sequence[Passage]
    reading: Reading | None = None
    pointer: str = ""
    note: str = ""
    values: Sequence[tuple[str, str]] = ()

    @cached_property
    def digest(self) -> str:
        """What tells its content from others', as far as there is any: SHA-256 in hexadecimal."""
        content = self.name if self.text is None else self.text
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class Group:
    """A case, a set or a drawing: what the researchers hold together, and what they say of it.

    Attributes:
        name: as the tool calls it; may name a person.
        members: pointers of sources, passages, codes and memos.
        values: variables with their values.
        note: what the researcher wrote about it; empty if nothing.
        pointer: how the file names it, such as a GUID.
    """

    name: str
    members: Sequence[str]
    values: Sequence[tuple[str, str]] = ()
    note: str = ""
    pointer: str = ""


@dataclass(frozen=True)
class Memo:
    """What a researcher wrote about the whole project, under a title; `pointer` as elsewhere."""

    title: str
    text: str
    pointer: str = ""

    def __str__(self) -> str:
        return f"{self.title}: {self.text}" if self.text else self.title


@dataclass(frozen=True)
class Link:
    """A relation that a researcher drew between two things, by their pointers.

    Attributes:
        name: as they call it; empty if they do not.
        origin: where it begins.
        target: where it ends.
        direction: `OneWay`, `Bidirectional` or `Associative`; empty where it is not said.
        note: what they wrote about it; empty if nothing.
    """

    name: str
    origin: str
    target: str
    direction: str = ""
    note: str = ""


@dataclass(frozen=True)
class Project:
    """What a tool exported.

    Attributes:
        name: of the project.
        origin: the tool and its version, as it says itself.
        codes: all of them, in the order of the file.
        coders: names of all who coded or wrote.
        sources: one by one, so that no two of them need be in memory at once.
        notes: what could not be kept or had to be repaired, for the researcher; filled while the
            sources are read.
        private: what concerns the whole and is for researchers alone.
        groups: cases and sets.
        links: relations between any of these.
    """

    name: str
    origin: str
    codes: Sequence[Code]
    coders: Sequence[str]
    sources: Iterator[Source]
    notes: list[Note] = field(default_factory=list)
    private: Sequence[Memo] = ()
    groups: Sequence[Group] = ()
    links: Sequence[Link] = ()
