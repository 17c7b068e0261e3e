"""How well and how fast names are matched: python benchmarks/linking.py [things [more things …]]

Makes names of businesses (synthetic, of syllables, no real ones) with a district each, and a table
of them as people write them: old spelling, misspellings, words in another order or written as one,
legal forms left out, capitals; a fifth of the rows are of no business at all. Prints, for each way
of matching, rows a second of processor time, precision, recall, F1 and calibration of the best
proposal; then the same for pairs that both Rembug and recordlinkage are told to compare. A way
whose package is missing is left out. With several numbers of things it prints how the time and
memory of Rembug's own way grow.
"""

import importlib.util
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from rembug.linking.lookup import Lookup
from rembug.linking.model import Row, Thing
from rembug.names import Name

_SYLLABLES = [
    *("ba", "bu", "ca", "ci", "da", "di", "ga", "gi", "ja", "ju", "ka", "ku", "la", "lu", "ma"),
    *("mu", "na", "ni", "pa", "pu", "ra", "ri", "sa", "su", "ta", "tu", "wa", "wi", "ya", "yu"),
    *("ang", "eng", "sri", "ndra", "nto", "rja"),
]
_HEADS = ("UD", "CV", "Batik", "KUBE", "Sentra Batik", "Toko", "UD Batik")
_AT_MOST = 2000  # rows that are matched with everything

Found = dict[str, tuple[str, float]]
"""The best thing for a row's key, with its score."""


def _word(made: random.Random) -> str:
    return "".join(made.choice(_SYLLABLES) for _ in range(made.randint(2, 4))).title()


def made(count: int, seed: int = 7) -> tuple[list[Thing], list[Row], dict[str, str]]:
    """Things, rows of a table, and for the rows that are of a thing which one."""
    by = random.Random(seed)
    words = [_word(by) for _ in range(max(300, count // 4))]
    districts = [f"Kecamatan {_word(by)}" for _ in range(18)]
    things = []
    for n in range(count):
        name = f"{by.choice(_HEADS)} {by.choice(words)} {by.choice(words)}"
        around = frozenset((by.choice(districts),))
        things.append(Thing(f"urn:x:{n}", name, frozenset((name,)), "actor", frozenset(), around))
    rows, truth = [], {}
    for n in range(count):
        key = f"{n:07}"
        if by.random() < 0.2:
            rows.append(Row(key, f"{by.choice(_HEADS)} {_word(by)} {_word(by)}"))
            continue
        thing = by.choice(things)
        place = next(iter(thing.around)).replace("Kecamatan", "Kec.") if by.random() < 0.5 else ""
        rows.append(Row(key, _written(thing.label, by), place))
        truth[key] = thing.iri
    return things, rows, truth


def _written(name: str, by: random.Random) -> str:
    kind = by.random()
    if kind < 0.25:
        name = name.replace("u", "oe").replace("j", "dj")
    elif kind < 0.5:
        at = by.randrange(4, len(name) - 1)
        name = name[:at] + by.choice(("", name[at] * 2, "e")) + name[at + 1 :]
    elif kind < 0.65:
        words = name.split()
        by.shuffle(words)
        name = " ".join(words)
    elif kind < 0.8:
        words = name.split()
        name = " ".join([*words[:-2], "".join(words[-2:])])
    elif kind < 0.9:
        name = " ".join(name.split()[-2:])
    return name.upper() if by.random() < 0.3 else name


def by_rembug(things: Sequence[Thing], rows: Sequence[Row]) -> Found:
    """As `rembug link` does."""
    lookup = Lookup(list(things))
    best = zip((row.key for row in rows), lookup.found(rows), strict=True)
    return {key: (found[0].thing, found[0].score) for key, found in best if found}


def by_extract_one(things: Sequence[Thing], rows: Sequence[Row]) -> Found:
    """rapidfuzz's extractOne over all names, as it is."""
    names = [thing.label for thing in things]
    found = ((row.key, process.extractOne(row.name, names)) for row in rows)
    return {key: (things[at].iri, score / 100) for key, (_, score, at) in found}


def by_folded(things: Sequence[Thing], rows: Sequence[Row]) -> Found:
    """The same over folded names, whatever the order of words."""
    names = [Name.of(thing.label).folded for thing in things]
    found = {}
    for row in rows:
        _, score, at = process.extractOne(
            Name.of(row.name).folded, names, scorer=fuzz.token_sort_ratio
        )
        found[row.key] = things[at].iri, score / 100
    return found


def by_splink(things: Sequence[Thing], rows: Sequence[Row]) -> Found:
    """Splink on DuckDB, trained without labels, over the forms of names that we compare."""
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    def record(key: str, text: str, place: str) -> dict[str, str | None]:
        name = Name.of(text)
        words = sorted(name.sound.split(), key=len)
        return {
            "unique_id": key, "core": " ".join(sorted(name.core.split())), "sound": name.sound,
            "joined": name.sound.replace(" ", ""), "first": words[0], "last": words[-1],
            "place": Name.of(place).core if place else None,
        }  # fmt: skip

    ours = [record(t.iri, t.label, next(iter(t.around))) for t in things]
    theirs = [record(row.key, row.name, row.place) for row in rows]
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    api = DuckDBAPI(connection=connection)
    import pyarrow as pa

    inputs = [
        api.register(pa.Table.from_pylist(some), dataset_display_name=name)
        for some, name in ((ours, "a_ours"), (theirs, "b_theirs"))
    ]
    rules = [block_on("first"), block_on("last"), block_on("substr(joined, 1, 5)")]
    chosen = SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            cl.JaroWinklerAtThresholds("core", [0.95, 0.88, 0.8]),
            cl.JaroWinklerAtThresholds("joined", [0.97, 0.9]),
            cl.ExactMatch("place"),
        ],
    )
    linker = Linker(inputs, chosen)
    linker.training.estimate_probability_two_random_records_match([block_on("joined")], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in rules[:2]:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=0.05).as_record_list()
    found: Found = {}
    for pair in pairs:
        key, thing = pair["unique_id_r"], pair["unique_id_l"]
        score = float(pair["match_probability"])
        if score > found.get(key, ("", 0.0))[1]:
            found[key] = thing, score
    return found


def by_recordlinkage(things: Sequence[Thing], rows: Sequence[Row]) -> Found:
    """recordlinkage: pairs that share a first or last word, by Jaro-Winkler."""
    import pandas as pd
    import recordlinkage

    def frame(names: Sequence[str], index: Sequence[str]) -> pd.DataFrame:
        forms = [Name.of(name) for name in names]
        return pd.DataFrame(
            {
                "core": [form.core for form in forms],
                "first": [form.sound.split()[0] for form in forms],
                "last": [form.sound.split()[-1] for form in forms],
            },
            index=list(index),
        )

    ours = frame([t.label for t in things], [t.iri for t in things])
    theirs = frame([row.name for row in rows], [row.key for row in rows])
    indexer = recordlinkage.Index()
    indexer.block("first")
    indexer.block("last")
    compare = recordlinkage.Compare()
    compare.string("core", "core", method="jarowinkler")
    scores = compare.compute(indexer.index(theirs, ours), theirs, ours)[0]
    found: Found = {}
    for (key, thing), score in scores.items():
        if score > found.get(key, ("", 0.0))[1]:
            found[key] = thing, float(score)
    return found


def on_same_pairs(
    things: Sequence[Thing], rows: Sequence[Row], truth: dict[str, str], names: dict[str, str]
) -> None:
    """Print what comparing the same pairs takes, by recordlinkage in the forms of names we use."""
    import pandas as pd
    import recordlinkage

    lookup = Lookup(list(things))
    mine, its = lookup.candidates(rows)

    def told(title: str, begun: float, scores: NDArray[np.float64]) -> float:
        seconds = time.process_time() - begun
        found: Found = {}
        for row, thing, score in zip(mine, its, scores, strict=True):
            if score > found.get(rows[row].key, ("", 0.0))[1]:
                found[rows[row].key] = things[thing].iri, float(score)
        print(f"  {title}: {seconds:.2f} s, F1 {judged(found, truth, names)[2]:.4f}", flush=True)
        return seconds

    def frame(texts: Sequence[str], places: Sequence[str]) -> pd.DataFrame:
        forms = [Name.of(text) for text in texts]
        return pd.DataFrame(
            {
                "core": [form.core for form in forms],
                "sound": [form.sound for form in forms],
                "ordered": [" ".join(sorted(form.sound.split())) for form in forms],
                "joined": [form.sound.replace(" ", "") for form in forms],
                "whole": [form.folded for form in forms],
                "place": [Name.of(place).core if place else "" for place in places],
            }
        )

    print(f"the same {len(mine)} pairs, with the forms of the rows, without looking for them:")
    begun = time.process_time()
    ours = told("rembug", begun, lookup.scored(rows, mine, its))
    begun = time.process_time()
    left = frame([row.name for row in rows], [row.place for row in rows])
    prepared = time.process_time() - begun
    right = frame([t.label for t in things], [next(iter(t.around)) for t in things])
    index = pd.MultiIndex.from_arrays([mine, its])
    for columns in (["core"], ["sound", "ordered", "joined", "whole", "place"]):
        for method in ("jarowinkler", "levenshtein"):
            compare = recordlinkage.Compare()
            for column in columns:
                if column == "place":
                    compare.exact(column, column)
                else:
                    compare.string(column, column, method=method)
            begun = time.process_time() - prepared
            table = compare.compute(index, left, right).to_numpy(float)
            scores = table[:, 0]
            if len(columns) > 1:
                scores = 0.75 * table[:, :3].max(1) + 0.25 * table[:, 3] + 0.1 * table[:, 4]
            title = f"recordlinkage, {method} of {', '.join(columns)}"
            print(f"  {told(title, begun, scores) / ours:.1f} times as long")


def grown(counts: Sequence[int]) -> None:
    """Print time and memory of our own way for each number of things, each in its own process."""
    for count in counts:
        code = f"import linking; linking.alone({count})"
        subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, check=True)


def alone(count: int) -> None:
    """Print time and memory of our own way, beside those of the things and rows themselves."""
    things, rows, truth = made(count)
    names = {thing.iri: thing.label for thing in things}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    found = by_rembug(things, rows)
    seconds = time.process_time() - begun
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    precision, recall, f1, _ = judged(found, truth, names)
    print(
        f"{count} things and rows: {seconds:.1f} s, {more // 1024} MB more than the "
        f"{before // 1024} MB of the tables, precision {precision:.4f}, recall {recall:.4f}, "
        f"F1 {f1:.4f}",
        flush=True,
    )


def judged(found: Found, truth: dict[str, str], names: dict[str, str]) -> tuple[float, ...]:
    """Precision, recall, F1 and the threshold, at the threshold where F1 is best.

    Two things of one name are the same here: nothing in a row may tell them apart.
    """
    pairs = [
        (score, key in truth and names[truth[key]] == names[thing])
        for key, (thing, score) in found.items()
    ]
    best = (0.0, 0.0, 0.0, 0.0)
    right = 0
    for n, (score, is_right) in enumerate(sorted(pairs, reverse=True), 1):
        right += is_right
        precision, recall = right / n, right / len(truth)
        if right and 2 * precision * recall / (precision + recall) > best[2]:
            best = precision, recall, 2 * precision * recall / (precision + recall), score
    return best


def miscalibrated(found: Found, truth: dict[str, str], names: dict[str, str]) -> float:
    """How far scores are from the share that is right, by tenths (expected calibration error)."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for key, (thing, score) in found.items():
        right = key in truth and names[truth[key]] == names[thing]
        bins.setdefault(min(9, int(score * 10)), []).append((score, right))
    return sum(
        abs(sum(score for score, _ in some) - sum(right for _, right in some))
        for some in bins.values()
    ) / max(1, len(found))


WAYS: dict[str, tuple[Callable[[Sequence[Thing], Sequence[Row]], Found], str, bool]] = {
    "rembug": (by_rembug, "rembug", True),
    "splink": (by_splink, "splink", True),
    "recordlinkage": (by_recordlinkage, "recordlinkage", True),
    "extractOne": (by_extract_one, "rapidfuzz", False),
    "extractOne, folded": (by_folded, "rapidfuzz", False),
}
"""Each way, the package that it needs, and whether it looks at some pairs alone."""


def main() -> None:
    """Print a line for each way."""
    if len(sys.argv) > 2:
        grown([int(count) for count in sys.argv[1:]])
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    things, rows, truth = made(count)
    names = {thing.iri: thing.label for thing in things}
    print(f"{len(things)} things, {len(rows)} rows, {len(truth)} of them of a thing (synthetic)")
    for title, (way, package, blocks) in WAYS.items():
        if importlib.util.find_spec(package) is None:
            print(f"{title}: {package} is not installed")
            continue
        some = rows if blocks else rows[: max(200, _AT_MOST * 10_000 // count // 10)]
        known = {row.key: truth[row.key] for row in some if row.key in truth}
        begun = time.process_time()
        found = way(things, some)
        seconds = time.process_time() - begun
        precision, recall, f1, score = judged(found, known, names)
        print(
            f"{title}: {len(some) / seconds:.0f} rows/s ({seconds:.1f} s), "
            f"precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f} from {score:.2f} on, "
            f"calibration error {miscalibrated(found, known, names):.3f}",
            flush=True,
        )
    if importlib.util.find_spec("recordlinkage") is not None:
        on_same_pairs(things, rows, truth, names)


if __name__ == "__main__":
    main()
