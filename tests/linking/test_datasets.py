"""Other people's datasets: read from files and portals, linked, and asked together with a study."""

import csv
import http.server
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest
import yaml
from rdflib import DCAT, DCTERMS, RDF, RDFS, Graph, Literal, URIRef

from rembug import catalogue, linking, settings, terms, web
from rembug.changes import provenance, publishing, submissions
from rembug.errors import BadParameter, Unreadable, Unreviewed
from rembug.graph import Change, KnowledgeGraph, Role
from rembug.linking import datasets, portals
from rembug.linking.datasets import Description
from rembug.linking.pages import Pages
from rembug.linking.sssom import sssom
from rembug.privacy.scan import Review
from rembug.settings import Settings
from rembug.sources.fetching import NotFetched, fetch
from rembug.sources.model import digest
from rembug.terms import CG

REGIONAL = Path(__file__).parents[3] / "shared" / "regional-data"
ABOUT = Description("umkm", "UMKM per Kecamatan", "Dinas", page="https://example.org/133")
TABLE = "kode;Kecamatan;UMKM 2022;telepon\n007;Barat;5.861;0812\n008;Bendo;10.043;-\n"


def written(folder: Path, text: str = TABLE) -> Path:
    (folder / "umkm.csv").write_text(text, encoding="utf-8")
    return folder / "umkm.csv"


def test_a_table_becomes_a_described_dataset_with_its_records(tmp_path: Path) -> None:
    found = datasets.dataset(written(tmp_path), ABOUT)
    graph, whole = found.graph, terms.thing("umkm", "dataset", "umkm")
    assert found.records == 2
    assert graph.value(whole, DCTERMS.title) == Literal("UMKM per Kecamatan")
    assert graph.value(whole, DCAT.landingPage) == URIRef("https://example.org/133")
    file = graph.value(whole, DCAT.distribution)
    assert graph.value(file, DCAT.accessURL) == URIRef("https://example.org/133")
    assert (whole, DCTERMS.license, None) not in graph
    assert len(list(graph.objects(whole, DCTERMS.rights))) == 2  # that none is stated, is said
    assert graph.value(graph.value(whole, DCAT.distribution), CG.sha256)
    barat = graph.value(None, RDFS.label, Literal("Kecamatan Barat"))
    assert barat == terms.record("umkm", str(graph.value(barat, CG.recordKey)))
    assert graph.value(barat, RDFS.label) == Literal("Kecamatan Barat")
    assert graph.value(barat, terms.thing("umkm", "column", "umkm-2022")) == Literal(5861)
    assert graph.value(barat, terms.thing("umkm", "column", "kode")) == Literal("007")
    assert graph.value(barat, terms.thing("umkm", "column", "telepon")) == Literal("0812")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "no column of names"),
        ("1,Batik Sari,Barat\n2,Toko Jaya,Bendo\n", "begins with data"),
        ("nama,kode\n,1\n", "no row with a name"),
        ("id,nama\n1,a\n1,b\n", "same key|two rows"),
        ("", "is empty"),
        (",,\n,,\n", "is empty"),
    ],
)
def test_a_table_that_is_no_dataset_says_why(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        datasets.dataset(written(tmp_path, text), ABOUT)


def test_a_mapping_may_describe_the_datasets_own_records_alone(tmp_path: Path) -> None:
    def mapping(about: str) -> Path:
        whole = "dataset/umkm"
        columns = [
            {"name": "kode", "propertyUrl": "cg:recordKey"},
            {"name": "Kecamatan", "propertyUrl": "rdfs:label"},
            {"name": "n", "titles": "UMKM 2022", "suppressOutput": True},
            {"name": "telepon", "suppressOutput": True},
            {"name": "k", "virtual": True, "propertyUrl": "rdf:type", "valueUrl": "cg:Record"},
            {"name": "d", "virtual": True, "propertyUrl": "cg:inDataset", "valueUrl": whole},
        ]
        schema = {"aboutUrl": about, "columns": columns}
        file = tmp_path / "m.json"
        file.write_text(json.dumps({"url": "umkm.csv", "tableSchema": schema}))
        return file

    found = datasets.dataset(written(tmp_path), ABOUT, mapping("record/{kode}"))
    assert found.records == 2
    assert (terms.record("umkm", "007"), RDF.type, CG.Record) in found.graph
    elsewhere = mapping("https://w3id.org/rembug/id/magetan/actor/{kode}")
    with pytest.raises(Unreadable, match="not of the dataset"):
        datasets.dataset(written(tmp_path), ABOUT, elsewhere)


class Portal(http.server.BaseHTTPRequestHandler):
    """A portal that behaves well and badly."""

    failing = False
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        port = self.server.server_address[1]
        if path == "/away":
            return self._answer(302, {"Location": f"http://localhost:{port}/t.csv"})
        if path == "/port":
            return self._answer(302, {"Location": f"http://127.0.0.1:{port + 1}/t.csv"})
        if path == "/safe":
            return self._answer(302, {"Location": "https://127.0.0.1/t.csv"})
        if path == "/near":
            return self._answer(302, {"Location": "/t.csv"})
        if path == "/loop":
            return self._answer(302, {"Location": "/loop"})
        if path == "/page":
            return self._answer(200, {"Content-Type": "text/html"}, b"<html>")
        if path == "/hidden":
            return self._answer(200, {"Content-Type": "text/csv"}, b"\n<!DOCTYPE html><p>")
        if path == "/slow":
            return self._answer(200, {"Content-Length": "10"}, b"a", wait=True)
        if path == "/short":
            return self._answer(200, {"Content-Length": "10"}, b"a")
        if path.startswith("/api/3/action/") and path != "/api/3/action/package_show":
            return self._listed(path.rpartition("/")[2], query)
        if path == "/api/3/action/package_show" and query == "id=umkn":
            return self._answer(404, {}, b'{"success": false}')
        if path == "/api/3/action/package_show":
            table = f"http://127.0.0.1:{port}/t.csv"
            said: dict[str, list[dict[str, object]]] = {
                "id=several": [
                    {"url": f"http://127.0.0.1:{port}/t.json", "format": "JSON", "id": "j"},
                    {"url": table, "format": "CSV", "id": "c", "name": "Kode"},
                    {"url": table, "format": "CSV", "id": "n", "name": "UMKM ber-NIB"},
                ],
                "id=typed": [{"url": table.removesuffix(".csv"), "mimetype": "text/csv"}],
                "id=json": [{"url": f"http://127.0.0.1:{port}/t.json", "format": "JSON"}],
                "id=paged": [{"url": table, "id": "all", "datastore_active": True}],
                "id=again": [{"url": table, "id": "again", "datastore_active": True}],
                "id=broken": [
                    {
                        "url": f"http://127.0.0.1:{port}/gone.csv",
                        "id": "all",
                        "datastore_active": True,
                    }
                ],
            }
            files = [
                {"url": f"http://127.0.0.1:{port}/x.pdf", "format": "PDF"},
                {"url": f"http://127.0.0.1:{port}/t.csv", "format": "CSV"},
            ]
            result = {
                "title": "UMKM",
                "notes": "Jumlah UMKM\r\nper kecamatan\r\n",
                "organization": "Dinas" if query == "id=typed" else {"title": "Dinas"},
                "license_url": "https://example.org/licence",
                "metadata_modified": "2024-05-06T01:02:03",
                "resources": said.get(query, files[:1] if query == "id=pdf" else files),
            }
            body = json.dumps({"success": query != "id=none", "result": result}).encode()
            return self._answer(200, {"Content-Type": "application/json"}, body)
        if path == "/t.json":
            return self._answer(200, {"Content-Type": "application/json"}, b'[{"nama": "A"}]')
        if path in ("/t", "/t.csv", "/sparql"):
            return self._answer(200, {"Content-Type": "text/csv"}, TABLE.encode())
        return self._answer(404)

    def _listed(self, action: str, query: str) -> None:
        """A table of three rows in the database, of which a file has two; pages have two each."""
        rows = [{"_id": n, "Kecamatan": name} for n, name in enumerate(("Barat", "Bendo", "Karas"))]
        start = 2 if "offset=2" in query and "resource_id=all" in query else 0
        self.asked.append(query)
        if start and Portal.failing:
            self._answer(503)
            return
        fields = [{"id": "_id"}, {"id": "Kecamatan"}]
        page: object = {"total": 3, "fields": fields, "records": rows[start : start + 2]}
        result = ["umkm", "pdf"] if action == "package_list" else page
        body = json.dumps({"success": True, "result": result}).encode()
        self._answer(200, {"Content-Type": "application/json"}, body)

    def _answer(
        self,
        status: int,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        wait: bool = False,
    ) -> None:
        self.send_response(status)
        headers = headers or {}
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        if wait:
            self.server.over.wait(5)  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    server.over = threading.Event()  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.over.set()  # type: ignore[attr-defined]
    server.shutdown()


def test_a_dataset_of_ckan_is_described_as_the_portal_does(portal: str) -> None:
    found = portals.download(f"{portal}/dataset/umkm", Description("umkm", "", ""), private=True)
    assert (found.name, found.body) == ("t.csv", TABLE.encode())
    about = found.about
    assert (about.title, about.publisher, about.issued) == ("UMKM", "Dinas", date(2024, 5, 6))
    assert about.licence == "https://example.org/licence"
    assert about.text == "Jumlah UMKM\nper kecamatan"
    content = Graph()
    datasets.describe(content, about, Path("t.csv"), b"")
    assert (terms.dataset("umkm"), DCTERMS.description, Literal(about.text)) in content
    for name, says in (
        ("dataset/pdf", "no CSV, XLSX or JSON"),
        ("dataset/none", "not an answer of CKAN"),
        ("dataset/umkn", "no dataset umkn; did you mean umkm"),
        ("dataset/umkm/resource/x", "no CSV, XLSX or JSON"),
        ("", "a portal with 2 datasets.*dataset/umkm: umkm, pdf"),
    ):
        with pytest.raises(NotFetched, match=says):
            portals.download(f"{portal}/{name}", ABOUT, private=True)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "[::1]", "2130706433", "0x7f000001", "127.1", "10.0.0.1", "169.254.169.254"),
        *("[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[::7f00:1]", "[2002:7f00:1::]"),
        *("[2001:0:7f00:1::]", "[fc00::1]", "[fe80::1]", "224.0.0.1", "[ff02::1]", "0.0.0.0"),
    ],
)
def test_no_address_of_this_network_is_asked_however_it_is_written(host: str) -> None:
    for page in ("t.csv", "", "dataset/umkm"):
        with pytest.raises(NotFetched, match=r": is at [0-9a-f.:]+, inside this network"):
            portals.download(f"http://{host}/{page}", ABOUT)


def test_letters_that_may_be_read_wrongly_are_told(tmp_path: Path) -> None:
    file = tmp_path / "umkm.csv"
    file.write_bytes("id;nama\n1;Batik Séno\n".encode("cp1252"))
    found = datasets.dataset(file, ABOUT)
    assert "Windows-1252" in found.left_out[0].id


def test_a_table_is_known_however_a_portal_says_its_form(portal: str) -> None:
    told = Description("umkm", "", "")
    typed = portals.download(f"{portal}/dataset/typed", told, private=True)
    assert (typed.name, typed.about.publisher) == ("t.csv", "Dinas")
    assert portals.download(f"{portal}/dataset/json", told, private=True).name == "t.json"


def test_which_of_several_tables_was_taken_is_told(portal: str) -> None:
    found = portals.download(f"{portal}/dataset/several", ABOUT, private=True)
    [note] = found.notes
    assert "files Kode c was taken; its other tables: UMKM ber-NIB n; j." in note.en
    assert "yang diambil Kode c; tabel lainnya: UMKM ber-NIB n; j." in note.id
    one = portals.download(f"{portal}/dataset/several/resource/n", ABOUT, private=True)
    assert (one.notes, one.body) == ([], TABLE.encode())


def test_a_web_page_that_is_called_a_table_is_told(tmp_path: Path) -> None:
    file = tmp_path / "umkm.csv"
    file.write_bytes(b"\r\n<HTML><table><tr><td>Kecamatan</td></tr></table></HTML>")
    with pytest.raises(Unreadable) as told:
        datasets.dataset(file, ABOUT)
    assert "is a web page (HTML), not a table" in str(told.value)
    assert "adalah halaman web (HTML), bukan tabel" in told.value.told("id")


def test_a_file_that_lacks_rows_is_not_taken_for_the_whole_table(portal: str) -> None:
    found = portals.download(f"{portal}/dataset/paged", ABOUT, private=True)
    assert found.body.decode().split() == ["Kecamatan", "Barat", "Bendo", "Karas"]
    with pytest.raises(NotFetched, match="has 3 rows and gives 2"):  # the same page again
        portals.download(f"{portal}/dataset/again", ABOUT, private=True)


def test_what_a_portal_gave_before_it_broke_off_is_kept_and_gone_on_from(
    portal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, kept = f"{portal}/dataset/broken", tmp_path / "store" / "fetched"
    monkeypatch.setattr(Portal, "failing", True)
    for _ in range(2):
        with pytest.raises(NotFetched, match=r"gives 2 \(.*answered 503\); these are kept"):
            portals.download(url, ABOUT, kept, private=True)
    [file] = kept.iterdir()
    assert (kept.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    with file.open("a") as half:
        half.write('\n{"_id": 7, "Keca')  # as a kill leaves it
    monkeypatch.setattr(Portal, "failing", False)
    monkeypatch.setattr(Portal, "asked", [])
    found = portals.download(url, ABOUT, kept, private=True)
    assert found.body.decode().split() == ["Kecamatan", "Barat", "Bendo", "Karas"]
    assert not [query for query in Portal.asked if "offset=0" in query]
    assert not list(kept.iterdir())


def test_rows_of_another_edition_are_not_gone_on_from(tmp_path: Path) -> None:
    Pages(tmp_path, "t", [3, "2024"]).take([{"_id": 1}, {"_id": 2}])
    assert len(Pages(tmp_path, "t", [3, "2024"])) == 2
    assert len(Pages(tmp_path, "other", [3, "2024"])) == 0
    assert len(Pages(tmp_path, "t", [3, "2025"])) == 0


def test_what_an_endpoint_finds_is_a_table(portal: str) -> None:
    found = portals.select(f"{portal}/sparql", "SELECT * {}", ABOUT, private=True)
    assert found.body == TABLE.encode()
    assert found.about.page == ABOUT.page


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/away", "another host"),
        ("/port", "another host or port"),
        ("/safe", "another host or port"),  # from another port than that of http
        ("/loop", "without end"),
        ("/page", "a web page"),
        ("/hidden", "a web page"),
        ("/slow", "in time|broke off"),
        ("/short", "broke off|reached"),
        ("/nothing", "404"),
    ],
)
def test_a_host_that_does_not_give_the_file_is_told_of(portal: str, path: str, says: str) -> None:
    with pytest.raises(NotFetched, match=says) as caught:
        fetch(portal + path, private=True, patience=1.0)
    assert caught.value.told("id") != caught.value.told("en")


def test_a_redirect_on_the_same_host_is_followed(portal: str) -> None:
    assert fetch(f"{portal}/near", private=True).body == TABLE.encode()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:1/",
        "http://[::1]:1/",
        "http://169.254.169.254/latest",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
    ],
)
def test_nothing_in_this_network_is_reached_unless_that_is_allowed(url: str) -> None:
    with pytest.raises(NotFetched, match=r"inside this network|cannot be reached"):
        fetch(url, patience=2.0)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a/b", "http://", "http://u:p@a/", "http://[::1/"]
)
def test_only_addresses_of_http_are_fetched(url: str) -> None:
    with pytest.raises(BadParameter):
        fetch(url)


@pytest.fixture(scope="module")
def linked(
    magetan_store: Path, tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], None]
) -> Iterator[KnowledgeGraph]:
    """The study with its official districts, and a series of the portal linked to them."""
    if not REGIONAL.is_dir():
        missing("the official tables of Magetan")
    folder = tmp_path_factory.mktemp("linked")
    shutil.copytree(magetan_store, folder / "store")
    with KnowledgeGraph.own(str(folder / "store")) as graph:
        places = Graph()
        for row in csv.DictReader((REGIONAL / "kemendagri_districts_35.20.csv").open()):
            place = terms.thing("magetan", "place", row["code"])
            places.add((place, RDF.type, CG.District))
            places.add((place, CG.within, terms.thing("magetan", "place", "magetan")))
            places.add((place, CG.homeAffairsCode, Literal(row["code"])))
            places.add((place, RDFS.label, Literal(f"Kecamatan {row['name']}", lang="id")))
            places.add((place, RDFS.label, Literal(f"{row['name']} District", lang="en")))
        places.serialize(folder / "districts.ttl")
        submissions.add(graph, [folder / "districts.ttl"], "magetan")
        series = json.loads((REGIONAL / "133.json").read_text())
        table = [["Kecamatan", "UMKM 2022", "UMKM 2023"]]
        for row in series["data"]:
            by_year = {value["year"]: value["value"] for value in row["values"]}
            table.append([row["name"], by_year[2022], by_year[2023]])
        with (folder / "umkm.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows(table)
        about = Description("umkm", series["title"], series["item_title"], page=series["url"])
        imported = datasets.dataset(folder / "umkm.csv", about)
        assert imported.records == 18
        publishing.publish_dataset(graph, "umkm", imported.graph, folder / "umkm.csv")
        rows = linking.read_table(folder / "umkm.csv").rows
        proposals = linking.propose(graph, rows, "magetan")
        sure = [linking.Decision(p) for p in proposals if p.relation == "exactMatch"]
        links = linking.linkset(sure, "umkm", date(2026, 5, 7), described=imported.graph)
        publishing.publish_links(graph, "umkm", links, folder / "umkm.csv")
        yield graph


def test_each_series_of_the_portal_is_linked_to_its_district(linked: KnowledgeGraph) -> None:
    links = linked.read([terms.links_graph("umkm")])
    pairs = set(links.subject_objects(CG.linkTarget))
    assert len(pairs) == 18
    whole = linked.read(linked.graphs(Role.PUBLIC))
    for link, record in pairs:
        place = links.value(link, CG.linkSource)
        assert whole.value(record, RDFS.label) in set(whole.objects(place, RDFS.label)) | {
            Literal(str(label)) for label in whole.objects(place, RDFS.label)
        }


def test_the_share_that_programs_may_reach_is_answered_as_far_as_data_go(
    linked: KnowledgeGraph,
) -> None:
    question = catalogue.read(settings.queries_dir() / "small-businesses-reached.rq")
    found = {
        str(row["figureLabel"]): (row["places"].value, row["reached"].value, row["all"].value)
        for row in linked.rows(question.bind({"study": "magetan", "lang": "id"}))
    }
    assert found == {
        "UMKM 2022": ("18", "154800", "154800"),
        "UMKM 2023": ("18", "157421", "157421"),
    }
    assert "not how many took part" in question.description["en"]


def test_a_dataset_has_a_reconciliation_service_of_its_own(linked: KnowledgeGraph) -> None:
    client = web.create_app(linked, Settings()).test_client()
    manifest = client.get("/reconcile/umkm?lang=id").json
    assert "UMKM per- Kecamatan" in manifest["name"]
    queries = json.dumps({"a": {"query": "Kec. Ngariboyo"}, "b": {"query": "Sambung Roso"}})
    found = client.post("/reconcile/umkm", data={"queries": queries}).json
    assert [one["name"] for one in found["a"]["result"]] == ["Kecamatan Ngariboyo"]
    assert found["a"]["result"][0]["match"]
    assert found["b"]["result"] == []
    record = found["a"]["result"][0]["id"]
    column = str(terms.thing("umkm", "column", "umkm-2023"))
    extend = json.dumps({"ids": [record], "properties": [{"id": column}]})
    rows = client.post("/reconcile/umkm", data={"extend": extend}).json["rows"]
    assert isinstance(rows[record][column][0]["int"], int)
    proposed = client.get("/reconcile/umkm/propose?type=cg:Record").json["properties"]
    assert column in [one["id"] for one in proposed]
    assert str(CG.recordKey) in [one["id"] for one in proposed]
    assert str(CG.ledBy) not in [one["id"] for one in proposed]
    suggested = client.get("/reconcile/umkm/suggest/property?prefix=umkm").json["result"]
    assert column in [one["id"] for one in suggested]
    ours = client.post("/reconcile", data={"queries": queries}).json
    assert record not in [one["id"] for one in ours["a"]["result"]]


def test_no_cell_of_sssom_is_a_formula(linked: KnowledgeGraph) -> None:
    place = terms.thing("magetan", "place", "35.20.12")
    row = linking.Row("2", "=HYPERLINK()", iri="https://field.example/2")
    wrong = linking.Proposal(row, str(place), "l", "closeMatch", 0.75, "@r", "+m")
    links = linking.linkset([linking.Decision(wrong)], "umkm", date(2026, 5, 8), "-c", Graph())
    labels = Graph().add((URIRef(row.iri), RDFS.label, Literal("=HYPERLINK()")))
    text = sssom(links, "umkm", labels, "https://example.org/l")
    [line] = [line for line in text.splitlines() if "HYPERLINK" in line]
    assert not [cell for cell in line.split("\t") if cell.startswith(("=", "+", "-", "@"))]


def test_links_go_out_as_sssom(linked: KnowledgeGraph) -> None:
    links = linked.read([terms.links_graph("umkm")])
    place = terms.thing("magetan", "place", "35.20.12")
    told = linked.read([terms.dataset_graph("umkm")])
    [bendo] = [r for r in datasets.rows(told, "umkm") if r.name == "Kecamatan Bendo"]
    wrong = linking.Proposal(bendo, str(place), "l", "closeMatch", 0.75, "r", "m")
    rejected = [linking.Decision(wrong, accepted=False)]
    links = linking.linkset(rejected, "umkm", date(2026, 5, 8), "curator", links)
    text = sssom(links, "umkm", linked.read(linked.graphs(Role.PUBLIC)), "https://example.org/l")
    lines = text.splitlines()
    head = yaml.safe_load("\n".join(line[1:] for line in lines if line.startswith("#")))
    assert head["mapping_set_id"] == str(terms.links_graph("umkm"))
    assert head["license"] == "https://example.org/l"
    rows = list(csv.DictReader(lines[len(head) :], delimiter="\t"))
    assert len(rows) == 19
    by_record = {(row["object_label"], row["predicate_modifier"]): row for row in rows}
    short, prefix = by_record["Kecamatan Barat", ""]["subject_id"], head["curie_map"]["rembug"]
    assert short.replace("rembug:", prefix) == str(place)
    assert by_record["Kecamatan Barat", ""]["predicate_id"] == "skos:exactMatch"
    not_so = by_record["Kecamatan Bendo", "Not"]
    assert (not_so["reviewer_label"], not_so["mapping_date"]) == ("curator", "2026-05-08")
    assert not_so["reviewer_agreement"] == "1.0"
    assert not_so["predicate_id"] == "skos:closeMatch"  # what was proposed, and is not so
    assert by_record["Kecamatan Barat", ""]["reviewer_agreement"] == ""  # nobody is named


def test_the_catalogue_describes_what_was_brought_in(linked: KnowledgeGraph) -> None:
    client = web.create_app(linked, Settings()).test_client()
    graph = Graph().parse(data=client.get("/dataset?format=ttl").data, format="turtle")
    whole = terms.thing("umkm", "dataset", "umkm")
    catalogue_ = URIRef(terms.BASE)
    assert (catalogue_, RDF.type, DCAT.Catalog) in graph
    assert {whole, terms.study("magetan")} == set(graph.objects(catalogue_, DCAT.dataset))
    file = graph.value(whole, DCAT.distribution)
    assert graph.value(file, DCAT.mediaType) == Literal("text/csv")
    assert graph.value(whole, DCTERMS.publisher)


def test_each_edition_of_a_dataset_has_one_line_of_history(
    linked: KnowledgeGraph, tmp_path: Path
) -> None:
    """What is said of an earlier edition is said of it, and not of the one that is there now."""
    about = Description("koperasi", "Koperasi", "Dinas")
    for text in (TABLE, TABLE + "009;Lembeyan;7.001;-\n"):
        file = written(tmp_path, text)
        publishing.publish_dataset(linked, "koperasi", datasets.dataset(file, about).graph, file)
    lines = [e for e in provenance.history(linked) if e.submission == "datasets/koperasi"]
    assert [e.version for e in lines] == [linked.version - 1, linked.version]
    assert lines[0].triples != lines[1].triples


def test_a_dataset_is_called_otherwise_than_a_study(linked: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(BadParameter, match="is a study"):
        publishing.publish_dataset(linked, "magetan", Graph(), written(tmp_path))


OWNERS = (
    "no;nama;pemilik;telepon\n1;Batik Melati;Bu Sulastri;0812-5555-0147\n2;Toko Bangunan Jaya;-;-\n"
)


def test_what_looks_like_a_person_in_a_dataset_is_decided_on_before_everybody_reads_it(
    linked: KnowledgeGraph, tmp_path: Path
) -> None:
    file = tmp_path / "Usaha Bu Sulastri.csv"
    file.write_text(OWNERS)
    content = datasets.dataset(file, Description("usaha", "Usaha (rekaan)", "Dinas contoh")).graph
    size = len(content)
    iri = terms.dataset_graph("usaha")
    with pytest.raises(Unreviewed) as refused:
        publishing.publish_dataset(linked, "usaha", content, file, review=Review())
    assert {s.text for s in refused.value.sightings} == {"Bu Sulastri", "0812-5555-0147"}
    assert iri not in linked.graphs(Role.ADMIN)
    review = Review({(s.kind, s.text): "mask" for s in refused.value.sightings})
    commit = publishing.publish_dataset(linked, "usaha", content, file, review=review)
    told = linked.read(linked.graphs(Role.PUBLIC)).serialize(format="nt")
    assert "[disamarkan]" in told
    for word in ("Sulastri", "5555-0147", digest(file.read_bytes())[:16]):
        assert word not in told
    assert file.name in linked.read([terms.restricted(iri)]).serialize(format="nt")
    assert len(content) == size  # what the caller has is as it was
    again = publishing.publish_dataset(linked, "usaha", content, file, review=review)
    assert (again.version, again.added) == (commit.version, ())
    kept = Review(dict.fromkeys(review.decisions, "keep"))
    publishing.publish_dataset(linked, "usaha", content, file, review=kept)
    told = linked.read(linked.graphs(Role.PUBLIC)).serialize(format="nt")
    assert "Bu Sulastri" in told
    assert digest(file.read_bytes()) in told
    assert terms.restricted(iri) not in linked.graphs(Role.ADMIN)
    assert file.name not in told


@pytest.mark.parametrize(("rows", "asked"), [(6, {"Suroto"}), (2, {"Ngariboyo"})])
def test_rows_of_a_table_about_regions_that_are_known_are_no_persons(
    linked: KnowledgeGraph, tmp_path: Path, rows: int, asked: set[str]
) -> None:
    """As the series of a regency call its districts; of a few rows nobody can tell."""
    names = ["Ngariboyo", "Parang", "Poncol", "Plaosan", "Panekan", "Suroto"][:rows]
    regions = Graph()
    for at, name in enumerate(names[:5]):
        region = terms.record("wilayah", f"35.20.{at}")
        regions.add((region, RDF.type, CG.Record))
        regions.add((region, RDFS.label, Literal(f"Kecamatan {name}")))
        regions.add((region, CG.homeAffairsCode, Literal(f"35.20.{at}")))
    linked.commit(Change({terms.dataset_graph("wilayah"): regions}))
    file = tmp_path / "seri.csv"
    file.write_text("name,2023\n" + "".join(f"{name},1\n" for name in names))
    seri = datasets.dataset(file, Description("seri", "Seri (rekaan)", "x"))
    with pytest.raises(Unreviewed) as refused:
        publishing.publish_dataset(
            linked, "seri", seri.description, file, [*seri.rows], review=Review()
        )
    assert {s.text for s in refused.value.sightings} == asked


def test_what_a_column_of_places_says_is_no_person(linked: KnowledgeGraph, tmp_path: Path) -> None:
    """Ngariboyo is a district of Magetan, and a name as many persons have it."""
    file = tmp_path / "desa.csv"
    file.write_text(
        "nama,Kecamatan,Desa/Kelurahan,Kepala Desa,Catatan\n"
        "UD Maju,Ngariboyo,Ngariboyo,Suroto,dekat pasar\n"
        "UD Tani,Kec. Ngariboyo,DESA Ngariboyo (Kec. Suroto),x,dekat pasar\n"
        "UD Jaya,Pak Suroto,Baleasri,x,kata Ngariboyo\n"
    )
    content = datasets.dataset(file, Description("desa", "Usaha (rekaan)", "x"))
    with pytest.raises(Unreviewed) as refused:
        publishing.publish_dataset(
            linked, "desa", content.description, file, content.rows, review=Review()
        )
    found = {(s.text, str(s.triple[1]).rpartition("/")[2]) for s in refused.value.sightings}
    assert found == {
        ("Suroto", "kepala-desa"), ("Pak Suroto", "kecamatan"), ("Ngariboyo", "catatan"),
    }  # fmt: skip
    assert "Rembug-Reviewed" in str(refused.value)
    assert "HTTP" not in str(refused.value.at_a_terminal())
