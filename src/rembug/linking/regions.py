"""The administrative regions of Indonesia as a dataset, from the npm package idn-area-data.

Codes are text. A region that an edition no longer has stays, so that what is linked to it stays
linked: it is said until when it held, and by what it was replaced where that can be told.
"""

import csv
import io
import json
import re
import tarfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, RDF, RDFS, SKOS, Graph, Literal, URIRef

from rembug import terms
from rembug.errors import Faulty, UnknownName, Unreadable, Words
from rembug.linking.datasets import Description, describe
from rembug.terms import CG

LICENCE: Final = "https://opendatacommons.org/licenses/odbl/1-0/"
PACKAGE: Final = "idn-area-data"

_PAGE: Final = "https://github.com/fityannugroho/idn-area-data"
_LARGEST: Final = 64 * 1024**2  # bytes of a file in the package
_CODE: Final = re.compile(r"\d\d(?:\.\d\d(?:\.\d\d(?:\.\d{4})?)?)?", re.ASCII)
_STATISTICS: Final = re.compile(r"\d\d(?:\d\d(?:\d{3}(?:\d{3})?)?)?", re.ASCII)
_FILES: Final = ("provinces", "regencies", "districts", "villages")
_LEVELS: Final = ("provinsi", "kabupaten/kota", "kecamatan", "desa/kelurahan")
_MOST_FAULTS: Final = 20


@dataclass(frozen=True)
class Region:
    """A region: its code, its name with its kind, how many regions it lies in."""

    code: str
    label: str

    @property
    def depth(self) -> int:
        """0 for a province, 3 for a village."""
        return self.code.count(".")

    @property
    def parent(self) -> str:
        """The code of the region that it lies in; empty for a province."""
        return self.code.rpartition(".")[0]


@dataclass(frozen=True)
class Package:
    """What a package has: its version, and all regions by code, those around others first."""

    version: str
    regions: Mapping[str, Region]


@dataclass(frozen=True)
class Regions:
    """Regions as a dataset.

    Attributes:
        graph: the dataset's whole content.
        records: how many regions are in it.
        ended: those that the edition no longer has, with the code that took their place or "".
    """

    graph: Graph
    records: int
    ended: Mapping[str, str]


def read(path: Path) -> Package:
    """Read the package as npm packs it (`npm pack idn-area-data`).

    Raises:
        Unreadable: it is no such package; Faulty where rows of it are wrong, with each line.
    """
    files = _unpacked(path)
    try:
        told = json.loads(files["package.json"])
        name, version = str(told["name"]), str(told["version"])
    except (ValueError, KeyError, TypeError, RecursionError):
        name, version = "", ""
    if name != PACKAGE or not version:
        raise _no_package(path)
    regions: dict[str, Region] = {}
    faults: list[Unreadable] = []
    for depth, file in enumerate(_FILES):
        for line, row in _rows(path, files, file):
            code, label = row["code"].strip(), row["name"].strip()
            if fault := _fault(code, label, depth, regions):
                faults.append(Unreadable(f"{file}.csv", fault, line))
            else:
                regions[code] = Region(code, _named(code, label))
    if faults:
        raise Faulty(path.name, faults[:_MOST_FAULTS]) if len(faults) > 1 else faults[0]
    return Package(version, regions)


def read_codes(path: Path) -> dict[str, str]:
    """Read a table of kemendagri_code and bps_code: the code of Statistics Indonesia by the other.

    Raises:
        Unreadable: a column is missing, or a code is none.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise Unreadable(path.name, Words("is not UTF-8", "bukan UTF-8")) from error
    found = {}
    for line, row in enumerate(csv.DictReader(lines), 2):
        code, other = (row.get(name) or "" for name in ("kemendagri_code", "bps_code"))
        if not _CODE.fullmatch(code) or not _STATISTICS.fullmatch(other):
            raise Unreadable(
                path.name,
                Words(
                    f"needs kemendagri_code such as 35.20.01 and bps_code such as 3520010, not "
                    f"{code!r} and {other!r}",
                    f"memerlukan kemendagri_code seperti 35.20.01 dan bps_code seperti 3520010, "
                    f"bukan {code!r} dan {other!r}",
                ),
                line,
            )
        found[code] = other
    return found


def regions(
    package: Package,
    slug: str,
    path: Path,
    issued: date,
    *,
    within: Sequence[str] = (),
    villages: bool = False,
    codes: Mapping[str, str] | None = None,
    before: Graph | None = None,
) -> Regions:
    """Make the dataset of regions that stands in place of what there was of it.

    Args:
        package: the edition.
        slug: what the dataset is called.
        path: the package's file.
        issued: when the edition came out.
        within: codes of regions; they, what is in them and what they lie in is taken; all if none.
        villages: whether villages are taken, too.
        codes: codes of Statistics Indonesia, by code.
        before: what the dataset holds now; regions of it stay.

    Raises:
        UnknownName: the package has no region of a code of `within`.
    """
    known, before = package.regions, before if before is not None else Graph()
    if unknown := next((code for code in within if code not in known), None):
        raise UnknownName("region", unknown, [c for c in known if c.count(".") < 2])
    chosen = {c for c in known if _in_scope(c, within) and (villages or known[c].depth < 3)}
    former = _former(before, slug)
    chosen |= former.keys() & known.keys()
    ended = _ended(former, known)
    chosen |= {after for after in ended.values() if after}
    chosen |= {above for code in chosen for above in _above(code)}
    graph = Graph()
    title = f"Wilayah administrasi Indonesia ({PACKAGE} {package.version})"
    about = Description(slug, title, PACKAGE, LICENCE, _PAGE, issued=issued)
    describe(graph, about, path, path.read_bytes())
    level = terms.thing(slug, "column", "level")
    graph.add((level, RDF.type, RDF.Property))
    graph.add((level, RDFS.label, Literal("tingkat")))
    shown = [known[code] for code in chosen] + [former[code] for code in ended]
    for region in shown:
        record = terms.record(slug, region.code)
        graph.add((record, RDF.type, CG.Record))
        graph.add((record, RDFS.label, Literal(region.label)))
        graph.add((record, CG.recordKey, Literal(region.code)))
        graph.add((record, CG.homeAffairsCode, Literal(region.code)))
        graph.add((record, CG.inDataset, terms.dataset(slug)))
        graph.add((record, level, Literal(_LEVELS[region.depth])))
        if region.parent:
            graph.add((record, DCTERMS.isPartOf, terms.record(slug, region.parent)))
        if codes and region.code in codes:
            graph.add((record, CG.statisticsCode, Literal(codes[region.code])))
    _keep(graph, before, slug, former, known)
    for code, after in ended.items():
        record = terms.record(slug, code)
        if not list(graph.objects(record, DCTERMS.valid)):
            period = Literal(f"end={issued}; scheme=W3C-DTF;", datatype=DCTERMS.Period)
            graph.add((record, DCTERMS.valid, period))
        if after:
            graph.add((record, DCTERMS.isReplacedBy, terms.record(slug, after)))
    return Regions(graph, len(shown), ended)


def _keep(
    graph: Graph,
    before: Graph,
    slug: str,
    former: Mapping[str, Region],
    known: Mapping[str, Region],
) -> None:
    """Carry over what was said of regions before: other names, other codes, until when."""
    for code, region in former.items():
        record = terms.record(slug, code)
        kept: list[URIRef] = [SKOS.altLabel]
        if code not in known:
            kept += [DCTERMS.valid, DCTERMS.isReplacedBy]
        if not list(graph.objects(record, CG.statisticsCode)):
            kept.append(CG.statisticsCode)
        for property_ in kept:
            for value in before.objects(record, property_):
                graph.add((record, property_, value))
        if code in known and known[code].label != region.label:
            graph.add((record, SKOS.altLabel, Literal(region.label)))


def _former(before: Graph, slug: str) -> dict[str, Region]:
    """The regions that a dataset holds already."""
    found = {}
    for record in before.subjects(CG.inDataset, terms.dataset(slug)):
        code, label = before.value(record, CG.recordKey), before.value(record, RDFS.label)
        found[str(code)] = Region(str(code), str(label))
    return dict(sorted(found.items()))


def _ended(former: Mapping[str, Region], known: Mapping[str, Region]) -> dict[str, str]:
    """The former regions that there are no more, with what has the place of each, or nothing.

    It is told where just one new region has the name that just one former one had; for districts
    and villages, within regions of the same name.
    """
    gone = [region for code, region in former.items() if code not in known]
    come = [region for code, region in known.items() if code not in former]

    def key(region: Region, all_: Mapping[str, Region]) -> tuple[int, str, str]:
        around = all_.get(region.parent)
        return region.depth, region.label, around.label if around and region.depth > 1 else ""

    were = Counter(key(region, former) for region in gone)
    new: dict[tuple[int, str, str], list[str]] = {}
    for region in come:
        new.setdefault(key(region, known), []).append(region.code)
    found = {}
    for region in gone:
        own = key(region, former)
        after = new.get(own, [])
        found[region.code] = after[0] if len(after) == 1 and were[own] == 1 else ""
    return found


def _in_scope(code: str, within: Collection[str]) -> bool:
    return not within or any(code == one or code.startswith(f"{one}.") for one in within)


def _above(code: str) -> Iterator[str]:
    while code := code.rpartition(".")[0]:
        yield code


def _named(code: str, name: str) -> str:
    """A region's name with its kind; names of regencies have theirs."""
    match code.count("."):
        case 0:
            return f"Provinsi {name}"
        case 1:
            return name
        case 2:
            return f"Kecamatan {name}"
        case _:  # of the last four digits the first is 1 for an urban village, 2 for a rural one
            kind = {"1": "Kelurahan ", "2": "Desa "}.get(code[-4], "")
            return kind + name


def _fault(code: str, name: str, depth: int, regions: Mapping[str, Region]) -> Words | None:
    """What is wrong with a row."""
    if not _CODE.fullmatch(code) or code.count(".") != depth:
        return Words(f"{code!r} is not the code of a {_LEVELS[depth]}",
                     f"{code!r} bukan kode {_LEVELS[depth]}")  # fmt: skip
    if not name:
        return Words(f"{code} has no name", f"{code} tidak memiliki nama")
    if code in regions:
        return Words(f"{code} occurs twice", f"{code} tertulis dua kali")
    if depth and code.rpartition(".")[0] not in regions:
        return Words(f"{code} lies in no region that is there",
                     f"{code} tidak berada dalam wilayah yang ada")  # fmt: skip
    return None


def _rows(
    path: Path, files: Mapping[str, bytes], name: str
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows of a file of the package, each with its line."""
    try:
        text = files[f"data/{name}.csv"].decode("utf-8-sig")
    except (KeyError, UnicodeDecodeError) as error:
        raise _no_package(path) from error
    rows = csv.DictReader(io.StringIO(text, newline=""), restval="")
    if not {"code", "name"} <= set(rows.fieldnames or ()):
        raise _no_package(path)
    try:
        yield from enumerate(rows, 2)
    except csv.Error as error:
        raise _no_package(path) from error


def _unpacked(path: Path) -> dict[str, bytes]:
    """The files of the package that are read; nothing is written anywhere."""
    wanted = {f"package/{name}": name for name in ("package.json", *_data())}
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                if member.size > _LARGEST:
                    raise _no_package(path)
                if not member.isfile() or (name := wanted.get(member.name)) is None:
                    continue  # a link, too, which may lead to what is not there
                if body := archive.extractfile(member):
                    found[name] = body.read()
    except (tarfile.TarError, OSError, EOFError) as error:
        raise _no_package(path) from error
    return found


def _data() -> list[str]:
    return [f"data/{name}.csv" for name in _FILES]


def _no_package(path: Path) -> Unreadable:
    return Unreadable(
        path.name,
        Words(
            f"is not the package {PACKAGE} as `npm pack {PACKAGE}` writes it",
            f"bukan paket {PACKAGE} sebagaimana ditulis `npm pack {PACKAGE}`",
        ),
    )
