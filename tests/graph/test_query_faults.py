"""A query that cannot be read is answered with what is wrong, where, and what to do."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rembug.errors import QuerySyntaxError
from rembug.graph.query_faults import explained

CG = "PREFIX cg: <https://w3id.org/rembug/ontology#>\n"


def refused(text: str, *, update: bool = False) -> QuerySyntaxError:
    store = ox.Store()
    with pytest.raises(SyntaxError) as error:
        store.update(text) if update else store.query(text)
    found = error.value
    return explained(text, found.msg, found.lineno, found.offset, update=update)


@pytest.mark.parametrize(
    ("text", "place", "en", "id_"),
    [
        ("", (1, 1), "it is empty", "teksnya kosong"),
        ("# only a comment", (1, 1), "it is empty", "teksnya kosong"),
        ("SELECT ?x { ?x a cg:Program }", (1, 18), "PREFIX cg: <https:", "belum dideklarasikan"),
        ("SELECT ?x { ?x foo:a ?y }", (1, 16), "put PREFIX foo: <…>", "tulis PREFIX foo: <…>"),
        ("SELEC ?x { ?x ?y ?z }", (1, 1), "is SELECT meant?", "maksudnya SELECT?"),
        ("INSERT DATA { <a:a> <a:b> 1 }", (1, 1), "send it to /update", "kirim ke /update"),
        ("PREFIX cg <http://x> ASK {}", (1, 8), "a name with a colon", "dengan titik dua"),
        ("SELECT ?x {\n ?x ?y 'abc }", (2, 8), "does not end on its line", "tidak berakhir"),
        ('SELECT ?x { ?x ?y """abc }', (1, 19), "does not end", "tidak berakhir"),
        (CG + "SELECT ?x {\n ?x a cg:Program", (2, 11), "a } is missing", "kurang satu }"),
        ("SELECT ?x { ?x ?y ?z }}", (1, 23), "closes nothing", "tidak menutup apa pun"),
        ("SELECT ?x { FILTER(?x = ?y }", (1, 28), "close the ( with a )", "ditutup )"),
        ("SELECT COUNT(?x) { ?x ?y ?z }", (1, 8), "(COUNT(?x) AS ?number)", "?jumlah)"),
        ("SELECT ?x { ?x ?y ?z\n ?w ?v ?u }", (2, 2), "put a . before it", "beri . sebelumnya"),
        ("SELECT ?x { ?x ?y 'a'@id ?w }", (1, 26), "a triple ends before ?w", "sebelum ?w"),
        ("SELECT ?x { ?x ?y ?z FILTER ?z > 3 }", (1, 29), "in brackets", "dalam kurung"),
        (
            "SELECT * { ?x ?y ?z } LIMIT 5 ORDER BY ?x",
            (1, 31),
            "ORDER comes before",
            "ORDER ditulis",
        ),
        ("SELECT ?x { ?x a <http://a b> }", (1, 18), "<http://a b> is not an IRI", "bukan IRI"),
        ("SELECT ?x { ?x ?y ?z } GROUP BY ?y", (1, 1), "neither in GROUP", "tidak ada di"),
        ("SELECT * { ?a ?b ?c } LIMIT ten", (1, 29), "“ten” does not fit", "“ten” tidak cocok"),
        ("SELECT *\nWHERE { ?s ?p }", (2, 15), "is missing before this }", "ada yang kurang"),
        ("SELECT * { ?a ?b ?c } ORDER", (1, 23), "after “ORDER”", "terlalu dini"),
    ],
)
def test_the_faults_that_people_make(text: str, place: tuple[int, int], en: str, id_: str) -> None:
    error = refused(text)
    assert (error.line, error.column) == place
    assert en in error.told("en")
    assert id_ in error.told("id")


def test_a_query_that_was_sent_as_an_update_is_told_so() -> None:
    assert "not an update" in str(refused("SELECT * { ?a ?b ?c }", update=True))


GOOD = [
    "SELECT ?a ?b ?c ?d { VALUES (?a ?b ?c ?d) { (1 2 3 4) } ?a ^<u:p>/<u:q>* ?b ; <u:r> ?c, ?d }",
    "SELECT (COUNT(?x) AS ?n) { ?x a <u:C> . { SELECT ?x ?y ?z ?w { ?x ?y ?z BIND(1 AS ?w) } } }",
    "CONSTRUCT { ?a ?b ?c } { VALUES ?x { 1 2 3 4 5 } ?a ?b ?c FILTER(?x<3 && ?x>1) }",
    'ASK { ?a ?b [ ?c \'it\\\'s\'@en-GB ], """two\n"lines\\"""" ; <u:p>|<u:q> true . }',
]


@pytest.mark.parametrize("text", GOOD)
def test_what_is_right_is_not_blamed(text: str) -> None:
    """A fault at the end is told at the end, whatever stands before it."""
    ox.Store().query(text)
    error = refused(text + " LIMIT ten")
    assert "“ten” does not fit here" in str(error)


@given(st.text(alphabet="?xa:.;,{}()[]<>\"'\\\n @^#12/|*+-SELECTWHERE", max_size=60))
def test_whatever_was_written_has_an_error_with_a_place_in_it(text: str) -> None:
    error = explained(text, "error at 1:1: expected one of [_]")
    lines = text.split("\n")
    assert error.told("id") and error.told("en")
    if error.line is not None and error.column is not None:
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT ?s WHERE { ?s ?p }", "missing before this }"),
        ("SELECT ?s WHERE { ?s ?p ?o } LIMIT", "ends too early, after “LIMIT”"),
        ("PREFX a: <http://e/> SELECT ?s { ?s ?p ?o }", "is PREFIX meant?"),
    ],
)
@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_a_line_feed_at_the_end_hides_no_fault(text: str, told: str, end: str) -> None:
    error = refused(text + end)
    assert told in error.told("en")
    assert "technically" not in error.told("en")
