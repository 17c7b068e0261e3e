"""Columns of tables that name persons: each cell is one, whatever the name is."""

import pytest
from rdflib import Graph, Literal

from rembug import terms
from rembug.privacy.scan import scan


@pytest.mark.parametrize(
    ("title", "text", "asked"),
    [
        ("nama-pemilik", "Xqwert Zuiop", True),  # a name that no list has
        ("pemilik-usaha", "XQWERT", True),
        ("ketua", "Xqwert, S.Pd.", True),
        ("nama-pemilik", "-", False),
        ("nama-usaha", "Xqwert Zuiop", False),
        ("jumlah-pemilik", "Xqwert Zuiop", False),
        ("nama-perusahaan-pemilik", "Xqwert Zuiop", False),
    ],
)
def test_a_column_of_owners_names_persons(title: str, text: str, asked: bool) -> None:
    public = Graph()
    column = terms.thing("contoh", "column", title)
    public.add((terms.record("contoh", "1"), column, Literal(text)))
    assert [(s.kind, s.text) for s in scan(public, Graph())] == [("name", text)] * asked
