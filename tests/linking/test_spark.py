"""Rows matched on a Spark of this machine, where one is installed (`pip install rembug[spark]`)."""

import subprocess
import sys

import pytest

from rembug.errors import BadParameter
from rembug.linking import Row
from rembug.linking import spark as workers
from rembug.linking.lookup import Lookup
from rembug.linking.model import Thing

THINGS = [
    Thing(f"urn:{at}", name, frozenset((name,)), "actor", frozenset(codes), frozenset(("Kec. X",)))
    for at, (name, codes) in enumerate(
        [("UD Batik Sekar Arum", ()), ("KUBE Mukti Rahayu", ()), ("Dinas Pariwisata", ("35.20",))]
    )
]
ROWS = [
    Row("1", "sekar aroem", "X"),
    Row("2", "MUKTI RAHAJU", iri="urn:row"),
    Row("3", "Toko Lain"),
    Row("4", "apa saja", code="35.20"),
    Row("10", "UD. Batik Sekar Arum", "Kec. Y"),
]


def test_spark_proposes_what_one_machine_does() -> None:
    pytest.importorskip("pyspark")
    session = workers.session("local[2]")
    try:
        session.sparkContext.setLogLevel("ERROR")
        found = list(workers.found(ROWS, THINGS, "local[2]"))
    finally:
        session.stop()
    assert found == list(Lookup(THINGS).found(ROWS))
    assert [bool(some) for some in found] == [True, True, False, True, True]


def test_where_spark_is_not_installed_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "find_spec", lambda _: None)
    with pytest.raises(BadParameter) as told:
        workers.found(ROWS, THINGS, "local[2]")
    assert "rembug[spark]" in told.value.words.en and "rembug[spark]" in told.value.words.id


def test_nothing_of_spark_is_loaded_where_it_is_not_used() -> None:
    code = "import rembug.cli, sys; print({'pyspark', 'pandas', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
