"""Coded projects: what tools export comes in, what is wrong is told, and nothing goes missing."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rdflib import DCTERMS, RDF, RDFS, SDO, SKOS, Graph, Literal

from rembug import codebooks, sources, terms
from rembug.changes import submissions
from rembug.errors import NothingToWrite, Unreadable
from rembug.graph import KnowledgeGraph, Role
from rembug.sources import Codebook, Submission, positions
from rembug.sources.coded import Code
from rembug.terms import CG, OA

from . import projects
from .projects import project, qdpx, selection, source

SHARED = Path(__file__).parents[3] / "shared" / "refi-qda"
TEXT = "Kami jarang bertemu. 😀 Cuaca buruk.\r\nDinas tidak datang — café."


@pytest.fixture
def shared(missing: Callable[[str], None]) -> Path:
    if not SHARED.is_dir():
        missing("real projects of other tools")
    return SHARED


def imported(path: Path, codebook: Path | None = None) -> Submission:
    return sources.read(path, "uji", codebook)


def words(submission: Submission) -> set[str]:
    return {str(o) for o in submission.restricted.objects(None, OA.exact)}


def spans(submission: Submission) -> list[tuple[int, int]]:
    graph = submission.public
    return sorted(
        (int(graph.value(s, OA.start)), int(graph.value(s, OA.end)))
        for s in graph.subjects(RDF.type, OA.TextPositionSelector)
    )


def everything(submission: Submission) -> Graph:
    return submission.public + submission.restricted


def test_a_project_of_qualcoder(shared: Path) -> None:
    found = imported(shared / "qualcoder-magetan-abstract.qdpx")
    assert "tidak maksimalnya komunikasi antar aktor" in words(found)
    graph = found.public
    assert len(set(graph.subjects(RDF.type, CG.Code))) == 7
    assert len(set(graph.subjects(RDF.type, CG.Coder))) == 2
    code = terms.thing("uji", "code", "proses-kolaborasi-dialog-tatap-muka")
    assert (code, SKOS.broader, terms.thing("uji", "code", "proses-kolaborasi")) in graph
    (case,) = found.restricted.subjects(RDF.type, SKOS.Collection)
    assert str(found.restricted.value(case, SKOS.prefLabel)) == "KUBE Mukti Rahayu"
    (value,) = found.restricted.objects(case, SDO.additionalProperty)
    assert str(found.restricted.value(value, SDO.value)) == "informal"
    assert not found.notes


def test_a_project_of_atlas_ti_without_its_sources(shared: Path) -> None:
    found = imported(shared / "atlasti-8.4-standard-project.qdpx")
    graph = found.public
    assert len(set(graph.subjects(RDF.type, CG.Code))) == 14
    locators = {str(value) for value in graph.objects(None, RDF.value)}
    assert any(locator.startswith("t=") for locator in locators)
    assert any("xywh=" in locator for locator in locators)
    assert any(locator.startswith("char=") for locator in locators)
    assert len(words(found)) == 3  # those that selections in a PDF bring along
    assert any("not in the archive" in note.en for note in found.notes)
    text = everything(found).serialize(format="nt")
    assert "CloudDocs" not in text  # basePath names somebody's folders
    assert "sebpe" not in text


def test_a_project_of_taguette(shared: Path) -> None:
    found = imported(shared / "taguette-project.sqlite3")
    assert "tidak maksimalnya komunikasi antar aktor" in words(found)
    assert "KUBE Mukti Rahayu dan Sentra Batik Sambung Roso" in words(found)
    codes = imported(shared / "taguette-codebook.qdc")
    assert len(set(codes.public.subjects(RDF.type, CG.Code))) == 5


def test_the_same_passage_coded_in_two_tools_reads_the_same(shared: Path) -> None:
    both = [
        words(imported(shared / name))
        for name in ("qualcoder-magetan-abstract.qdpx", "taguette-project.sqlite3")
    ]
    assert len(both[0] & both[1]) >= 3


def test_what_is_imported_conforms_and_is_traced(shared: Path, kg: KnowledgeGraph) -> None:
    from rembug.changes import studies

    # Each in a study of its own: they write two codes differently, which one study may not.
    files = {"uji": "qualcoder-magetan-abstract.qdpx", "dua": "taguette-project.sqlite3"}
    for study in files:
        submissions.submit(kg, [studies.describe(study, title_en="Test", title_id="Uji")])
    found = [sources.read(shared / file, study) for study, file in files.items()]
    commit = submissions.submit(kg, found)
    assert len(commit.added) == 2
    asked = 'SELECT ?g { GRAPH ?g { ?s ?p ?o FILTER(CONTAINS(STR(?o), "tidak maksimalnya")) } }'
    assert not kg.rows(asked, Role.PUBLIC).rows
    assert kg.rows(asked, Role.RESEARCHER).rows
    again = submissions.submit(
        kg, [sources.read(shared / file, study) for study, file in files.items()]
    )
    assert (again.version, len(again.unchanged)) == (commit.version, 2)


# What each tool would write for the same two passages: “jarang bertemu” and “Dinas tidak datang”.
def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def crlf_as_one(text: str) -> int:
    return len(text.replace("\r\n", "\n"))


MEASURES = {
    "code points": len,
    "code points, CRLF as one": crlf_as_one,
    "UTF-16 units": utf16,
    "UTF-16 units, CRLF as one": lambda text: utf16(text.replace("\r\n", "\n")),
    "UTF-8 bytes": lambda text: len(text.encode()),
    "code points from 1": lambda text: len(text) + 1,
}
QUOTES = ["jarang bertemu", "Cuaca buruk", "Dinas tidak datang", "café"]


@pytest.mark.parametrize(("name", "measure"), MEASURES.items(), ids=MEASURES)
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["", "bom"])
def test_positions_are_understood_however_a_tool_counts(
    tmp_path: Path, name: str, measure: Callable[[str], int], bom: bytes
) -> None:
    marks = []
    for quote in QUOTES:
        at = TEXT.index(quote)
        marks.append(selection(measure(TEXT[:at]), measure(TEXT[: at + len(quote)])))
    path = qdpx(
        tmp_path / "p.qdpx",
        project(source("a.txt", "T.txt", *marks)),
        {"T.txt": bom + TEXT.encode()},
    )
    assert words(imported(path)) == set(QUOTES)


@given(st.data())
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_coded_by_words_is_read_back_in_any_way_of_counting(data: st.DataObject) -> None:
    word = st.text(st.sampled_from("abcé😀ñ漢"), min_size=1, max_size=6)
    gap = st.sampled_from([" ", ", ", "\r\n", ". ", " 😀 "])
    tokens = data.draw(st.lists(st.tuples(word, gap), min_size=12, max_size=40))
    raw = "".join(token + space for token, space in tokens)
    measure = data.draw(st.sampled_from(list(MEASURES.values())[:5]))
    marks, quotes, at = [], [], 0
    for token, space in tokens:
        marks.append((measure(raw[:at]), measure(raw[: at + len(token)])))
        quotes.append(token)
        at += len(token) + len(space)
    places, reading = positions.read(raw, marks)
    text = positions.plain(raw)
    assume(not reading.others.endswith("100%"))  # else the text does not tell them well apart
    assert reading.fit == 1.0
    assert [text[p[0] : p[1]] for p in places if p] == quotes


BROKEN = {
    "no ZIP": (b"PK nothing", "no ZIP archive"),
    "no project": (projects.zip_of({"x.txt": b""}), "project.qde"),
    "two projects": (projects.zip_of({"a.qde": b"", "b.qde": b""}), "several"),
    "no XML": (projects.zip_of({"project.qde": b"hello"}), "XML"),
    "cut short": (projects.zip_of({"project.qde": project().encode()[:-30]}), "XML"),
    "other XML": (projects.zip_of({"project.qde": b"<html/>"}), "REFI-QDA"),
    "a path outside": (projects.zip_of({"../project.qde": project().encode()}), "outside"),
    "an absolute path": (projects.zip_of({"/etc/project.qde": b"", "project.qde": b""}), "outside"),
    "a drive": (projects.zip_of({"C:/x.txt": b"", "project.qde": b""}), "outside"),
    "a bomb": (
        projects.zip_of({"project.qde": project().encode(), "sources/b": b"0" * 30_000_000}),
        "unpacks",
    ),
    "entities": (
        projects.zip_of(
            {
                "project.qde": b'<!DOCTYPE p [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'
                + b"<Project>&b;</Project>"
            }
        ),
        "document type or entities",
    ),
    "a file's words": (
        projects.zip_of(
            {
                "project.qde": b'<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
                + b"<Project>&x;</Project>"
            }
        ),
        "document type or entities",
    ),
    "empty": (projects.zip_of({"project.qde": project(codes="", users="").encode()}), "empty"),
    "two codes of one GUID": (
        projects.zip_of(
            {
                "project.qde": project(
                    codes='<CodeBook><Codes><Code guid="C1" name="a"/><Code guid="c1" name="b"/>'
                    "</Codes></CodeBook>"
                ).encode()
            }
        ),
        "two codes",
    ),
    "two sources of one GUID": (
        projects.zip_of(
            {"project.qde": project(source("a", "a.txt"), source("b", "b.txt")).encode()}
        ),
        "two sources",
    ),
}


@pytest.mark.parametrize(("body", "told"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_project_or_a_harmful_one_is_refused(
    tmp_path: Path, body: bytes, told: str
) -> None:
    path = tmp_path / "p.qdpx"
    path.write_bytes(body)
    with pytest.raises(Unreadable, match=told):
        imported(path)


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    path = qdpx(tmp_path / "p.qdpx", project())
    body = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(mark) + offset] |= 1
    path.write_bytes(body)
    with pytest.raises(Unreadable, match="encrypted"):
        imported(path)


def test_deviations_that_tools_are_known_for_are_understood(tmp_path: Path) -> None:
    """An odd project name, another folder, a BOM, GUIDs in capitals, sections out of order."""
    body = source("", "TEXT.TXT", selection(0, 4, code="c2", user="u1")).replace("internal://", "")
    xml = (
        f'\ufeff<Project xmlns="{projects.PROJECT}" name="Uji"><Sources>{body}</Sources>'
        f"{projects.CODES}{projects.USERS}</Project>"
    )
    path = qdpx(tmp_path / "p.qdpx", xml, {"Sources/text.txt": b"Kami di sini."}, "Uji.QDE")
    assert words(imported(path)) == {"Kami"}


def test_what_does_not_fit_is_said_and_the_rest_comes_in(tmp_path: Path) -> None:
    body = source(
        "a.txt",
        "a.txt",
        selection(0, 4),
        selection(5, 4000),
        selection(9, 5),
        selection(0, 4, code="C9", user="U2"),
        guid="T1",
    ) + "".join(
        source(f"{n}.txt", f"none{n}.txt", selection(n, n + 4), guid=f"T{n}") for n in range(2, 10)
    )
    rest = (
        "<Graphs><Graph guid='G' name='peta'><Vertex guid='V' name='?'/></Graph></Graphs>"
        "<Links><Link guid='L' name='sebab' originGUID='C2' targetGUID='C8'/></Links>"
    )
    path = qdpx(tmp_path / "p.qdpx", project(body, rest=rest), {"a.txt": b"Kami di sini."})
    found = imported(path)
    told = " ".join(note.en for note in found.notes)
    for part in (
        "5 to 4000",
        "9 to 5",
        "c9",
        "a.txt: 2 passages do not lie in the text; left out: ",
        "8 sources (2.txt, 3.txt, 4.txt, 5.txt, 6.txt, …), of each: its text is not in",
        "drawing “peta”",
        "in it alone: 1",
        "“sebab” names c8",
    ):
        assert part in told
    assert words(found) == {"Kami"}
    assert all(note.id and note.id != note.en for note in found.notes)
    notes = found.restricted.objects(None, SKOS.editorialNote)
    assert len({note for note in notes if note.language == "id"}) == len(found.notes)


def test_the_same_file_gives_the_same_iris_and_a_corrected_one_changes_what_it_corrects(
    tmp_path: Path,
) -> None:
    first = qdpx(
        tmp_path / "a.qdpx",
        project(source("a", "a.txt", selection(0, 4))),
        {"a.txt": b"Kami di sini."},
    )
    more = project(source("a", "a.txt", selection(0, 4), selection(5, 7)))
    other_guids = more.replace('guid="', 'guid="X').replace('targetGUID="X', 'targetGUID="')
    other_guids = other_guids.replace('targetGUID="', 'targetGUID="X')
    other_guids = other_guids.replace('creatingUser="', 'creatingUser="X')
    second = qdpx(tmp_path / "b.qdpx", other_guids, {"a.txt": b"Kami di sini."})
    before, after = (set(imported(path).public) for path in (first, second))
    assert before <= after
    assert set(imported(first).public) == before


CODEBOOK = """
language: id
codes:
  "Proses / Dialog tatap muka":
    {aspect: ansell-gash/face-to-face-dialogue, marks: [actor/dinas, rating/weak]}
  "Cuaca":
sources:
  "a.txt": {kind: interview, informant: P1, date: 2022-05-01, id: Wawancara 1, en: With P1}
informants:
  P1: {speaksFor: actor/sentra, position: artisan, consent: paraphrase}
coders:
  peneliti satu: A
"""


def test_a_codebook_says_what_codes_and_sources_mean(tmp_path: Path) -> None:
    book = tmp_path / "codebook.yaml"
    book.write_text(CODEBOOK)
    path = qdpx(
        tmp_path / "p.qdpx",
        project(source("a.txt", "a.txt", selection(0, 4))),
        {"a.txt": b"Kami di sini."},
    )
    found = imported(path, book)
    graph = found.public
    code = terms.thing("uji", "code", "proses-dialog-tatap-muka")
    assert (code, CG.mapsTo, terms.SCHEME["ansell-gash/face-to-face-dialogue"]) in graph
    assert set(graph.objects(code, CG.marks)) == {
        terms.thing("uji", "actor", "dinas"),
        terms.RATING.weak,
    }
    (interview,) = graph.subjects(RDF.type, CG.Interview)
    assert (interview, RDFS.label, Literal("With P1", lang="en")) in graph
    informant = terms.thing("uji", "informant", "p1")
    assert (interview, CG.interviewee, informant) in graph
    assert (informant, CG.consent, terms.CONSENT.paraphrase) in graph
    (evidence,) = graph.subjects(RDF.type, CG.Evidence)
    assert (evidence, CG.givenBy, informant) in graph
    assert (terms.thing("uji", "coder", "a"), RDF.type, CG.Coder) in graph
    assert str(found.places[code]) == "codebook.yaml:5"
    assert not found.notes


def test_nothing_that_may_name_a_person_is_public(tmp_path: Path) -> None:
    memo = "<PlainTextContent>rahasia</PlainTextContent>"
    xml = project(
        source("Wawancara seseorang.txt", "a.txt", selection(0, 4)),
        rest=f'<Notes><Note guid="N" name="memo">{memo}</Note></Notes>',
    )
    xml = xml.replace('name="Uji"', 'name="Wawancara Sulastri"')
    found = imported(qdpx(tmp_path / "p.qdpx", xml, {"a.txt": b"Kami di sini."}))
    public = found.public.serialize(format="nt")
    for private in ("seseorang", "peneliti", "rahasia", "Kami", "Bertemu langsung", "Sulastri"):
        assert private.casefold() not in public.casefold()
        assert private in found.restricted.serialize(format="nt")
    assert set(found.restricted.objects(None, DCTERMS.title)) == {
        Literal("Wawancara seseorang.txt")
    }


WRONG = {
    "not YAML": ("codes: [", "YAML"),
    "an unknown part": ("kode: {}", "kode"),
    "an unknown part of a code": ("codes:\n  a: {aspek: x/y}", ":2: .*aspek"),
    "no reference": ("codes:\n  a: trust", ":2: .*trust"),
    "an unknown kind": ("sources:\n  a: {kind: chat}", ":2: .*chat"),
    "an interview of nobody": ("sources:\n  a: {kind: interview}", ":2: .*informant"),
    "an unknown informant": ("sources:\n  a: {kind: interview, informant: P9}", "P9"),
    "a date that is none": ("sources:\n  a: {date: 2022-13-01}", "2022-13-01"),
    "an informant for nobody": ("informants:\n  P1: {consent: paraphrase}", "speaksFor"),
    "too deep": ("[" * 10_000, "too deeply"),
    "a list for a name": ("codes:\n  [a]: x/y", ":2: exactly one name"),
    "twice": ("codes:\n  a: x/y\n  a: x/z", ":3: .*twice"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_codebook_says_where_it_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    book = tmp_path / "codebook.yaml"
    book.write_text(text)
    with pytest.raises(Unreadable, match=told):
        sources.read_codebook(book)


def test_an_empty_codebook_is_one(tmp_path: Path) -> None:
    book = tmp_path / "codebook.yaml"
    book.write_text("")
    found = sources.read_codebook(book)
    assert found == Codebook(file="codebook.yaml", sha256=found.sha256)


def test_many_codings_do_not_hold_the_sources_in_memory(tmp_path: Path) -> None:
    """Sources are read one after the other: of fifty texts of a megabyte one is there at a time."""
    import tracemalloc

    body = [source(f"{n}.txt", f"{n}.txt", selection(0, 4), guid=f"T{n}") for n in range(50)]
    files = {f"{n}.txt": (f"Kami {n}. " + "kata " * 200_000).encode() for n in range(50)}
    path = qdpx(tmp_path / "p.qdpx", project(*body), files)
    with zipfile.ZipFile(path) as archive:
        assert sum(entry.file_size for entry in archive.infolist()) > 50_000_000
    tracemalloc.start()
    found = sources.coded(path)
    assert sum(1 for _ in found.sources) == 50
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 150_000_000


def test_unknown_files_are_named(tmp_path: Path) -> None:
    for name in ("x.qdpx", "x.docx", "x"):
        with pytest.raises(Unreadable, match="No such file") as missing:
            sources.read(tmp_path / name, "uji")
        assert missing.value.exit_code == 2
    (tmp_path / "x.docx").touch()
    with pytest.raises(Unreadable, match=r"\.qdpx"):
        sources.read(tmp_path / "x.docx", "uji")
    (tmp_path / "x.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(Unreadable, match="SQLite"):
        sources.read(tmp_path / "x.sqlite3", "uji")


def test_a_draft_can_be_read_where_sources_have_one_name(tmp_path: Path) -> None:
    twins = source("a", "a.txt"), source("a", "b.txt", guid="T2")
    path = qdpx(tmp_path / "p.qdpx", project(*twins), {"a.txt": b"Kami.", "b.txt": b"Anda."})
    book = tmp_path / "codebook.yaml"
    book.write_text(codebooks.draft(sources.coded(path), []), encoding="utf-8")
    assert set(sources.read_codebook(book).sources) == {"a"}
    assert sources.read(path, "uji", book).name


@pytest.mark.parametrize("name", ["Insentif & hambatan berpartisipasi", "Constraints/incentives"])
def test_words_that_join_others_keep_no_code_from_its_aspect(name: str) -> None:
    labels = {
        "id": "insentif dan hambatan untuk berpartisipasi",
        "en": "incentives for and constraints on participation",
    }
    aspect = codebooks.Aspect("urn:a", "s", labels, {}, {})
    [found] = codebooks.suggest([Code((name,))], [aspect])
    assert found.aspect is aspect


def test_another_codebook_makes_another_submission_of_the_same_file(tmp_path: Path) -> None:
    path = qdpx(tmp_path / "p.qdpx", project(source("a", "a.txt")), {"a.txt": b"Kami."})
    book = tmp_path / "codebook.yaml"
    names = {imported(path).name}
    for aspect in ("aspect/impact", "aspect/growth"):
        book.write_text(f"codes:\n  Cuaca: {aspect}\n")
        found = imported(path, book)
        assert found.mapping is not None
        names.add(found.name)
    assert len(names) == 3
    assert len({imported(path, book).sha256, imported(path).sha256}) == 1


def test_cases_sets_variables_and_links_are_kept_for_researchers(tmp_path: Path) -> None:
    rest = """<Variables><Variable guid="V" name="usia" typeOfVariable="Integer"/></Variables>
        <Cases><Case guid="K" name="seseorang"><VariableValue><VariableRef targetGUID="V"/>
        <IntegerValue>40</IntegerValue></VariableValue><SourceRef targetGUID="T1"/></Case></Cases>
        <Sets><Set guid="M" name="cuaca"><MemberCode targetGUID="C3"/></Set></Sets>
        <Links><Link guid="L" name="x" originGUID="C2" targetGUID="S0-4-U1"/></Links>"""
    xml = project(source("a.txt", "a.txt", selection(0, 4)), rest=rest)
    found = imported(qdpx(tmp_path / "p.qdpx", xml, {"a.txt": b"Kami di sini."}))
    graph = found.restricted
    members = {
        str(graph.value(group, SKOS.prefLabel)): set(graph.objects(group, SKOS.member))
        for group in graph.subjects(RDF.type, SKOS.Collection)
    }
    (document,) = found.public.subjects(RDF.type, CG.Document)
    (evidence,) = found.public.subjects(RDF.type, CG.Evidence)
    weather = terms.thing("uji", "code", "cuaca")
    assert members == {"seseorang": {document}, "cuaca": {weather}}
    values = {(str(graph.value(v, SDO.name)), str(o)) for v, o in graph.subject_objects(SDO.value)}
    assert values == {("usia", "40")}
    dialogue = terms.thing("uji", "code", "proses-dialog-tatap-muka")
    assert (dialogue, SKOS.related, evidence) in graph
    assert not found.notes
    assert "seseorang" not in found.public.serialize(format="nt")


def test_in_out_and_in_again_gives_the_same_graph(kg: KnowledgeGraph, tmp_path: Path) -> None:
    from rembug import exchange
    from rembug.changes import studies

    submissions.submit(kg, [studies.describe("uji", title_en="Test", title_id="Uji")])
    text = "Kami 😀 jarang bertemu.\r\nCuaca buruk, café."
    marks = [
        selection(at := text.index(quote), at + len(quote), code, user)
        for quote, code, user in (
            ("jarang bertemu", "C2", "U1"),
            ("jarang bertemu", "C2", "U2"),
            ("Cuaca buruk", "C3", "U2"),
        )
    ]
    xml = project(source("a.txt", "a.txt", *marks))
    first = imported(qdpx(tmp_path / "uji.qdpx", xml, {"a.txt": text.encode()}))
    submissions.submit(kg, [first])
    body = exchange.qdpx(kg, "uji", Role.RESEARCHER)
    assert body == exchange.qdpx(kg, "uji", Role.RESEARCHER)
    again = tmp_path / "again" / "uji.qdpx"
    again.parent.mkdir()
    again.write_bytes(body)
    second = imported(again)
    assert set(second.public) == set(first.public)
    assert ["CRLF" in note.en for note in first.notes] == [True]  # the one thing that is not kept
    first.restricted.remove((None, SKOS.editorialNote, None))
    assert set(second.restricted) == set(first.restricted)
    with pytest.raises(NothingToWrite, match="coded text"):
        exchange.qdpx(kg, "uji", Role.PUBLIC)


def test_what_researchers_held_together_comes_out_and_in_again(
    kg: KnowledgeGraph, tmp_path: Path
) -> None:
    from rembug import exchange
    from rembug.changes import studies

    submissions.submit(kg, [studies.describe("uji", title_en="Test", title_id="Uji")])
    rest = """<Variables><Variable guid="V" name="usia" typeOfVariable="Integer"/></Variables>
        <Cases><Case guid="K" name="kasus"><Description>Catatan.</Description>
        <CodeRef targetGUID="C2"/><VariableValue><VariableRef targetGUID="V"/>
        <IntegerValue>40</IntegerValue></VariableValue><SourceRef targetGUID="T1"/></Case>
        <Case guid="P" name="petikan"><SelectionRef targetGUID="S0-4-U1"/></Case></Cases>
        <Notes><Note guid="N1" name="Memo" plainTextPath="internal://memo.txt"/>
        <Note guid="N2" name="Sisipan"><PlainTextContent>Ragu.</PlainTextContent></Note></Notes>
        <Links><Link guid="L" name="x" originGUID="C2" targetGUID="S0-4-U1"/></Links>
        <Sets><Set guid="M" name="cuaca"><MemberCode targetGUID="C3"/></Set></Sets>"""
    coded = selection(0, 4).replace(
        "</PlainTextSelection>", '<NoteRef targetGUID="N2"/></PlainTextSelection>'
    )
    about = '<VariableValue><VariableRef targetGUID="V"/><TextValue>7</TextValue></VariableValue>'
    text = source("a.txt", "a.txt", "<Description>Rekaman pagi.</Description>", coded, about)
    xml = project(text, rest=rest).replace('name="Uji"', 'name="Proyek Lain"')
    files = {"a.txt": b"Kami di sini.", "memo.txt": b"Isi memo."}
    first = imported(qdpx(tmp_path / "satu.qdpx", xml, files))
    assert not first.notes
    told = {str(o) for o in first.restricted.objects(None, SKOS.note)}
    assert told == {"Catatan.", "Memo: Isi memo.", "Sisipan: Ragu.", "Ragu.", "Rekaman pagi."}
    submissions.submit(kg, [first])
    again = tmp_path / "dua.qdpx"
    again.write_bytes(exchange.qdpx(kg, "uji", Role.RESEARCHER))
    second = imported(again)
    assert set(second.public) == set(first.public)
    assert set(second.restricted) == set(first.restricted)


def test_sources_come_out_in_the_order_that_numbers_them(
    kg: KnowledgeGraph, tmp_path: Path
) -> None:
    from rembug import exchange
    from rembug.changes import studies

    submissions.submit(kg, [studies.describe("uji", title_en="Test", title_id="Uji")])
    several = [source(f"{n}.txt", f"{n}.txt", selection(0, 4), guid=f"T{n}") for n in range(6)]
    several = [one.replace("S0-4-U1", f"S{n}") for n, one in enumerate(several)]
    files = {f"{n}.txt": f"Kami di sini, {n}.".encode() for n in range(6)}
    first = imported(qdpx(tmp_path / "p.qdpx", project(*several), files))
    submissions.submit(kg, [first])
    again = tmp_path / "again.qdpx"
    again.write_bytes(exchange.qdpx(kg, "uji", Role.RESEARCHER))
    second = imported(again)
    assert set(second.public) == set(first.public)
    assert set(second.restricted) == set(first.restricted)


def test_a_drawing_becomes_a_set_with_links(tmp_path: Path) -> None:
    rest = """<Graphs><Graph guid="G" name="peta">
        <Vertex guid="V1" representedGUID="C2" firstX="0" firstY="0"/>
        <Vertex guid="V2" representedGUID="C3" firstX="9" firstY="9"/>
        <Edge guid="E" sourceVertex="V1" targetVertex="V2"/></Graph></Graphs>"""
    xml = project(source("a.txt", "a.txt", selection(0, 4)), rest=rest)
    found = imported(qdpx(tmp_path / "p.qdpx", xml, {"a.txt": b"Kami di sini."}))
    dialogue = terms.thing("uji", "code", "proses-dialog-tatap-muka")
    weather = terms.thing("uji", "code", "cuaca")
    (drawing,) = found.restricted.subjects(RDF.type, SKOS.Collection)
    assert set(found.restricted.objects(drawing, SKOS.member)) == {dialogue, weather}
    assert (dialogue, SKOS.related, weather) in found.restricted
    assert ["drawing" in note.en for note in found.notes] == [True]


def test_transcripts_and_the_words_of_a_pdf_are_texts(tmp_path: Path) -> None:
    coding = '<Coding guid="K{0}" creatingUser="U1"><CodeRef targetGUID="C2"/></Coding>'
    recording = f"""<AudioSource guid="A" name="rekaman.mp3"><Transcript guid="R"
        plainTextPath="internal://r.txt"><SyncPoint guid="P1" timeStamp="0" position="0"/>
        <SyncPoint guid="P2" timeStamp="1500" position="4"/><SyncPoint guid="P3" timeStamp="9000"/>
        <TranscriptSelection guid="X1" fromSyncPoint="P1" toSyncPoint="P2">{coding.format(1)}
        </TranscriptSelection><TranscriptSelection guid="X2" fromSyncPoint="P2" toSyncPoint="P3">
        {coding.format(2)}</TranscriptSelection></Transcript></AudioSource>"""
    words_of = f"""<PDFSource guid="D" name="naskah.pdf"><PDFSelection guid="X3" page="2"
        firstX="1" firstY="2" secondX="5" secondY="8">{coding.format(3)}</PDFSelection>
        <Representation guid="D2" plainTextPath="internal://d.txt"><PlainTextSelection guid="X4"
        startPosition="0" endPosition="5">{coding.format(4)}</PlainTextSelection></Representation>
        </PDFSource>"""
    files = {"r.txt": b"Kami jarang bertemu.", "d.txt": b"Dinas tidak datang."}
    found = imported(qdpx(tmp_path / "p.qdpx", project(recording, words_of), files))
    assert words(found) == {"Kami", "Dinas"}
    titles = {str(o) for o in found.restricted.objects(None, DCTERMS.title)}
    assert titles == {
        *("rekaman.mp3", "rekaman.mp3 (transcript)", "naskah.pdf", "naskah.pdf (text)"),
    }
    elsewhere = set(map(str, found.public.objects(None, RDF.value)))
    assert elsewhere == {"t=1.5,9", "page=2&xywh=1,2,4,6"}
    assert len(set(found.public.subjects(RDF.type, CG.Coding))) == 4


def test_sources_of_one_content_are_both_kept(tmp_path: Path) -> None:
    body = source("a.txt", "a.txt", selection(0, 4)) + source("b.txt", "a.txt", guid="T2")
    found = imported(qdpx(tmp_path / "p.qdpx", project(body), {"a.txt": b"Kami di sini."}))
    assert len(set(found.public.subjects(RDF.type, CG.Document))) == 2
    assert any("same content" in note.en for note in found.notes)


def test_a_real_project_comes_out_as_it_went_in(
    shared: Path, kg: KnowledgeGraph, tmp_path: Path
) -> None:
    from rembug import exchange
    from rembug.changes import studies

    submissions.submit(kg, [studies.describe("uji", title_en="Test", title_id="Uji")])
    first = imported(shared / "qualcoder-magetan-abstract.qdpx")
    submissions.submit(kg, [first])
    again = tmp_path / "again.qdpx"
    again.write_bytes(exchange.qdpx(kg, "uji", Role.RESEARCHER))
    second = imported(again)
    assert words(second) == words(first)
    codings = [set(s.public.subjects(RDF.type, CG.Coding)) for s in (first, second)]
    assert codings[0] == codings[1]


def test_a_project_outside_its_archive_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "project.qde"
    path.write_text(project(source("A.txt", "A.txt", selection(0, 4))), encoding="utf-8")
    found = sources.read(path, "uji")
    assert any("its text is not in the archive" in note.en for note in found.notes)
    assert any(str(kind).endswith("#Coding") for kind in found.public.objects())


def test_the_standards_counting_is_left_on_good_evidence_alone() -> None:
    raw = "aaaaaaaaaa\r\n" * 20 + "bb cc\r\n"
    middle = [(n * 12 + 3, n * 12 + 5) for n in range(19)]  # within a word, however one counts
    only = raw.index("bb")
    _, reading = positions.read(raw, [*middle, (only - 20, only - 18)])
    assert reading.name == "code points"


def test_a_coder_is_not_to_be_guessed_from_a_list_of_names(
    kg: KnowledgeGraph, tmp_path: Path
) -> None:
    """The pseudonym is keyed: the same in every file of a study, and another elsewhere."""
    from rembug.changes import studies

    path = qdpx(
        tmp_path / "p.qdpx",
        project(source("a.txt", "a.txt", selection(0, 4), selection(5, 7, user="U2"))),
        {"a.txt": b"Kami di sini."},
    )

    def coders(study: str, names: sources.Names) -> set[str]:
        graph = sources.read(path, study, names=names).public
        return {str(c).rpartition("/")[2] for c in graph.subjects(RDF.type, CG.Coder)}

    names = studies.names(kg)
    here = coders("uji", names)
    assert len(here) == 2
    assert here == coders("uji", studies.names(kg))
    assert here.isdisjoint(coders("lain", names))
    with KnowledgeGraph.own(str(tmp_path / "elsewhere")) as other:
        assert here.isdisjoint(coders("uji", studies.names(other)))
    assert names.pseudonym("uji", "Coder db96") == "db96"  # of a file that Rembug wrote


def test_the_secret_is_its_owners_alone_and_goes_with_a_backup(tmp_path: Path) -> None:
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        told = graph.secret.digest("a", "b")
        assert told != graph.secret.digest("ab", "")
        assert (tmp_path / "store" / "secret").stat().st_mode & 0o077 == 0
        with KnowledgeGraph.open(str(tmp_path / "store")) as guest:  # beside the service
            assert guest.secret.digest("a", "b") == told
            guest.backup(tmp_path / "copy")
    KnowledgeGraph.restore(tmp_path / "copy", str(tmp_path / "new"))
    with KnowledgeGraph.open(str(tmp_path / "new")) as graph:
        assert graph.secret.digest("a", "b") == told


@pytest.mark.parametrize(
    "name", ["qualcoder-magetan-abstract.qdpx", "atlasti-8.4-standard-project.qdpx"]
)
def test_nothing_that_a_real_project_says_is_lost(shared: Path, name: str) -> None:
    """What is stored, held against the project's XML as read here, by itself."""
    with zipfile.ZipFile(shared / name) as archive:
        project_file = next(n for n in archive.namelist() if n.lower() == "project.qde")
        root = ElementTree.fromstring(archive.read(project_file))
        texts = {n.rpartition("/")[2]: archive.read(n).decode("utf-8-sig")
                 for n in archive.namelist() if n.endswith(".txt")}  # fmt: skip

    def all_of(*tags: str, under: Element = root) -> list[Element]:
        return [e for e in under.iter() if e.tag.rpartition("}")[2] in tags]

    found = imported(shared / name)
    graph = everything(found)
    codes = {str(label) for code in graph.subjects(RDF.type, CG.Code)
             for label in graph.objects(code, SKOS.prefLabel)}  # fmt: skip
    assert codes == {e.get("name") for e in all_of("Code")}
    (inside,) = all_of("Sources")
    sources_ = [e for e in inside.iter() if e.tag.endswith(("Source", "Transcript"))]
    sources_ += [e for e in all_of("Representation") if e.get("plainTextPath")]
    assert len(set(graph.subjects(RDF.type, CG.Document))) == len(sources_)
    stored = [tuple(str(graph.value(act, p)) for p in (CG.codingOf, CG.assigns, CG.codedBy))
              for act in graph.subjects(RDF.type, CG.Coding)]  # fmt: skip
    assert len(stored) == len(all_of("Coding", under=inside))
    said = {str(o) for o in graph.objects(None, OA.exact)}
    for element in all_of("TextSource"):
        text = texts.get(element.get("plainTextPath", "").removeprefix("internal://"))
        for part in all_of("PlainTextSelection", under=element) if text else ():
            start, end = (int(part.attrib[edge]) for edge in ("startPosition", "endPosition"))
            assert part.get("name") in said
            assert text is not None
            assert text.replace("\r\n", "\n")[start:end] in said
    for part in all_of("PDFSelection"):
        for content in all_of("PlainTextContent", under=part):
            assert (content.text or "").strip() in said
    written = "\n".join(
        str(o) for p in (SKOS.note, SKOS.definition) for o in graph.objects(None, p)
    )
    for content in (*all_of("Description"), *all_of("PlainTextContent", under=all_of("Notes")[0])):
        assert (content.text or "").strip() in written
    groups = {str(graph.value(g, SKOS.prefLabel)): len(set(graph.objects(g, SKOS.member)))
              for g in graph.subjects(RDF.type, SKOS.Collection)}  # fmt: skip
    assert groups == {
        e.get("name"): sum("targetGUID" in part.attrib or part.tag.endswith("Vertex") for part in e)
        for e in all_of("Case", "Set", "Graph")
    }
    links = {(e.get("originGUID"), e.get("targetGUID")) for e in all_of("Link")}
    vertices = {e.get("guid"): e.get("representedGUID") for e in all_of("Vertex")}
    links |= {(vertices[e.get("sourceVertex")], vertices[e.get("targetVertex")])
              for e in all_of("Edge")}  # fmt: skip
    assert len(set(graph.subject_objects(SKOS.related))) == len(links)
    assert not [note.en for note in found.notes if "not in the project" in note.en]


def test_memos_and_groups_of_one_name_are_all_kept_and_memos_are_linked(
    kg: KnowledgeGraph, tmp_path: Path
) -> None:
    from rembug import exchange
    from rembug.changes import studies

    submissions.submit(kg, [studies.describe("uji", title_en="Test", title_id="Uji")])
    rest = """<Cases><Case guid="K" name="Pasar"><SourceRef targetGUID="T1"/>
        <NoteRef targetGUID="N2"/></Case></Cases>
        <Notes><Note guid="N1" name="Memo"><Description>Asal.</Description>
        <PlainTextContent>Satu.</PlainTextContent></Note>
        <Note guid="N2" name="Memo"><PlainTextContent>Dua.</PlainTextContent></Note></Notes>
        <Links><Link guid="L" originGUID="N2" targetGUID="C2"/></Links>
        <Sets><Set guid="M" name="Pasar"><MemberCode targetGUID="C3"/>
        <MemberNote targetGUID="N1"/></Set></Sets>"""
    xml = project(source("a.txt", "a.txt", selection(0, 4)), rest=rest)
    first = imported(qdpx(tmp_path / "satu.qdpx", xml, {"a.txt": b"Kami di sini."}))
    assert not first.notes
    told = {str(o) for o in first.restricted.objects(None, SKOS.note)}
    assert told == {"Memo: Asal.\nSatu.", "Memo: Dua.", "Dua."}
    groups = set(first.restricted.subjects(RDF.type, SKOS.Collection))
    assert sorted(len(set(first.restricted.objects(g, SKOS.member))) for g in groups) == [1, 2]
    memos = {str(first.restricted.value(m, RDF.value)): m
             for m in first.restricted.subjects(RDF.type, OA.TextualBody)}  # fmt: skip
    dialogue = terms.thing("uji", "code", "proses-dialog-tatap-muka")
    assert (memos["Memo: Dua."], SKOS.related, dialogue) in first.restricted
    submissions.submit(kg, [first])
    again = tmp_path / "dua.qdpx"
    again.write_bytes(exchange.qdpx(kg, "uji", Role.RESEARCHER))
    second = imported(again)
    related = set(first.restricted.subject_objects(SKOS.related))
    assert set(second.restricted.subject_objects(SKOS.related)) == related
    assert len(set(second.restricted.subjects(RDF.type, OA.TextualBody))) == 2


def test_what_links_are_called_and_which_way_they_go_is_kept_and_goes_out_again(
    kg: KnowledgeGraph, tmp_path: Path
) -> None:
    from rembug import exchange
    from rembug.changes import studies

    submissions.submit(kg, [studies.describe("uji", title_en="Test", title_id="Uji")])
    rest = """<Links>
        <Link guid="L1" name="sebab" direction="OneWay" originGUID="C2" targetGUID="C3">
        <NoteRef targetGUID="N"/></Link>
        <Link guid="L2" name="beda" direction="Bidirectional" originGUID="C2" targetGUID="C3"/>
        <Link guid="L3" originGUID="C3" targetGUID="C1"/></Links>
        <Notes><Note guid="N" name="Memo"><PlainTextContent>Menurut ibu.</PlainTextContent></Note>
        </Notes>"""
    xml = project(source("a.txt", "a.txt", selection(0, 4)), rest=rest)
    first = imported(qdpx(tmp_path / "satu.qdpx", xml, {"a.txt": b"Kami di sini."}))
    graph = first.restricted
    dialogue = terms.thing("uji", "code", "proses-dialog-tatap-muka")
    drawn = {
        str(graph.value(r, SKOS.prefLabel)): r for r in graph.subjects(RDF.type, OA.Annotation)
    }
    assert drawn.keys() == {"sebab", "beda"}
    assert graph.value(drawn["sebab"], OA.hasTarget) == dialogue
    assert graph.value(drawn["sebab"], OA.hasBody) == terms.thing("uji", "code", "cuaca")
    assert str(graph.value(drawn["sebab"], RDF.value)) == "OneWay"
    assert str(graph.value(drawn["sebab"], SKOS.note)) == "Menurut ibu."
    submissions.submit(kg, [first])
    again = tmp_path / "dua.qdpx"
    again.write_bytes(exchange.qdpx(kg, "uji", Role.RESEARCHER))
    second = imported(again).restricted
    for predicate in (SKOS.related, OA.hasTarget, OA.hasBody, OA.motivatedBy):
        told = set(second.subject_objects(predicate))
        assert told == set(graph.subject_objects(predicate)), predicate


def test_memos_on_codes_are_kept_and_codings_inside_memos_are_told_of(tmp_path: Path) -> None:
    codes = projects.CODES.replace("</Description>", '</Description><NoteRef targetGUID="N1"/>')
    rest = """<Notes><Note guid="N1" name="Arti"><PlainTextContent>Ragu.</PlainTextContent></Note>
        <Note guid="N2" name="Catatan lapangan"><PlainTextContent>Hujan.</PlainTextContent>
        <PlainTextSelection guid="S" startPosition="0" endPosition="5"><Coding guid="K">
        <CodeRef targetGUID="C3"/></Coding></PlainTextSelection></Note></Notes>"""
    whole = source("a.txt", "a.txt", selection(0, 4)).replace(
        "</TextSource>",
        '<Coding guid="KW"><CodeRef targetGUID="C3"/><NoteRef targetGUID="N1"/></Coding>'
        "</TextSource>",
    )
    xml = project(whole, codes=codes, rest=rest)
    found = imported(qdpx(tmp_path / "p.qdpx", xml, {"a.txt": b"Kami di sini."}))
    dialogue = terms.thing("uji", "code", "proses-dialog-tatap-muka")
    assert (dialogue, SKOS.note, Literal("Ragu.")) in found.restricted
    assert {str(o) for o in found.restricted.objects(dialogue, SKOS.definition)} == {
        "Bertemu langsung."
    }
    passages = [p for p in found.restricted.subjects(SKOS.note, Literal("Ragu.")) if p != dialogue]
    assert [terms.kind_of(str(p)) for p in passages] == ["evidence"]
    [note] = found.notes
    assert "memo “Catatan lapangan” is kept, but not the codings in it: 1" in note.en
    assert "jadikan memo itu sumber" in note.id


def test_codes_of_one_name_in_one_place_stay_apart(tmp_path: Path) -> None:
    codes = """<CodeBook><Codes><Code guid="C1" name="Proses" isCodable="true">
        <Code guid="C4" name="Satu" isCodable="true"/></Code>
        <Code guid="C2" name="Proses" isCodable="true">
        <Code guid="C5" name="Dua" isCodable="true"/></Code>
        <Code guid="C3" name="Proses" isCodable="true"/></Codes></CodeBook>"""
    xml = project(
        source(
            "a.txt",
            "a.txt",
            selection(0, 4, code="C1"),
            selection(5, 7, code="C2"),
            selection(8, 12, code="C3"),
        ),
        codes=codes,
    )
    path = qdpx(tmp_path / "p.qdpx", xml, {"a.txt": b"Kami di sini."})
    found = imported(path)
    assert len(set(found.public.objects(None, CG.assigns))) == 3
    above = {str(found.public.value(c, SKOS.prefLabel)): found.public.value(c, SKOS.broader)
             for c in found.public.subjects(SKOS.broader, None)}  # fmt: skip
    assert above.keys() == {"Satu", "Dua"}
    assert above["Satu"] != above["Dua"]
    assert [note.en for note in found.notes] == [
        "the code “Proses” is there more than once in one place; each is kept as a code of its own"
    ]
    assert set(imported(path).public) == set(found.public)
