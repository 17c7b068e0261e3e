"""The rows of a table on their way into a graph, and what is wrong with them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from rdflib import QB, RDF, RDFS, SKOS, Graph, URIRef
from rdflib import Literal as Text
from rdflib.term import Node

from rembug import terms
from rembug.errors import Faulty, Unreadable, Words, several
from rembug.sources import cells, numbers
from rembug.sources.cells import NotRead
from rembug.sources.choices import chosen, class_of
from rembug.sources.coded import Note
from rembug.sources.columns import KEY, MAKE, VERBATIM, Column, Table
from rembug.sources.model import Place, Places
from rembug.sources.names import CLASSES, KLASSES, Names, code
from rembug.sources.numbers import Marks
from rembug.sources.references import (
    ABOUT,
    by_commas,
    iri_of,
    is_folded,
    looks_like_code,
    parts,
    reference,
    require_kind,
    unnamed,
)
from rembug.terms import CG

_FORMULA: Final = re.compile(r"[=@]|[+-](?![\d.,]+$)")
_YES: Final = frozenset({"ya", "y", "yes", "true", "benar", "1", "x", "v", "✓"})
_MADE: Final[Mapping[str, URIRef]] = {
    kind: CLASSES[kind] for kind in ("place", "indicator", "cube")
} | {"unit": SKOS.Concept}
_UNASKED: Final = frozenset({"unit", "cube"})
_KEPT: Final = Words("is kept as", "disimpan sebagai")
_READ: Final = Words("was read as", "dibaca sebagai")
_COMPARED: Final = 100  # faults that are told with the nearest names
_NO: Final = frozenset({"", "tidak", "no", "false", "salah", "0"})


class _Cell(NamedTuple):
    """A cell that names a thing by its code or by what it is called."""

    place: Place
    thing: URIRef
    make: bool


class Rows:
    """Rows on their way into a graph, and what is wrong with them.

    Attributes:
        file: its name, for messages.
        graph: where the triples go.
        places: of the rows' things.
        faults: of the file.
        wrong: of its cells, by column and reason: where they stand.
    """

    def __init__(
        self,
        file: str,
        study: str,
        language: str,
        table: Table,
        columns: Mapping[int, Column],
        graph: Graph,
        places: Places,
    ) -> None:
        self.file, self.study, self.language = file, study, language
        self.table, self.columns = table, columns
        self.graph, self.places = graph, places
        self.faults: list[Unreadable] = []
        self.wrong: dict[tuple[str, Words], list[Place]] = {}
        self._gaps: dict[int | None, set[str]] = {}
        self._repaired: dict[tuple[str, Words], list[Place]] = {}
        self._small: dict[tuple[str, Words], dict[str, list[Place]]] = {}
        self._named: dict[tuple[Column, str], list[_Cell]] = {}
        self._marks: dict[Column, tuple[Marks, list[tuple[Place, str]]]] = {}
        self._unit = ""  # of the row that is being read

    def row(self, place: Place, row: Sequence[str]) -> None:
        """Read a row; what is wrong with it is kept, and the next may follow."""
        values = {
            column: row[index].strip() if index < len(row) else ""
            for index, column in self.columns.items()
        }
        for column, text in values.items():
            if column.kind not in VERBATIM:
                values[column] = text = cells.unguarded(text)
            if text.casefold() in cells.ERRORS:
                self._fault(place, column, f"“{text}” is an error of the spreadsheet; mend the "
                            "formula, or write the value",
                            f"“{text}” adalah galat lembar kerja; perbaiki rumusnya, atau tulis "
                            "nilainya")  # fmt: skip
                values[column] = ""
            if text.casefold() in cells.NOTHING and column is not KEY:
                values[column] = ""
                if column.kind == "number":  # to have no number is to say nothing
                    self._repair(place, column, "without a value; the row was left out",
                                 "tanpa nilai; barisnya dilewati")  # fmt: skip
                    return
        make = self._makes(place, values.pop(MAKE, ""))
        for column, text in values.items():
            if column.required and not text and column.says not in self._gaps.get(place.line, ()):
                self._fault(place, column, "is empty; it is required",
                            "kosong, padahal wajib diisi")  # fmt: skip
        self._unit = next((t for c, t in values.items() if c.predicate == CG.unit), "")
        thing = self._thing_of(place, values.get(KEY, ""))
        self.graph.add((thing, RDF.type, self.table.klass))
        self.graph.add((thing, CG.inStudy, terms.study(self.study)))
        for column, text in values.items():
            if column is KEY or not text:
                continue
            if column.kind not in VERBATIM | {"number"} and _FORMULA.match(text):
                self._fault(place, column, f"“{text}” looks like a formula; write its value",
                            f"“{text}” tampak seperti rumus; tulis nilainya")  # fmt: skip
                continue
            for part in parts(column, text, make=make):
                self._cell(_Cell(place, thing, make), column, part)

    def make(self, names: Names) -> None:
        """Make the things that rows ask for, by both their names; others call them by one."""
        if pairs := [key for key in self._named if "|" in key[1]]:
            self._find(pairs, names)
            names.learn(self.graph)

    def resolve(self, names: Names) -> None:
        """Find the things that cells name by what they are called; make those that rows ask for."""
        self.make(names)
        self._find(list(self._named), names)
        for column, (marks, doubtful) in self._marks.items():
            self._doubt(column, marks, doubtful)
        self._marks.clear()

    def _doubt(self, column: Column, marks: Marks, doubtful: list[tuple[Place, str]]) -> None:
        """Refuse decimals that others say are thousands; what may be either is told of."""
        mark, other = (",", "en") if self.language == "id" else (".", "id")
        unsure = [one for one in doubtful if mark in one[1]]
        against = other in marks.told or marks.language(self.language) == other
        if unsure and (against or len(marks.doubtful) > 1) and marks.told != {self.language}:
            value = numbers.number(unsure[0][1], other)
            for place, _ in unsure:
                text = unsure[0][1]
                self._fault(place, column, f"“{text}” may be thousands or decimals; write {value}, "
                            f"or {text}0 with a fourth decimal",
                            f"“{text}” dapat berarti ribuan atau desimal; tulis {value}, atau "
                            f"{text}0 dengan desimal keempat")  # fmt: skip
        elif other in marks.told or (unsure and not marks.told):
            for place, text in (unsure or doubtful)[:1]:
                value = numbers.number(text, self.language)
                self._repair(place, column, f"“{text}” was read as {value}; others may read it "
                             "otherwise, so write it without a mark for thousands",
                             f"“{text}” dibaca sebagai {value}; orang lain mungkin membacanya "
                             "lain, jadi tulis tanpa pemisah ribuan")  # fmt: skip

    def _find(self, keys: Iterable[tuple[Column, str]], names: Names) -> None:
        for column, text in keys:
            named = self._named.pop((column, text))
            try:
                for cell in named:
                    for thing in self._things(column, text, cell, names):
                        self._state(cell.thing, column, thing)
                        if column.inverse:  # then it is what the gate tells of
                            called = column.called(self.language)
                            self.places.mention(thing, replace(cell.place, pointer=called))
            except NotRead as error:
                for cell in named:
                    self._fault(cell.place, column, *error.words)

    def require_faultless(self) -> None:
        """Raise Unreadable with what is wrong, all of it."""
        faults = list(self.faults)
        for (column, reason), where in self.wrong.items():
            lines = [str(place.line) for place in where[1:9] if place.line is not None]
            more = ", …" if len(where) > 9 else ""
            rows = "row" if len(lines) == 1 else "rows"
            en = f" (also in {rows} {', '.join(lines)}{more})" if lines else ""
            id_ = f" (juga di baris {', '.join(lines)}{more})" if lines else ""
            told = Words(f"{column}: {reason.en}{en}", f"{column}: {reason.id}{id_}")
            first = where[0]
            faults.append(
                Unreadable(str(first), told)
                if first.pointer
                else Unreadable(first.file, told, first.line)
            )
        if len(faults) == 1:
            raise faults[0]
        if faults:
            raise Faulty(self.file, faults)

    def gaps(self) -> Mapping[int | None, set[str]]:
        """The properties of faulty cells by line, and under None of columns that it may lack."""
        absent = {c.says for c in self.table.columns if c not in self.columns.values()}
        return {**self._gaps, None: absent if self.faults else set()}

    def notes(self) -> Iterator[Note]:
        """What was repaired."""
        for (column, what), where in self._repaired.items():
            yield self._note(column, what, where)
        for (column, done), codes in self._small.items():  # a table has as many as it has rows
            first, *others = codes
            en, id_ = (f"“{first}” {words} {first.casefold()}" for words in done)
            if others:
                en += f", and {several(len(others), 'other code')} in capitals likewise"
                id_ += f", begitu pula {len(others)} kode berhuruf besar lainnya"
            where = sorted((p for some in codes.values() for p in some), key=lambda p: p.line or 0)
            yield self._note(column, Words(en, id_), where)

    def _note(self, column: str, what: Words, where: Sequence[Place]) -> Note:
        numbers = list(dict.fromkeys(place.line for place in where))
        lines = ", ".join(map(str, numbers[:8])) + (", …" if len(numbers) > 8 else "")
        said = (f"{self.file}:{lines}: {column}: {text}" for text in what)
        return Note(*said)

    def _fault(self, place: Place, column: Column, en: str, id_: str) -> None:
        key = column.called(self.language), Words(en, id_)
        self.wrong.setdefault(key, []).append(place)
        self._gaps.setdefault(place.line, set()).add(column.says)

    def _repair(self, place: Place, column: Column, en: str, id_: str) -> None:
        key = column.called(self.language), Words(en, id_)
        self._repaired.setdefault(key, []).append(place)

    def _smaller(self, place: Place, column: Column, code: str, done: Words) -> None:
        codes = self._small.setdefault((column.called(self.language), done), {})
        codes.setdefault(code, []).append(place)

    def _thing_of(self, place: Place, key: str) -> URIRef:
        """The thing that a row is about; where its key is no key, one that nobody will see."""
        before, slash, name = key.rpartition("/")  # the kind, where it is not the table's own
        kind, slug = terms.slug(before) or self.table.kind, terms.slug(name)
        thing = terms.thing(self.study, kind, slug or f"row-{place.line}")
        plain = f"{kind}/{slug}" if slash else slug
        if key and key.casefold() == plain != key:
            self._smaller(place, KEY, key, _KEPT)
        elif key and key != plain and re.search(r"[,;|\n]", key):
            self._fault(place, KEY, f"“{key}” is not one code; a row has one",
                        f"“{key}” bukan satu kode; satu baris memiliki satu kode")  # fmt: skip
        elif key and key != plain:
            like = slug or "f1"
            self._fault(place, KEY, f"“{key}” is to be like “{like}”",
                        f"“{key}” seharusnya seperti “{like}”")  # fmt: skip
        if key and thing in self.places:
            self._fault(place, KEY, f"“{key}” is in {self.places[thing]} already",
                        f"“{key}” sudah ada di {self.places[thing]}")  # fmt: skip
            self._gaps.setdefault(self.places[thing].line, set()).add(KEY.says)
        self.places.note(thing, place)
        return thing

    def _makes(self, place: Place, text: str) -> bool:
        """What a row says of making what is missing."""
        if (told := text.casefold()) not in _YES | _NO:
            self._fault(place, MAKE, f"“{text}” is not yes; write yes, or leave it empty",
                        f"“{text}” bukan ya; tulis ya, atau kosongkan")  # fmt: skip
        return told in _YES

    def _cell(self, cell: _Cell, column: Column, text: str) -> None:
        """Say what a cell says; what it names by a code or a label waits to be resolved."""
        try:
            if column.kind == "class":
                klass = class_of(self.table, column, text, self.language)
                self.graph.remove((cell.thing, RDF.type, self.table.klass))
                self.graph.add((cell.thing, RDF.type, klass))
            elif column.kind == "concept":
                for concept in chosen(column, text, self.language):
                    self._state(cell.thing, column, concept)
            elif column.kind == "iri":
                self._state(cell.thing, column, iri_of(self.study, column, text))
            elif column.kind != "thing":
                self._state(cell.thing, column, self._value(cell.place, column, text))
            elif (iri := reference(self.study, column, text)) and not column.choices:
                self._state(cell.thing, column, iri)
            else:  # what it is may be told by a file after this one
                self._named.setdefault((column, text), []).append(cell)
        except NotRead as error:
            self._fault(cell.place, column, *error.words)

    def _state(self, thing: URIRef, column: Column, value: Node) -> None:
        assert column.predicate is not None
        if column.inverse and isinstance(value, URIRef):
            self.graph.add((value, column.predicate, thing))
        else:
            self.graph.add((thing, column.predicate, value))

    def _value(self, place: Place, column: Column, text: str) -> Node:
        match column.kind:
            case "label":
                assert isinstance(column.choices, tuple)
                return Text(cells.unguarded(text), lang=column.choices[0])
            case "text":
                return Text(cells.unguarded(text))
            case "literal":
                assert isinstance(column.choices, tuple)
                datatype = URIRef(column.choices[0])
                return Text(cells.unguarded(text), datatype=datatype, normalize=False)
            case "date":
                day = cells.day(text)
                if cells.is_short(text):
                    self._repair(place, column, f"“{text}” was read as {day}",
                                 f"“{text}” dibaca sebagai {day}")  # fmt: skip
                return day
            case "number":
                number = numbers.number(text, self.language, self._unit)
                mark = numbers.marks_in(text, self._unit)
                if mark is not None:
                    marks, doubtful = self._marks.setdefault(column, (Marks(), []))
                    marks.take(mark, text, place.line)
                    doubtful += [(place, text)] if mark in numbers.DOUBTFUL else []
                if numbers.is_negative(text):
                    self._repair(place, column, f"“{text}” was read as {number}",
                                 f"“{text}” dibaca sebagai {number}")  # fmt: skip
                elif not numbers.is_bare(text):
                    self._repair(
                        place,
                        column,
                        f"“{text}” was read as {number}; its unit is in a column of its own",
                        f"“{text}” dibaca sebagai {number}; satuannya ada di kolom tersendiri",
                    )
                return number
            case _:
                raise AssertionError(column.kind)

    def _things(self, column: Column, text: str, cell: _Cell, names: Names) -> list[URIRef]:
        """What a cell names as a whole, or else in its parts between commas."""
        try:
            return [self._thing(column, text, cell, names)]
        except NotRead:
            if len(some := by_commas(column, text)) == 1:
                raise
            try:
                return [self._thing(column, part, cell, names) for part in some]
            except NotRead:
                pass
            raise

    def _thing(self, column: Column, text: str, cell: _Cell, names: Names) -> URIRef:
        """What a cell names: by its code first, then by what it is called."""
        if told := reference(self.study, column, text):
            require_kind(self.study, column, text, told, names)
            self._folded(column, text, cell)
            return told
        kinds = [kind for kind in column.choices or ABOUT if kind in KLASSES]
        iri = None
        if len(column.choices) == 1 and looks_like_code(text):
            iri = terms.thing(self.study, next(iter(column.choices)), text.casefold())
            if names.find(self.study, kinds, str(iri)):
                self._folded(column, text, cell)
                return iri
        found = names.find(self.study, kinds, text)
        if len(found) > 1:
            several = ", ".join(code(self.study, thing) for thing in found)
            raise NotRead(
                f"“{text}” is the name of several; write one of {several}",
                f"“{text}” adalah nama beberapa hal; tulis salah satu dari {several}",
            )
        if found:
            if terms.slug(text) != found[0].rpartition("/")[2]:
                self._repair(cell.place, column, f"“{text}” is {code(self.study, found[0])}",
                             f"“{text}” adalah {code(self.study, found[0])}")  # fmt: skip
            return found[0]
        if cell.make and kinds and column.choices:
            return self._made(column, kinds[0], text, cell.place)
        # What the gate asks for may come in a file after this one; for the others it does not ask.
        if iri is not None and kinds[0] not in _UNASKED:
            require_kind(self.study, column, text, iri, names)
            self._folded(column, text, cell)
            return iri
        # Comparing costs as much as the study has names; a person reads the first of what is told.
        few = len(self.wrong) < _COMPARED
        near = names.near(self.study, kinds, text) if few else Words("", "")
        raise unnamed(column, text, near, makes=len(kinds) == 1 and kinds[0] in _MADE)

    def _folded(self, column: Column, text: str, cell: _Cell) -> None:
        if is_folded(text):
            self._smaller(cell.place, column, text, _READ)

    def _made(self, column: Column, kind: str, text: str, place: Place) -> URIRef:
        """A new thing that a cell names in both languages: “sentra | centres”."""
        if (klass := _MADE.get(kind)) is None:
            raise NotRead(
                f"“{text}” is not there; such things have a table of their own, so describe it "
                "there",
                f"“{text}” belum ada; hal seperti itu memiliki tabelnya sendiri, jadi jelaskan di "
                "sana",
            )
        told = [part.strip() for part in text.split("|")]
        if len(told) != 2 or not all(map(terms.slug, told)):
            raise NotRead(
                f"“{text}” is not there; to make it write its names in Indonesian and in English, "
                "like “sentra | centres”",
                f"“{text}” belum ada; untuk membuatnya tulis namanya dalam bahasa Indonesia dan "
                "Inggris, seperti “sentra | centres”",
            )
        made = terms.thing(self.study, kind, terms.slug(told[0]))
        label = SKOS.prefLabel if kind == "unit" else RDFS.label
        self.graph.add((made, RDF.type, klass))
        for language, name in zip(("id", "en"), told, strict=True):
            self.graph.add((made, label, Text(name, lang=language)))
        if kind == "indicator":
            self.graph.add((made, CG.inStudy, terms.study(self.study)))
        if kind == "cube":
            self.graph.add((made, QB.structure, CG.indicatorStructure))
        self.places.note(made, place)
        self._repair(place, column, f"made {code(self.study, made)}, “{told[1]}”",
                     f"{code(self.study, made)}, “{told[0]}”, dibuat")  # fmt: skip
        return made
