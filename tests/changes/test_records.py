"""Records that come in some at a time are in the store, or refused, as those judged together."""

import csv
import json
import shutil
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import RDFS, SH, BNode, Graph, Literal, URIRef

from rembug import gate, terms
from rembug.changes import publishing, records, submissions
from rembug.errors import EarlierVersions, Refused, Unreviewed
from rembug.graph import Change, KnowledgeGraph, as_kept
from rembug.linking import datasets
from rembug.linking.datasets import Description
from rembug.privacy.scan import TRUSTED, Review
from rembug.terms import CG

Pair = tuple[KnowledgeGraph, KnowledgeGraph]
NUMBERS = count()
NAMES = st.sampled_from(
    [
        *("Batik Sari", "UD. Maju Jaya", "https://example.org/usaha", "Ke\u0301ripik", "ปลา"),
        *("Bapak Suparman", "Bu Sulastri Wahyuni", "a\x07b", "\u3164", "\u202eabc", "Sate\ufdd0"),
        *("Sentra Batik Sidomukti", "081234567890"),
    ]
)
CELLS = st.sampled_from(
    ["", "-", "12", "1.250,50", "007", "2024-01-05", "Jl. Raya 5", "Drs. Suparman, M.Si", "x\x07y"]
)
TABLES = st.lists(st.tuples(NAMES, CELLS, CELLS), min_size=3, max_size=12)


@pytest.fixture(scope="module")
def pair(magetan_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two stores that hold the shipped study."""
    folder = tmp_path_factory.mktemp("pair")
    for name in ("one", "other"):
        shutil.copytree(magetan_store, folder / name)
    with (
        KnowledgeGraph.own(str(folder / "one")) as one,
        KnowledgeGraph.own(str(folder / "other")) as other,
    ):
        yield one, other


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few records are many, and come in two at a time."""
    monkeypatch.setattr(publishing, "_MANY", 3)
    monkeypatch.setattr(records, "_AT_ONCE", 2)


def table(folder: Path, rows: list[tuple[str, str, str]]) -> Path:
    file = folder / "usaha.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "nama", "omzet", "alamat"])
        writer.writerows([f"r{number}", *row] for number, row in enumerate(rows))
    return file


def outcome(
    graph: KnowledgeGraph,
    slug: str,
    file: Path,
    review: Review,
    *,
    apart: bool,
    mapping: Path | None = None,
) -> object:
    """What comes of a dataset: why it is refused, or what the store says of it then."""
    read = datasets.dataset(file, Description(slug, "Usaha", "Dinas contoh"), mapping)
    content, rows = (read.description, read.rows) if apart else (read.graph, ())
    before, told = graph.version, {"review": review, "agent": "saya", "partial": read.partial}
    try:
        publishing.publish_dataset(graph, slug, content, file, rows, **told)  # type: ignore[arg-type]
    except Unreviewed as error:
        assert graph.version == before
        return {(s.kind, s.text) for s in error.sightings}
    except Refused as error:
        assert graph.version == before
        return {(r.focus_node, r.shape, r.value) for r in error.report.results}
    own = terms.dataset_graph(slug)
    graphs = (own, terms.restricted(own), terms.INFERRED, terms.INFERRED_RESTRICTED)
    counted = graph.read([terms.PROVENANCE]).value(own, CG.tripleCount)
    keyed = graph.secret.digest  # another in each store
    return (
        [
            sorted(line for line in graph.triples(g).splitlines() if b"distribution/" not in line)
            for g in graphs
            if g != terms.restricted(own)
        ],
        counted,
        bool(keyed and graph.triples(terms.restricted(own))),
    )


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=TABLES, trusted=st.booleans())
def test_apart_or_together_the_same_comes_in_or_is_refused(
    pair: Pair, tmp_path: Path, rows: list[tuple[str, str, str]], *, trusted: bool
) -> None:
    slug, file = f"u{next(NUMBERS)}", table(tmp_path, rows)
    review = TRUSTED if trusted else Review()
    together = outcome(pair[0], slug, file, review, apart=False)
    assert outcome(pair[1], slug, file, review, apart=True) == together
    if isinstance(together, set) and not trusted and all(len(told) == 2 for told in together):
        review = Review({told: ("keep", "mask")[len(told[1]) % 2] for told in together})
        together = outcome(pair[0], slug, file, review, apart=False)
        assert outcome(pair[1], slug, file, review, apart=True) == together


@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=TABLES, second=TABLES, trusted=st.booleans())
def test_of_a_later_edition_the_difference_comes_in_or_is_refused(
    pair: Pair,
    tmp_path: Path,
    first: list[tuple[str, str, str]],
    second: list[tuple[str, str, str]],
    *,
    trusted: bool,
) -> None:
    slug = f"u{next(NUMBERS)}"
    for rows in (first, second[:-1] + first[-1:]):
        file, review = table(tmp_path, rows), TRUSTED if trusted else Review()
        for _ in range(2):  # what is there already, too
            together = outcome(pair[0], slug, file, review, apart=False)
            assert outcome(pair[1], slug, file, review, apart=True) == together
            if isinstance(together, set) and all(len(told) == 2 for told in together):
                review = Review({told: ("keep", "mask")[len(told[1]) % 2] for told in together})


def test_a_later_edition_is_judged_by_what_it_has_otherwise(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(f"Usaha {number}", "12", "") for number in range(30)]
    slug, before = f"u{next(NUMBERS)}", pair[1].version
    outcome(pair[1], slug, table(tmp_path, rows), TRUSTED, apart=True)
    rows_before = list(rows)
    rows[4], rows[7] = ("Usaha 4", "13", ""), ("Usaha tujuh", "12", "")
    own = terms.dataset_graph(slug)
    read = datasets.dataset(table(tmp_path, rows[:-3]), Description(slug, "Usaha", "Dinas contoh"))
    found = records.arrive(pair[1], own, read.description, read.rows, TRUSTED, tmp_path)
    changed = {str(record).rpartition("/")[2] for record in found.core.subjects()}
    gone = {str(record).rpartition("/")[2] for record in found.leaving.subjects()}
    assert changed == {"r4", "r7"}
    assert {"r4", "r7"} < gone
    assert len(gone & {"r27", "r28", "r29"}) == 2  # the third as those
    with monkeypatch.context() as few_together:
        few_together.setattr(publishing, "_TOGETHER", 0)
        outcome(pair[1], slug, tmp_path / "usaha.csv", TRUSTED, apart=True)
    for rows_ in (rows_before, rows[:-3]):  # the other store is to be as this one
        outcome(pair[0], slug, table(tmp_path, rows_), TRUSTED, apart=False)
    kept = pair[1].read([own, terms.INFERRED])
    assert not any((terms.record(slug, f"r{n}"), None, None) in kept for n in (27, 28, 29))
    assert pair[1].version == before + 2


def test_records_that_a_mapping_makes_come_in_some_at_a_time(pair: Pair, tmp_path: Path) -> None:
    slug, mapping = f"u{next(NUMBERS)}", tmp_path / "mapping.json"
    whole = {"virtual": True, "propertyUrl": "cg:inDataset", "valueUrl": f"dataset/{slug}"}
    columns = [
        {"name": "id", "propertyUrl": "cg:recordKey"},
        {"name": "nama", "propertyUrl": "rdfs:label"},
        {"name": "omzet", "suppressOutput": True},
        {"name": "alamat", "propertyUrl": "dcterms:description", "lang": "id"},
        {"name": "k", "virtual": True, "propertyUrl": "rdf:type", "valueUrl": "cg:Record"},
        {"name": "d", **whole},
    ]
    schema = {"aboutUrl": "record/{id}", "columns": columns}
    mapping.write_text(json.dumps({"url": "usaha.csv", "tableSchema": schema}))
    rows = [(f"Usaha {number}", "12", "pasar") for number in range(9)]
    for edition in (rows, [*rows[:4], ("Usaha lain", "12", "pasar"), *rows[5:8]]):
        file = table(tmp_path, edition)
        assert list(datasets.dataset(file, Description(slug, "U", "D"), mapping).rows)
        told = [
            outcome(graph, slug, file, TRUSTED, apart=apart, mapping=mapping)
            for graph, apart in zip(pair, (False, True), strict=True)
        ]
        assert told[0] == told[1]
        assert isinstance(told[0], tuple)
    file.write_text("id,nama,omzet,alamat\nr1,Usaha,1,pasar\nr1,Usaha lain,1,toko\n")
    read = datasets.dataset(file, Description(slug, "U", "D"), mapping)
    assert (read.records, list(read.rows)) == (1, [])  # what rows say of one record is one


def test_records_that_something_names_are_judged_with_it(pair: Pair, tmp_path: Path) -> None:
    rows = [(f"Usaha {number}", "12", "") for number in range(9)]
    slug, said = f"u{next(NUMBERS)}", Graph()
    said.add((terms.thing("magetan", "program", "x"), RDFS.seeAlso, terms.record(slug, "r7")))
    said.serialize(tmp_path / "study.ttl")
    for graph in pair:
        submissions.add(graph, [tmp_path / "study.ttl"], "magetan", agent="saya")
    file, own = table(tmp_path, rows), terms.dataset_graph(slug)
    read = datasets.dataset(file, Description(slug, "Usaha", "Dinas contoh"))
    found = records.arrive(pair[1], own, read.description, read.rows, TRUSTED, tmp_path)
    core = {str(record).rpartition("/")[2] for record in found.core.subjects()}
    assert core == {"r0", "r1", "r7"}  # two for all others, and the one
    assert outcome(pair[1], slug, file, TRUSTED, apart=True) == outcome(
        pair[0], slug, file, TRUSTED, apart=False
    )


def test_what_a_killed_command_leaves_of_a_table_goes_when_the_store_is_opened(
    magetan_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, made = shutil.copytree(magetan_store, tmp_path / "store"), list[Path]()

    def killed(*given: object) -> None:
        made.append(Path(str(given[5])))
        shutil.copytree(made[0], made[0].with_name("left"))  # as a kill leaves it
        raise KeyboardInterrupt

    monkeypatch.setattr(publishing, "arrive", killed)
    with KnowledgeGraph.open(str(store)) as graph, pytest.raises(KeyboardInterrupt):
        file = table(tmp_path, [(f"Usaha {number}", "12", "") for number in range(7)])
        read = datasets.dataset(file, Description("sisa", "Usaha", "Dinas contoh"))
        publishing.publish_dataset(graph, "sisa", read.description, file, read.rows)
    left = made[0].with_name("left")
    assert store in left.parents
    left.mkdir(parents=True, exist_ok=True)
    with KnowledgeGraph.open(str(store)):
        assert not left.exists()


def test_a_record_whose_key_is_masked_is_not_there_apart_or_together(
    pair: Pair, tmp_path: Path
) -> None:
    rows = [(f"Usaha {number}", "12", "") for number in range(7)]
    found = [("name", "Bu Sulastri"), ("name", "Bu%20Sulastri")]  # the key, and in its IRI
    keep, mask = Review(dict.fromkeys(found, "keep")), Review(dict.fromkeys(found, "mask"))
    slug, file = f"u{next(NUMBERS)}", table(tmp_path, rows)
    file.write_text(file.read_text(encoding="utf-8").replace("r4,", "Bu Sulastri,"))
    for of, review in ((slug, mask), (f"{slug}b", keep), (f"{slug}b", mask)):  # turned to mask
        together = outcome(pair[0], of, file, review, apart=False)
        assert outcome(pair[1], of, file, review, apart=True) == together
        assert isinstance(together, tuple)
        kept = pair[1].read([terms.dataset_graph(of), terms.INFERRED])
        assert (terms.record(of, "r5"), None, None) in kept
        there = (terms.record(of, "Bu Sulastri"), None, None) in kept
        assert there == (review is keep)


def test_a_decision_to_mask_reaches_rows_that_stay_and_asks_of_earlier_versions(
    pair: Pair, tmp_path: Path
) -> None:
    rows = [(f"Usaha {number}", "12", "") for number in range(7)]
    rows[2] = ("Dikelola Bu Sulastri", "12", "")
    found = ("name", "Bu Sulastri")
    later = [*rows[:-1], ("Dulu milik Bu Sulastri", "12", "")]
    for graph, apart in zip(pair, (False, True), strict=True):
        for edition in (rows, later):
            slug = f"u{next(NUMBERS)}"
            outcome(graph, slug, table(tmp_path, rows), Review({found: "keep"}), apart=apart)
            file = table(tmp_path, edition)
            read = datasets.dataset(file, Description(slug, "Usaha", "Dinas contoh"))
            publish = partial(
                *(publishing.publish_dataset, graph, slug),
                *((read.description, file, read.rows) if apart else (read.graph, file)),
                review=Review({found: "mask"}),
            )
            with pytest.raises(EarlierVersions, match="masked"):
                publish(earlier="ask")
            assert b"Dikelola Bu Sulastri" in graph.triples(terms.dataset_graph(slug))
            publish(earlier="forget")
            kept = graph.triples(terms.dataset_graph(slug))
            assert b"Sulastri" not in kept
            assert b"Dikelola [disamarkan]" in kept
            assert not graph.has_earlier
            assert not publish(earlier="ask").added  # nothing more to mask


def test_shapes_that_look_from_record_to_record_judge_all_together(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_ = gate.shapes("*.ttl") + Graph()
    shape, part, back = URIRef("urn:x-rembug:few"), BNode(), BNode()
    for triple in (
        (shape, SH.targetClass, CG.LinkedDataset),
        (shape, SH.property, part),
        (part, SH.path, back),
        (back, SH.inversePath, CG.inDataset),
        (part, SH.maxCount, Literal(4)),
    ):
        given_.add(triple)
    real = gate.shapes
    monkeypatch.setattr(gate, "shapes", lambda p: given_ if p == "*.ttl" else real(p))
    gate._all_shapes.cache_clear()
    rows = [(f"Usaha {number}", "12", "") for number in range(9)]
    slug, file = f"u{next(NUMBERS)}", table(tmp_path, rows)
    read = datasets.dataset(file, Description(slug, "Usaha", "Dinas contoh"))
    with pytest.raises(records.NotAlike):
        records.arrive(
            *(pair[1], terms.dataset_graph(slug), read.description, read.rows, TRUSTED, tmp_path)
        )
    with pytest.raises(Refused):
        publishing.publish_dataset(pair[1], slug, read.description, file, read.rows)
    gate._all_shapes.cache_clear()


@pytest.mark.parametrize("through", ["the same process", "the socket"])
@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize(
    ("other", "again"),
    [
        ("<urn:x-a:1> <urn:x-a:2> <urn:x-a:3> .", False),
        ("<urn:x-a:1> <urn:x-a:2> <{record}r3> .", True),
        ("<{record}r3> <urn:x-a:2> <urn:x-a:3> .", True),
        (f'<urn:x-a:1> <{CG.realName}> "Usaha Baru" .', True),
    ],
)
def test_what_others_commit_meanwhile_costs_no_work_unless_records_rest_on_it(
    pair: Pair,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    other: str,
    edition: int,
    through: str,
    *,
    again: bool,
) -> None:
    slug, rows = f"u{next(NUMBERS)}", [(f"Usaha {number}", "12", "") for number in range(9)]
    monkeypatch.setattr(publishing, "_has_study", lambda _: True)
    if edition == 2:
        outcome(pair[0], slug, table(tmp_path, rows), TRUSTED, apart=True)
        rows[4] = ("Usaha baru", "13", "")
    gone_through, meanwhile = count(), iter([other, ""])
    real = publishing.arrive

    def arriving(*told: object) -> records.Arrived:
        next(gone_through)
        arrived = real(*told)  # type: ignore[arg-type]
        if text := next(meanwhile).replace("{record}", str(terms.record(slug, ""))):
            said = Change(append={URIRef(f"urn:x-other:{slug}"): f"{text}\n".encode()})
            pair[0].commit(said)
        return arrived

    monkeypatch.setattr(publishing, "arrive", arriving)
    file = table(tmp_path, rows)
    folder = str(pair[0].aside.parent)  # type: ignore[union-attr]
    graph = pair[0] if through == "the same process" else KnowledgeGraph.open(folder)
    before = graph.version
    found = outcome(graph, slug, file, TRUSTED, apart=True)
    assert next(gone_through) == (2 if again else 1)
    assert graph.version == before + 2
    assert b"<urn:x-a:" in graph.triples(URIRef(f"urn:x-other:{slug}"))
    told = pair[0].read([terms.dataset_graph(slug)])
    assert {str(o) for o in told.objects(None, RDFS.label)} >= {name for name, _, _ in rows}
    assert isinstance(found, tuple)
    if graph is not pair[0]:
        graph.close()


def test_another_commit_in_the_last_moment_has_the_rest_alone_done_again(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files of what comes are as after one attempt."""
    slug, rows = f"u{next(NUMBERS)}", [(f"Usaha {number}", "12", "") for number in range(9)]
    real, attempts = publishing.through_the_gate, count()

    def late(graph: KnowledgeGraph, *told: object, **more: object) -> object:
        if next(attempts) < 2:
            said = b"<urn:x-a:1> <urn:x-a:2> <urn:x-a:3> .\n"
            graph.commit(Change(append={URIRef(f"urn:x-late:{slug}-{next(NUMBERS)}"): said}))
        return real(graph, *told, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(publishing, "through_the_gate", late)
    file = table(tmp_path, rows)
    read = datasets.dataset(file, Description(slug, "Usaha", "Dinas contoh"))
    publishing.publish_dataset(pair[0], slug, read.description, file, read.rows)
    assert next(attempts) == 3
    kept = pair[0].read([terms.dataset_graph(slug)])
    assert set(kept) == set(as_kept(read.graph))
    counted = pair[0].read([terms.PROVENANCE]).value(terms.dataset_graph(slug), CG.tripleCount)
    assert counted == Literal(len(kept))
