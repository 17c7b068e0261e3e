"""A coded project as a submission: codings become evidence, words go to the restricted part."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from rdflib import DCTERMS, RDF, RDFS, SDO, SKOS, XSD, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import Unreadable, Words
from rembug.graph import spilling_graph, within_time
from rembug.sources import memos
from rembug.sources.codebook import About, Codebook
from rembug.sources.coded import Code, Link, Memo, Note, Passage, Project, Source, gathered
from rembug.sources.model import Place, Places, Submission, digest, name_for, naming_nobody
from rembug.sources.names import Names
from rembug.terms import CG, OA

_KINDS: Final = {
    "interview": (CG.Interview, "Wawancara", "Interview"),
    "observation": (CG.Observation, "Observasi", "Observation"),
    "document": (CG.Document, "Dokumen", "Document"),
}
_DATES: Final = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}
_CONTEXT: Final = 32  # code points kept before and after a quotation
_MOST_QUOTED: Final = 100_000_000  # characters, of all passages together
_SURE: Final = 0.8  # of the passages at the edges of words, below which a reading is doubted


def submission(
    project: Project, codebook: Codebook, file: str, sha256: str, study: str, names: Names
) -> Submission:
    """What a coded project says, on its way into the graph.

    Args:
        project: as a tool exported it.
        codebook: what its codes and sources mean.
        file: the project file's name, without its folder.
        sha256: of the project file's bytes.
        study: slug of the study.
        names: gives coders their pseudonyms.

    Returns:
        A submission: its public part has codes, passages by position and codings; its restricted
        part has words, memos, and the names of files and coders.

    Raises:
        Unreadable: two codes or sources would have one name.
    """
    return _Encoder(project, codebook, file, study, names).submission(sha256)


class _Encoder:
    def __init__(
        self, project: Project, codebook: Codebook, file: str, study: str, names: Names
    ) -> None:
        self.names = names
        self.project, self.codebook, self.file, self.study = project, codebook, file, study
        self.public, self.restricted = spilling_graph(), spilling_graph()
        self.places = Places()
        self.notes: list[Note] = []
        self.codes: dict[Code, URIRef] = {}
        self.by_path: dict[tuple[str, ...], URIRef] = {}
        self.by_pointer: dict[str, URIRef] = {}
        self.taken: set[URIRef] = set()
        self.quoted = 0
        self.coders: dict[str, URIRef] = {}
        self.contents: set[str] = set()
        self.pointers: dict[str, URIRef] = {}
        self.pointed = {p for group in project.groups for p in group.members}
        self.pointed |= {end for link in project.links for end in (link.origin, link.target)}

    def submission(self, sha256: str) -> Submission:
        self._codebook()
        for pseudonym in self.codebook.informants:
            self._informant(pseudonym)
        used: set[str] = set()
        for number, source in enumerate(self.project.sources, 1):
            used.add(source.name)
            self._source(number, source)
        self._groups()
        for name, about in self.codebook.sources.items():
            if name not in used:
                self.notes.append(Note.unused_source(self.codebook.file, about.line, name))
        self.notes = gathered([*self.project.notes, *self.notes])
        for note in self.notes:
            for language, text in (("en", note.en), ("id", note.id)):
                self.restricted.add((self.book, SKOS.editorialNote, Literal(text, lang=language)))
        book = self.codebook
        # Another codebook makes another submission of the same file.
        name = digest(f"{sha256} {book.sha256}".encode()) if book.sha256 else sha256
        return Submission(
            self.study,
            name_for(self.file, name, self.study, "coding"),
            self.file,
            sha256,
            self.public,
            self.restricted,
            self.places,
            tuple(self.notes),
            (book.file, book.sha256) if book.sha256 else None,
        )

    def _thing(self, kind: str, name: str) -> URIRef:
        return terms.thing(self.study, kind, name)

    def _add(self, subject: URIRef, predicate: URIRef, *values: Node) -> None:
        for value in values:
            self.public.add((subject, predicate, value))

    def _declare(self, subject: URIRef, kind: URIRef, place: Place | None = None) -> None:
        self._add(subject, RDF.type, kind)
        if place is not None:
            self.places.note(subject, place)

    def _codebook(self) -> None:
        # What a project is called may name a person, as a file's name may.
        name = naming_nobody(self.project.name, self.study)
        self.book = self._thing("codebook", name or "coding")
        self._declare(self.book, CG.Codebook, Place(self.file))
        self._add(self.book, CG.inStudy, terms.study(self.study))
        told = name or self.study
        labels = Literal(f"Buku kode {told}", lang="id"), Literal(f"Codebook {told}", lang="en")
        self._add(self.book, SKOS.prefLabel, *labels)
        self._add(self.book, RDFS.label, *labels)
        if self.project.name:
            self.restricted.add((self.book, DCTERMS.alternative, Literal(self.project.name)))
        for memo in self.project.private:
            self._memo(memo)
        paths = {code.name for code in self.project.codes}
        for path, binding in self.codebook.codes.items():
            if path not in paths:
                self.notes.append(Note.unused_code(self.codebook.file, binding.line, path))
        for code in self.project.codes:
            self._code(code)

    def _memo(self, memo: Memo) -> None:
        told = Literal(str(memo))
        self.restricted.add((self.book, SKOS.note, told))
        if memo.pointer in self.pointed:
            iri = self._thing("memo", _short(told, 16))
            self._point(memo.pointer, iri)
            self.restricted.add((iri, RDF.type, OA.TextualBody))
            self.restricted.add((iri, CG.inStudy, terms.study(self.study)))
            self.restricted.add((iri, SKOS.prefLabel, Literal(memo.title)))
            self.restricted.add((iri, RDF.value, told))
        place = Place(self.file, pointer=memo.title)
        if (found := memos.read(memo.text, place)) is not None:
            found.state(self.study, place, self.public, self.places)

    def _code(self, code: Code) -> None:
        iri = self._thing("code", terms.slug(" ".join(code.path)) or "code")
        if iri in self.taken:
            iri = self._thing("code", f"{terms.slug(' '.join(code.path))}-{_short(code.name)}")
        if code.path in self.by_path:
            same = Note.namesake(code.name)
            if same not in self.notes:
                self.notes.append(same)
        if iri in self.taken:
            iri = URIRef(f"{iri}-{_short(code.pointer)}")
        self.codes[code] = iri
        self.by_path.setdefault(code.path, iri)
        self.by_pointer[code.pointer] = iri
        self.taken.add(iri)
        self._point(code.pointer, iri)
        binding = self.codebook.codes.get(code.name)
        line = binding.line if binding else None
        self._declare(iri, CG.Code, Place(self.codebook.file if line else self.file, line, None,
                                          None if line else code.name))  # fmt: skip
        self._add(iri, CG.inStudy, terms.study(self.study))
        self._add(iri, CG.inCodebook, self.book)
        self._add(iri, SKOS.inScheme, self.book)
        label = Literal(code.path[-1], lang=self.codebook.language)
        shown = self.names.shown(self.study, iri, label)
        self._add(iri, SKOS.prefLabel, shown)
        if shown != label:
            self._add(iri, SKOS.altLabel, label)
            self.notes.append(Note.spelt_otherwise(self.file, str(label), str(shown)))
        above = self.by_pointer.get(code.above) if code.above else self.by_path.get(code.path[:-1])
        if above is not None:
            self._add(iri, SKOS.broader, above)
        if code.note:
            self.restricted.add((iri, SKOS.note, Literal(code.note)))
        if code.description:
            # A definition may quote; researchers read it.
            told = Literal(code.description, lang=self.codebook.language)
            self.restricted.add((iri, SKOS.definition, told))
        if binding:
            self._add(iri, CG.mapsTo, *(self._concept(aspect) for aspect in binding.aspects))
            self._add(iri, CG.marks, *(self._reference(mark) for mark in binding.marks))

    def _concept(self, reference: str) -> URIRef:
        return URIRef(terms.SCHEME + reference)

    def _reference(self, reference: str) -> URIRef:
        kind, _, name = reference.partition("/")
        return self._concept(reference) if kind in terms.PREFIXES else self._thing(kind, name)

    def _informant(self, pseudonym: str) -> URIRef:
        voice = self.codebook.informants[pseudonym]
        iri = self._thing("informant", terms.slug(pseudonym))
        self._declare(iri, CG.Informant, Place(self.codebook.file, voice.line))
        self._add(iri, CG.inStudy, terms.study(self.study))
        self._add(iri, CG.pseudonym, Literal(pseudonym))
        self._add(iri, CG.speaksFor, self._reference(voice.speaks_for))
        self._add(iri, CG.consent, terms.CONSENT[voice.consent])
        if voice.position:
            self._add(iri, CG.position, terms.POSITION[voice.position])
        return iri

    def _source(self, number: int, source: Source) -> None:
        about = self.codebook.sources.get(source.name) or About("document")
        content = source.digest
        if content in self.contents:
            self.notes.append(Note.twin(source.name))
            content = digest(f"{content} {source.name} {number}".encode())
        kind, label_id, label_en = _KINDS[about.kind]
        iri = self._thing(about.kind, f"source-{content[:12]}")
        self.contents.add(content)
        self._point(source.pointer, iri)
        place = Place(self.codebook.file, about.line) if about.line else Place(self.file)
        self._declare(iri, kind, place)
        self._add(iri, CG.inStudy, terms.study(self.study))
        titles = {"id": f"{label_id} {number}", "en": f"{label_en} {number}", **about.titles}
        for lang, text in titles.items():
            label = Literal(text, lang=lang)
            shown = self.names.shown(self.study, iri, label)
            if shown != label and lang in about.titles:
                file = f"{self.codebook.file}:{about.line}"
                self.notes.append(Note.titled_otherwise(file, text, str(shown)))
            titles[lang] = str(shown)
            self._add(iri, RDFS.label, shown)
        # A file's name may name a person.
        self.restricted.add((iri, DCTERMS.title, Literal(source.name)))
        self.restricted.add((iri, SDO.position, Literal(number)))
        if source.note:
            self.restricted.add((iri, SKOS.note, Literal(source.note)))
        self._values(iri, source.values)
        if about.date:
            self._add(iri, CG.date, Literal(about.date, datatype=_DATES[len(about.date)]))
        if about.informant:
            self._add(iri, CG.interviewee, self._thing("informant", terms.slug(about.informant)))
        if about.observes:
            self._add(iri, CG.observes, self._reference(about.observes))
        text = self._thing("text", content[:16])
        self._declare(text, CG.TextVersion)
        self._add(iri, CG.hasVersion, text)
        self._add(text, DCTERMS.language, Literal(about.language or self.codebook.language))
        if source.text is not None:
            self._add(text, CG.characterCount, Literal(len(source.text)))
            self.restricted.add((text, CG.content, Literal(source.text)))
        if source.reading and (source.reading.fit < _SURE or source.reading.name != "code points"):
            self.notes.append(Note.reading(source.name, source.reading))
        for passage in source.passages:
            self._passage(source, content, passage, iri, text, titles, about)

    def _passage(
        self,
        source: Source,
        content: str,
        passage: Passage,
        iri: URIRef,
        text: URIRef,
        titles: Mapping[str, str],
        about: About,
    ) -> None:
        within_time()
        where = passage.locator or f"{passage.start}-{passage.end}"
        name = f"{content[:12]}-{terms.slug(where)}"
        evidence, selector = self._thing("evidence", name), self._thing("selector", name)
        self._point(passage.pointer, evidence)
        self._declare(evidence, CG.Evidence, Place(self.file, pointer=passage.pointer))
        self._add(evidence, CG.inStudy, terms.study(self.study))
        self._add(evidence, CG.inSource, iri)
        self._add(evidence, RDFS.label, Literal(f"Bagian {where} dari {titles['id']}", lang="id"))
        self._add(evidence, RDFS.label, Literal(f"Passage {where} of {titles['en']}", lang="en"))
        self._add(evidence, CG.selector, selector)
        if about.informant:
            self._add(evidence, CG.givenBy, self._thing("informant", terms.slug(about.informant)))
        self._add(selector, CG.inVersion, text)
        if passage.start is not None and passage.end is not None and source.text is not None:
            self._quote(passage.end - passage.start)
            self._declare(selector, OA.TextPositionSelector)
            self._add(selector, OA.start, Literal(passage.start))
            self._add(selector, OA.end, Literal(passage.end))
            quote = self._thing("selector", f"{name}-quote")
            before = source.text[max(0, passage.start - _CONTEXT) : passage.start]
            after = source.text[passage.end : passage.end + _CONTEXT]
            for triple in (
                (evidence, CG.selector, quote),
                (quote, RDF.type, OA.TextQuoteSelector),
                (quote, OA.exact, Literal(source.text[passage.start : passage.end])),
                (quote, OA.prefix, Literal(before)),
                (quote, OA.suffix, Literal(after)),
            ):
                self.restricted.add(triple)
        else:
            self._declare(selector, OA.FragmentSelector)
            self._declare(selector, OA.Selector)
            self._add(selector, RDF.value, Literal(passage.locator))
            if passage.words:
                quote = self._thing("selector", f"{name}-quote")
                self.restricted.add((evidence, CG.selector, quote))
                self.restricted.add((quote, RDF.type, OA.TextQuoteSelector))
                self.restricted.add((quote, OA.exact, Literal(passage.words)))
        if passage.note:
            self.restricted.add((evidence, SKOS.note, Literal(passage.note)))
            place = Place(self.file, pointer=passage.pointer)
            if (found := memos.read(passage.note, place)) is not None:
                finding = found.state(self.study, place, self.public, self.places)
                self._add(evidence, found.bearing, finding)
        for coding in passage.codings:
            code, coder = self.codes[coding.code], self._coder(coding.coder)
            act = self._thing("coding", _short(f"{evidence} {code} {coder}", 16))
            self._declare(act, CG.Coding, Place(self.file, pointer=passage.pointer))
            self._add(act, CG.codingOf, evidence)
            self._add(act, CG.assigns, code)
            self._add(act, CG.codedBy, coder)
            if coding.at is not None:
                at = coding.at.isoformat()
                self._add(act, CG.codedAt, Literal(at, datatype=XSD.dateTime))

    def _quote(self, length: int) -> None:
        """Count what is quoted: a thousand passages may each be nearly all of a text."""
        self.quoted += length
        if self.quoted > _MOST_QUOTED:
            told = Words(
                f"its passages overlap so much that they quote more than {_MOST_QUOTED} "
                "characters; split the project, or code shorter passages",
                "bagian-bagiannya begitu tumpang tindih sehingga kutipannya lebih dari "
                f"{_MOST_QUOTED} karakter; pecah proyeknya, atau kodekan bagian yang lebih pendek",
            )
            raise Unreadable(self.file, told)

    def _groups(self) -> None:
        """Cases, sets and links, for researchers: their names may name persons."""
        collections = []
        named = Counter[str]()
        for group in self.project.groups:
            named[group.name] += 1
            number = f" {named[group.name]}" if named[group.name] > 1 else ""
            iri = self._thing("collection", _short(group.name + number))
            collections.append(iri)
            self._point(group.pointer, iri)
        for iri, group in zip(collections, self.project.groups, strict=True):
            self.restricted.add((iri, RDF.type, SKOS.Collection))
            self.restricted.add((iri, SKOS.prefLabel, Literal(group.name)))
            if group.note:
                self.restricted.add((iri, SKOS.note, Literal(group.note)))
            for pointer in group.members:
                if (member := self._pointed(group.name, pointer)) is not None:
                    self.restricted.add((iri, SKOS.member, member))
            self._values(iri, group.values)
        for link in self.project.links:
            origin = self._pointed(link.name, link.origin)
            target = self._pointed(link.name, link.target)
            if origin is not None and target is not None:
                self.restricted.add((origin, SKOS.related, target))
                self._relation(link, origin, target)

    def _relation(self, link: Link, origin: URIRef, target: URIRef) -> None:
        """What a link is called and which way it goes, as a linking annotation has it (OA §3)."""
        if not (link.name or link.direction or link.note):
            return
        told = f"{origin} {target} {link.name} {link.direction}"
        iri = self._thing("relation", _short(told, 16))
        self.restricted.add((iri, RDF.type, OA.Annotation))
        self.restricted.add((iri, OA.motivatedBy, OA.linking))
        self.restricted.add((iri, OA.hasTarget, origin))
        self.restricted.add((iri, OA.hasBody, target))
        for predicate, text in (
            (SKOS.prefLabel, link.name),
            (RDF.value, link.direction),
            (SKOS.note, link.note),
        ):
            if text:
                self.restricted.add((iri, predicate, Literal(text)))

    def _values(self, iri: URIRef, values: Iterable[tuple[str, str]]) -> None:
        for variable, value in values:
            node = self._thing("value", _short(f"{iri} {variable}", 16))
            self.restricted.add((iri, SDO.additionalProperty, node))
            self.restricted.add((node, SDO.name, Literal(variable)))
            self.restricted.add((node, SDO.value, Literal(value)))

    def _point(self, pointer: str, iri: URIRef) -> None:
        """Keep what a pointer means, if a case, a set or a link has it."""
        if pointer in self.pointed:
            self.pointers[pointer] = iri

    def _pointed(self, name: str, pointer: str) -> URIRef | None:
        if pointer not in self.pointers:
            self.notes.append(Note.dangling(name, pointer))
        return self.pointers.get(pointer)

    def _coder(self, name: str) -> URIRef:
        if name not in self.coders:
            public = self.codebook.coders.get(name) or self.names.pseudonym(self.study, name)
            iri = self.coders[name] = self._thing("coder", terms.slug(public))
            self._declare(iri, CG.Coder, Place(self.file))
            self._add(iri, CG.inStudy, terms.study(self.study))
            self._add(iri, RDFS.label, Literal(f"Pengode {public}", lang="id"))
            self._add(iri, RDFS.label, Literal(f"Coder {public}", lang="en"))
            self.restricted.add((iri, CG.realName, Literal(name)))
        return self.coders[name]


def _short(text: str, length: int = 8) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def unmapped(codes: Iterable[Code], codebook: Codebook) -> list[str]:
    """The codes that no aspect is bound to, by name."""
    bound = {name for name, binding in codebook.codes.items() if binding.aspects}
    return [code.name for code in codes if code.name not in bound]
