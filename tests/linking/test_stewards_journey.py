"""A steward's way from a table to an answer, by commands alone, through the official regions."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rembug import terms, web
from rembug.changes import updates
from rembug.cli import rembug
from rembug.graph import Change, KnowledgeGraph
from rembug.settings import Settings

from .test_regions import packed

TABLE = "id;Kecamatan;UMKM 2022\n1;Poncol;30\n2;Parang;70\n;Jumlah;100\n"


class Steward:
    """Somebody who gives commands in a folder with a store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def does(self, *words: str) -> Result:
        done = CliRunner().invoke(rembug, [*words, "--store", str(self.folder / "store")])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.output
        return done

    def adds(self, table: str, publisher: str = "Dinas contoh") -> Result:
        file = self.folder / "umkm.csv"
        file.write_text(table, encoding="utf-8")
        about = ("--dataset", "umkm", "--title", "UMKM", "--publisher", publisher)
        return self.does("dataset", "add", str(file), *about)

    def proposals(self, *table: str) -> list[dict[str, str]]:
        done = self.does("link", *table, "--dataset", "umkm", "--study", "magetan")
        return list(csv.DictReader(io.StringIO(done.stdout)))

    def accepts(
        self, proposals: list[dict[str, str]], decision: str = "terima", encoding: str = "utf-8"
    ) -> Result:
        file = self.folder / "reviewed.csv"
        with file.open("w", encoding=encoding, newline="") as stream:
            writer = csv.DictWriter(stream, list(proposals[0]), delimiter=";")
            writer.writeheader()
            writer.writerows({**row, "decision": decision} for row in proposals)
        return self.does("link", str(file), "--dataset", "umkm", "--accept")

    def reached(self) -> list[tuple[str, ...]]:
        done = self.does("query", "small-businesses-reached", "--format", "csv")
        columns = ("places", "records", "reached", "all", "shareAtLeast", "shareAtMost")
        return [tuple(row[c] for c in columns) for row in csv.DictReader(io.StringIO(done.stdout))]


@pytest.fixture
def steward(magetan_copy: Path) -> Iterator[Steward]:
    yield Steward(magetan_copy.parent)


def test_from_a_table_to_the_share_that_a_program_may_reach(steward: Steward) -> None:
    package = str(packed(steward.folder))
    assert steward.does("dataset", "regions", package, "--issued", "2026-05-06").exit_code == 0
    added = steward.adds(TABLE)
    assert "brought in umkm: 2 records" in added.output
    assert "rows of sums and notes (line 4)" in added.output
    proposals = steward.proposals()  # of the records themselves: a portal's table lies nowhere here
    assert {row["thing"].rsplit("/", 1)[1] for row in proposals} == {"35.20.01", "35.20.02"}
    assert {row["relation"] for row in proposals} == {"exactMatch"}
    assert steward.accepts(proposals[:1]).exit_code == 0
    assert steward.reached() == [("1", "2", "30", "100", "0.3", "1")]
    steward.accepts(proposals[1:])
    assert steward.reached() == [("2", "2", "100", "100", "1", "1")]
    assert steward.proposals() == []


def test_a_series_that_does_not_say_that_its_rows_are_districts(steward: Steward) -> None:
    """As portals give them: “Poncol”, which is a village, too; and one is written otherwise."""
    names = ["Poncol", "Parang", "Barat", "Bendo", "Plaosan", "Kartoharjo"]
    districts = "".join(f"35.20.0{at},35.20,{name}\n" for at, name in enumerate(names, 1))
    villages = "".join(
        f"35.20.0{at}.2001,35.20.0{at},{name}\n" for at, name in enumerate(names[:3], 1)
    )
    package = packed(
        steward.folder,
        districts=f"code,regency_code,name\n{districts}",
        villages=f"code,district_code,name\n{villages}",
    )
    regions = ("dataset", "regions", str(package), "--issued", "2026-05-06", "--villages")
    assert steward.does(*regions).exit_code == 0
    names[-1] = "Kertoharjo"
    series = [
        {"name": name, "years": {"total": 1}, "values": [{"year": 2023, "value": 10}]}
        for name in names
    ]
    file = steward.folder / "133.json"
    file.write_text(json.dumps({"data": series}))
    about = ("--dataset", "umkm", "--title", "UMKM (rekaan)", "--publisher", "Dinas contoh")
    assert steward.does("dataset", "add", str(file), *about).exit_code == 0
    proposals = steward.proposals()
    found = {row["name"]: (row["label"], row["relation"]) for row in proposals}
    assert len(proposals) == len(names)
    assert found["Poncol"] == ("Kecamatan Poncol", "exactMatch")
    assert found["Kertoharjo"] == ("Kecamatan Kartoharjo", "closeMatch")
    steward.accepts(proposals)
    assert steward.reached() == [("6", "6", "60", "60", "1", "1")]  # the close one is accepted, too
    assert steward.proposals() == []


def test_centres_that_a_list_does_not_know_and_the_reverse(steward: Steward) -> None:
    def sides() -> set[tuple[str, str]]:
        done = steward.does("query", "centres-on-one-side", "--format", "csv")
        rows = csv.DictReader(io.StringIO(done.stdout))
        return {(row["side"], row["thingLabel"]) for row in rows}

    steward.adds("NIB;Nama\n1;Sentra Batik Samboeng Roso\n2;Sentra Anyaman Contoh\n")
    alone = ("list", "Sentra Anyaman Contoh")
    listed = ("list", "Sentra Batik Samboeng Roso")
    assert sides() == {("study", "Sentra Batik Sambung Roso"), listed, alone}
    steward.accepts(steward.proposals())
    assert sides() == {alone}


def test_who_published_a_dataset_is_linked_with_an_agency_of_the_study(steward: Steward) -> None:
    steward.does("dataset", "regions", str(packed(steward.folder)), "--issued", "2026-05-06")
    steward.adds(TABLE, "DINAS KOPERASI DAN USAHA MIKRO KAB. MAGETAN")
    *places, office = steward.proposals()
    assert office["thing"].endswith("/magetan/actor/cooperatives-office")
    assert (office["relation"], office["key"][:10]) == ("closeMatch", "publisher-")
    assert "penerbit himpunan data" in office["reason"]
    office["reason"] += " – benar"  # as Excel on Windows keeps it
    assert steward.accepts([*places, office], encoding="cp1252").exit_code == 0
    assert steward.proposals() == []
    asked = ("query", "linked-records", "-p", f"thing={office['thing']}", "--format", "csv")
    [linked] = csv.DictReader(io.StringIO(steward.does(*asked).stdout))
    assert (linked["datasetLabel"], linked["recordLabel"]) == ("UMKM", office["name"])
    assert steward.reached() == [("2", "2", "100", "100", "1", "1")]
    assert "unchanged" in steward.adds(TABLE, "DINAS KOPERASI DAN USAHA MIKRO KAB. MAGETAN").output


def test_a_dataset_may_come_in_after_its_links_and_is_described_once(steward: Steward) -> None:
    steward.does("dataset", "regions", str(packed(steward.folder)), "--issued", "2026-05-06")
    (steward.folder / "umkm.csv").write_text(TABLE, encoding="utf-8")
    steward.accepts(steward.proposals(str(steward.folder / "umkm.csv")))
    steward.adds(TABLE)
    assert steward.reached() == [("2", "2", "100", "100", "1", "1")]


def test_publishing_what_is_decided_already_or_not_at_all_makes_no_version(
    steward: Steward,
) -> None:
    steward.does("dataset", "regions", str(packed(steward.folder)), "--issued", "2026-05-06")
    steward.adds(TABLE)
    proposals = steward.proposals()
    undecided = steward.accepts(proposals, "")
    assert undecided.exit_code == 0
    assert "belum ada yang diputuskan" in undecided.output
    first = steward.accepts(proposals).output
    assert "published" in first
    assert "unchanged" in steward.accepts(proposals).output


def test_links_to_rows_that_are_gone_are_told_of(steward: Steward) -> None:
    steward.does("dataset", "regions", str(packed(steward.folder)), "--issued", "2026-05-06")
    steward.adds(TABLE)
    steward.accepts(steward.proposals())
    again = steward.adds("id;Kecamatan;UMKM 2022\n1;Poncol;30\n")
    assert "links lead to 1 record no longer there: Kecamatan Parang" in again.output


def test_links_to_rows_that_are_others_now_end_and_that_is_told_in_both_languages(
    steward: Steward,
) -> None:
    steward.does("dataset", "regions", str(packed(steward.folder)), "--issued", "2026-05-06")
    steward.adds(TABLE)
    proposals = steward.proposals()
    steward.accepts(proposals[:1])
    again = steward.adds("id;Kecamatan;UMKM 2022\n1;Kawedanan;30\n2;Parang;70\n")
    assert "links decided on for it have ended" in again.output
    assert "tautannya yang sudah diputuskan berakhir" in again.output
    late = steward.accepts(proposals)  # a table from before
    assert "not published: record 1" in late.output
    assert "tidak diterbitkan: baris data 1" in late.output
    assert steward.reached() == [("1", "2", "70", "100", "0.7", "1")]  # the other stands


@pytest.mark.parametrize("way", ["PUT", "UPDATE", "DELETE"])
def test_links_to_what_is_another_now_end_however_it_was_written(
    steward: Steward, way: str
) -> None:
    steward.does("dataset", "regions", str(packed(steward.folder)), "--issued", "2026-05-06")
    steward.adds(TABLE)
    steward.accepts(steward.proposals())
    own = terms.dataset_graph("umkm")
    with KnowledgeGraph.own(str(steward.folder / "store")) as graph:
        other = graph.triples(own).replace(b"Kecamatan Poncol", b"Kecamatan Kawedanan")
        if way == "PUT":
            done = updates.put(graph, {own: other}, whole=True, file="PUT")
        elif way == "UPDATE":
            parts = [line for line in graph.triples(own).splitlines() if b"tan Poncol" in line]
            gone = b"\n".join(parts)
            come = gone.replace(b"Kecamatan Poncol", b"Kecamatan Kawedanan")
            change = Change(append={own: come}, remove={own: gone})
            done = updates.write(graph, change, graph.version, file="SPARQL Update")
        else:
            updates.drop(graph, own)
            done = updates.put(graph, {own: other}, whole=True, file="PUT")
        assert [(e.was, e.now) for e in done.ended] == [("Kecamatan Poncol", "Kecamatan Kawedanan")]
    assert steward.reached() == [("1", "2", "70", "100", "0.7", "1")]


def test_regions_of_one_name_are_told_apart_by_what_they_lie_in(steward: Steward) -> None:
    steward.does("dataset", "regions", str(packed(steward.folder)), "--issued", "2026-05-06")
    steward.adds(TABLE)
    with KnowledgeGraph.own(str(steward.folder / "store")) as graph:
        client = web.create_app(graph, Settings()).test_client()
        queries = json.dumps({"q": {"query": "Kec. Poncol"}})
        found = client.post("/reconcile/wilayah", data={"queries": queries}).json["q"]["result"]
        proposed = client.get("/reconcile/umkm/propose").json["properties"]
    assert found[0]["description"].endswith("Kabupaten Magetan")
    assert "UMKM 2022" in [one["name"] for one in proposed]
    assert "tingkat" not in [one["name"] for one in proposed]  # a column of the regions


def test_a_place_that_is_in_nothing_is_a_place_of_its_study(steward: Steward) -> None:
    place = steward.folder / "place.ttl"
    place.write_text(
        "@prefix cg: <https://w3id.org/rembug/ontology#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "<https://w3id.org/rembug/id/magetan/place/pasar-baru> a cg:Place ;\n"
        '  rdfs:label "Pasar Baru"@id, "New Market"@en .\n'
    )
    added = steward.does("add", str(place), "--study", "magetan")
    assert added.exit_code == 0, added.output
    (steward.folder / "umkm.csv").write_text("nama\nPasar Baru\n")
    [found] = steward.proposals(str(steward.folder / "umkm.csv"))
    assert found["thing"].endswith("/place/pasar-baru")
