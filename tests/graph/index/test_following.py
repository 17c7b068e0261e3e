"""After any edits the index says what SPARQL says of the store, and what building it anew would."""

import sqlite3
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from rdflib import RDF, RDFS, SKOS

from rembug import settings as files
from rembug import terms
from rembug.catalogue import read
from rembug.graph.readers.index import Index, Listing, Tally
from rembug.graph.readers.index import reading as reading_an_index
from rembug.terms import CG, OA

from .conftest import GRAPH, Readers

# Plain strings, as the index has them: a URIRef never equals a str.
STUDIES = [str(terms.study(name)) for name in "ab"]
FINDINGS = [terms.thing("a", "finding", f"f{n}") for n in range(4)]
EVIDENCE = [terms.thing("a", "evidence", f"e{n}") for n in range(2)]
SELECTOR = terms.thing("a", "selector", "x")
RATINGS = [str(terms.RATING[name]) for name in ("weak", "good")]
ASPECTS = [str(terms.ASPECT[name]) for name in ("impact", "growth")]
GRAPHS = [GRAPH, ox.NamedNode(terms.submission_graph("b", "two")), ox.NamedNode(terms.INFERRED)]
PROPERTY = {"study": CG.inStudy, "rating": CG.rating, "aspect": CG.concerns}
FALSE, TRUE = (ox.Literal(value) for value in (False, True))


def _some(*parts: Collection[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(*map(st.sampled_from, parts))


names = st.builds(
    ox.Literal,
    st.sampled_from(["Pelatihan tenun", "Dana desa", " ", "Dampak pelatihan", "training"]),
    language=st.sampled_from(["id", "en"]),
)
STATEMENTS = st.one_of(
    _some(FINDINGS, [RDF.type], [CG.Finding, CG.Challenge]),
    _some(EVIDENCE, [RDF.type], [CG.Evidence]),
    _some(STUDIES, [RDF.type], [CG.Study]),
    _some([*FINDINGS, *EVIDENCE], [CG.inStudy], STUDIES),
    _some(FINDINGS, [CG.rating], RATINGS),
    _some(FINDINGS, [CG.concerns], ASPECTS),
    _some(EVIDENCE, [CG.supports, CG.undermines], FINDINGS),
    _some(EVIDENCE, [CG.selector], [SELECTOR]),
    st.tuples(st.just(SELECTOR), st.just(OA.exact), names),
    st.tuples(st.sampled_from([*FINDINGS, *RATINGS, *STUDIES]), st.just(RDFS.label), names),
    _some(STUDIES, [CG.synthetic], [FALSE, TRUE]),
)
EDITS = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["add", "add", "remove"]), STATEMENTS, st.sampled_from(GRAPHS)),
        min_size=1,
        max_size=12,
    ),
    min_size=1,
    max_size=5,
)
PROGRAMS = [terms.thing("a", "program", f"p{n}") for n in range(2)]
STANCES = [str(terms.SCHEME[f"stance/{name}"]) for name in ("supports", "undermines")]
TERMS = [str(terms.ASPECT[name]) for name in ("impact", "growth")]
ABOUT_PROGRAMS = st.one_of(
    _some(PROGRAMS, [RDF.type], [CG.Program]),
    _some(PROGRAMS, [CG.inStudy], STUDIES),
    _some(FINDINGS[:2], [RDF.type], [CG.Finding, CG.Recommendation]),
    _some(FINDINGS[:2], [CG.about], PROGRAMS),
    _some(FINDINGS[:2], [CG.concerns], TERMS),
    _some(FINDINGS[:2], [CG.rating], RATINGS),
    _some(
        FINDINGS[:2],
        [CG.stance],
        [str(terms.SCHEME[f"stance/{s}"]) for s in ("supports", "undermines")],
    ),
    _some(EVIDENCE, [CG.supports, CG.undermines, CG.qualifies], FINDINGS[:2]),
    _some(TERMS, [SKOS.inScheme], [str(terms.SCHEME["sustainability"])]),
    st.tuples(
        st.sampled_from(RATINGS), st.just(CG.ratingValue), st.builds(ox.Literal, st.integers(1, 5))
    ),
)
VALUES = {
    "study": STUDIES,
    "rating": RATINGS,
    "aspect": ASPECTS,
    "synthetic": ["true", "false"],
}
CHOICES = st.fixed_dictionaries(
    {},
    optional={
        facet: st.sets(st.sampled_from(values), min_size=1) for facet, values in VALUES.items()
    },
)


def by_sparql(readers: Readers, chosen: Mapping[str, Collection[str]]) -> set[str]:
    """The findings that a choice leaves, asked of the store."""
    pattern = "?thing a cg:Finding . "
    for facet, values in chosen.items():
        if facet == "synthetic":
            # What has neither a class nor a name has no card, and no gate lets such a study in.
            named = f'{{ ?s <{RDFS.label}> ?name FILTER(STR(?name) != " ") }}'
            known = f"{{ ?s a cg:Study }} UNION {named}"
            made_up = f"EXISTS {{ ?thing cg:inStudy ?s . ?s cg:synthetic true . {known} }}"
            each = {"true": made_up, "false": f"NOT {made_up}"}
            pattern += f"FILTER({' || '.join(each[v] for v in values)}) "
        else:
            among = ", ".join(f"<{v}>" for v in values)
            pattern += (
                f"FILTER EXISTS {{ ?thing <{PROPERTY[facet]}> ?{facet} "
                f"FILTER(?{facet} IN ({among})) }} "
            )
    return readers.iris(pattern)


def content(path: Path) -> Iterator[object]:
    """What stands in an index, with things by their IRIs."""
    with closing(sqlite3.connect(path)) as connection:
        iris = dict(connection.execute("SELECT id, iri FROM thing"))
        yield sorted(connection.execute("SELECT iri, labels, facts, texts FROM thing"))
        yield sorted(connection.execute("SELECT gram, word FROM gram"))
        yield sorted(
            (kind, sort, key, iris[thing])
            for kind, sort, key, thing in connection.execute("SELECT * FROM place")
        )
        yield sorted(
            (field, term, size, sorted(iris[thing] for thing in BitMap.deserialize(things)))
            for field, term, size, things in connection.execute(
                "SELECT field, term, size, things FROM posting"
            )
        )


def as_of_many(index: Index, listing: Listing, most: int) -> Mapping[str, Tally]:
    """The facets of a list as they are counted where it has many things."""
    with patch.object(reading_an_index, "_HANDFUL", -1), index.reading() as reading:
        return reading.facets(listing, VALUES, most)


@settings(max_examples=30, deadline=None)
@given(EDITS, CHOICES)
def test_lists_facets_and_totals_are_those_of_the_store(
    edits: list[list[Any]], chosen: dict[str, set[str]]
) -> None:
    readers = Readers()
    with tempfile.TemporaryDirectory() as folder:
        index = Index.build(Path(folder) / "followed", readers.rows, 1)
        for edit in edits:
            for how, statement, graph in edit:
                getattr(readers, how)(*statement, graph)
            readers.tell(index)
        listing = Listing("findings", chosen)
        with index.reading() as reading:
            assert reading.version == readers.version
            listed = reading.listed(listing)
            wanted = by_sparql(readers, chosen)
            assert {card.iri for card in listed.cards} == wanted
            assert listed.total == len(wanted)
            assert reading.facets(listing, VALUES, 1) == as_of_many(index, listing, 1)
            for facet, values in VALUES.items():
                counts = dict(reading.facets(listing, [facet])[facet].values)
                for value in values:
                    would = by_sparql(readers, {**chosen, facet: [value]})
                    assert counts.get(value, 0) == len(would), (facet, value)
        anew = Path(folder) / "anew"
        Index.build(anew, readers.rows, readers.version).close()
        index.close()
        assert list(content(Path(folder) / "followed")) == list(content(anew))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from(["add"] * 3 + ["remove"]), ABOUT_PROGRAMS),
            min_size=1,
            max_size=15,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_programs_lack_evidence_in_a_list_where_they_do_in_the_question(
    edits: list[list[Any]],
) -> None:
    question = read(files.queries_dir() / "programs-lacking-sustainability-evidence.rq")
    readers = Readers()
    for program in PROGRAMS:
        readers.state(program, CG.Program, "Pelatihan", STUDIES[0])
    for finding in FINDINGS[:2]:
        readers.state(finding, CG.Finding, "Bertahan", STUDIES[0])
        readers.add(finding, CG.about, PROGRAMS[0])
        readers.add(finding, CG.concerns, TERMS[0])
    with tempfile.TemporaryDirectory() as folder:
        index = Index.build(Path(folder) / "followed", readers.rows, 1)
        for edit in edits:
            for how, statement in edit:
                getattr(readers, how)(*statement)
            readers.tell(index)
            said = {
                (row["program"].value, row["status"].value)
                for row in readers.rows(question.bind({"lang": "id"}))
            }
            with index.reading() as reading:
                listed = {
                    (card.iri, way)
                    for way in ("none", "against", "contested")
                    for card in reading.listed(Listing("programs", {"sustainability": [way]})).cards
                }
            assert listed == said
