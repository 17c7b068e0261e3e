"""Truth tables of a worked example with a known solution, by hand and by a program for QCA.

The example is Lipset's: which democracies of Europe survived between the wars, as crisp sets
(Rihoux and Ragin 2009, Configurational Comparative Methods, ch. 3). A 1 becomes a good rating and a
0 a weak one; one more case, of which one condition is not known, is ours.
"""

import csv
import html
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, RDFS, Graph, Literal, URIRef

from rembug import qca, terms, web
from rembug.cli import rembug
from rembug.errors import BadParameter, RembugError, UnknownName, Unreadable
from rembug.graph import Change, KnowledgeGraph, Role
from rembug.settings import Settings
from rembug.terms import CG, SCHEME
from rembug.web.words import strings

CONDITIONS = ("DEV", "URB", "LIT", "IND", "STB")
CASES = {
    "austria": "101100", "belgium": "111111", "czechoslovakia": "111111", "estonia": "001010",
    "finland": "101011", "france": "101111", "germany": "111100", "greece": "000000",
    "hungary": "001000", "ireland": "101011", "italy": "000010", "netherlands": "111111",
    "poland": "001000", "portugal": "000000", "romania": "000000", "spain": "000000",
    "sweden": "101111", "united-kingdom": "111111",
}  # fmt: skip
ELEMENTS = ("trust-building", "shared-understanding", "small-wins", "incentives-and-constraints",
            "facilitative-leadership", "outcomes")  # fmt: skip
REASON = 'reason = "a good rating is what the example calls present"'


def declared(cases: str, how: str = "crisp = 3.5", conditions: int = 5) -> str:
    factors = [
        f'name = "{name}"\nelement = "ansell-gash/{element}"\n{how}\n{REASON}\n'
        for name, element in zip((*CONDITIONS, "SURV"), ELEMENTS, strict=True)
    ]
    head = "\n".join(f"[[condition]]\n{factor}" for factor in factors[:conditions])
    return f"cases = [{cases}]\n{head}\n[outcome]\n{factors[-1]}"


def named(names: object) -> str:
    return ", ".join(f'"lipset/collaboration/{name}"' for name in names)  # type: ignore[attr-defined]


def example() -> Graph:
    graph = Graph()

    def finding(case: URIRef, name: str, element: str) -> URIRef:
        iri = terms.thing("lipset", "finding", name)
        graph.add((iri, RDF.type, CG.Finding))
        graph.add((iri, RDFS.label, Literal(name)))
        graph.add((iri, CG.about, case))
        graph.add((iri, CG.concerns, SCHEME[f"ansell-gash/{element}"]))
        return iri

    for name, signs in {**CASES, "atlantis": "11-111"}.items():
        case = terms.thing("lipset", "collaboration", name)
        graph.add((case, RDF.type, CG.Collaboration))
        graph.add((case, CG.inStudy, terms.study("lipset")))
        for element, sign in zip(ELEMENTS, signs, strict=True):
            one = finding(case, f"{name}-{element}", element)
            if sign != "-":
                graph.add((one, CG.rating, SCHEME[f"rating/{'good' if sign == '1' else 'weak'}"]))
    advice = finding(terms.thing("lipset", "collaboration", "atlantis"), "advice", "small-wins")
    graph.add((advice, RDF.type, CG.Recommendation))
    graph.add((advice, CG.rating, SCHEME["rating/good"]))
    return graph


@pytest.fixture(scope="module")
def lipset(ontology_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("lipset") / "store"
    shutil.copytree(ontology_store, folder)
    with KnowledgeGraph.own(str(folder)) as graph:
        graph.commit(Change(replace={terms.submission_graph("lipset", "f"): example()}))
    yield folder


@pytest.fixture(scope="module")
def calibrated(lipset: Path) -> qca.Calibrated:
    with KnowledgeGraph.own(str(lipset)) as graph:
        setup = qca.read(declared(named([*CASES, "atlantis"])).encode(), "lipset.toml")
        return qca.calibrate(graph, setup, Role.PUBLIC)


def test_the_table_is_that_of_the_book(calibrated: qca.Calibrated) -> None:
    table = qca.truth_table(calibrated)
    assert len(table.lines) == 2**5
    found = {
        "".join(map(str, line.configuration)): (line.outcome, len(line.cases))
        for line in table.lines
        if line.cases
    }
    assert found == {
        **{"11111": ("1", 4), "10101": ("1", 2), "10111": ("1", 2)},
        **{"00000": ("0", 4), "00100": ("0", 2), "00001": ("0", 1), "00101": ("0", 1)},
        **{"10110": ("0", 1), "11110": ("0", 1)},
    }
    assert {line.outcome for line in table.lines if not line.cases} == {"?"}


def test_what_is_not_known_is_no_zero(calibrated: qca.Calibrated) -> None:
    assert "lipset/collaboration/atlantis" not in calibrated.cases
    assert calibrated.left_out == [qca.LeftOut("lipset/collaboration/atlantis", "LIT", 1)]
    rows = list(csv.DictReader(io.StringIO(qca.left_out_csv(calibrated))))
    assert [row["missing"] for row in rows] == ["LIT"]


def test_cases_that_contradict_one_another_are_told(lipset: Path) -> None:
    setup = qca.read(declared(named(CASES), conditions=2).encode(), "two.toml")
    with KnowledgeGraph.own(str(lipset)) as graph:
        table = qca.truth_table(qca.calibrate(graph, setup, Role.PUBLIC))
    found = {tuple(line.configuration): line for line in table.lines}
    assert found[1, 0].outcome == "C"  # Austria did not survive, Finland did
    assert found[1, 0].inclusion == pytest.approx(4 / 5)
    assert found[0, 0].outcome == "0"
    assert found[0, 1].outcome == "?" and found[0, 1].inclusion is None


def test_a_program_for_it_reads_the_cases_and_finds_the_known_solution(
    calibrated: qca.Calibrated, missing: object
) -> None:
    try:
        import pandas
        from qca import CSQCA
    except ImportError:
        missing("pyqca")  # type: ignore[operator]
    data = pandas.read_csv(io.StringIO(qca.cases_csv(calibrated)), index_col="case")
    fitted = CSQCA(data=data, outcome="SURV", conditions=list(CONDITIONS)).fit(
        consistency_cutoff=0.8
    )
    terms_ = {
        kind: set(fitted.solutions[fitted.solutions.solution_type == kind].term)
        for kind in ("complex", "parsimonious")
    }
    assert terms_["complex"] == {"DEV * ~URB * LIT * STB", "DEV * LIT * IND * STB"}
    assert terms_["parsimonious"] == {"DEV * STB"}
    theirs = {
        tuple(row[:5]): (row[5], bool(row[6]))
        for row in fitted.truth_table[[*CONDITIONS, "n_cases", "include"]].itertuples(index=False)
    }
    ours = {
        tuple(line.configuration): (len(line.cases), line.outcome == "1")
        for line in qca.truth_table(calibrated).lines
        if line.cases
    }
    assert ours == theirs


@given(
    st.lists(
        st.tuples(*[st.sampled_from((0.0, 0.2, 0.4, 0.6, 0.8, 1.0))] * 3), min_size=2, max_size=12
    )
)
def test_each_case_is_in_one_row_and_subsets_are_consistent(cases: list[tuple[float, ...]]) -> None:
    setup = qca.read(declared(named(["x"]), conditions=2).encode(), "x.toml")
    known = {
        f"c{n}": dict(zip(("DEV", "URB", "SURV"), one, strict=True)) for n, one in enumerate(cases)
    }
    inside = {one[2] > 0.5 for one in cases}
    made = qca.Calibrated(setup, known, [])
    if len(inside) == 1:
        with pytest.raises(BadParameter, match="constant"):
            qca.truth_table(made)
        return
    table = qca.truth_table(made)
    assert sorted(case for line in table.lines for case in line.cases) == sorted(known)
    for line in table.lines:
        assert line.inclusion is None or 0 <= line.inclusion <= 1
        assert (line.outcome == "?") == (not line.cases)
        assert line.pri is None or line.inclusion is None or line.pri <= line.inclusion + 1e-9


@pytest.mark.parametrize(
    ("rating", "membership"), [(1, 0), (2, 0), (2.5, 0.25), (3, 0.5), (4, 0.75), (5, 1)]
)
def test_fuzzy_membership_goes_in_straight_lines_between_the_anchors(
    rating: float, membership: float
) -> None:
    setup = qca.read(declared(named(["x"]), "fuzzy = [2, 3, 5]").encode(), "x.toml")
    assert setup.outcome.membership(rating) == pytest.approx(membership)


GOOD = declared(named(CASES))
BAD = {
    "no case": (declared(""), "there is no case"),
    "a case twice": (declared(named(["a", "a"])), "occurs twice"),
    "a case of another form": (declared('"nothing"'), "nor STUDY/program/NAME"),
    "one condition": (declared(named(CASES), conditions=1), "there are 1 conditions"),
    "no outcome": (GOOD.partition("[outcome]")[0], r"no \[outcome\]"),
    "no reason": (GOOD.replace(REASON, "", 1), "say the reason"),
    "no calibration": (GOOD.replace("crisp = 3.5", "", 1), "crisp = 3.5 or fuzzy"),
    "beyond the scale": (GOOD.replace("crisp = 3.5", "crisp = 9", 1), "crisp is a rating"),
    "falling anchors": (GOOD.replace("crisp = 3.5", "fuzzy = [4, 3, 2]", 1), "three rising"),
    "a taken name": (GOOD.replace('"DEV"', '"OUT"', 1), "does not fit"),
    "an element twice": (GOOD.replace("small-wins", "outcomes", 1), "occurs twice"),
    "another key": ("frequency = 2\n" + GOOD, "frequency is not known"),
    "a low inclusion": ("inclusion = 0.2\n" + GOOD, "above 0.5"),
    "no TOML": ("cases = [", "not TOML"),
    "a table for a list": (GOOD.replace("[[condition]]", "[condition]", 1), "TOML|condition"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_declares_no_analysis_is_told_what_is_wrong(what: str) -> None:
    text, told = BAD[what]
    with pytest.raises(Unreadable, match=told) as caught:
        qca.read(text.encode(), "a.toml")
    assert str(caught.value).startswith("a.toml")
    assert caught.value.told("id") != caught.value.told("en")


def test_bytes_that_are_no_text_are_told() -> None:
    with pytest.raises(Unreadable, match="not TOML"):
        qca.read(b"\xff\xfe", "a.toml")


@pytest.mark.parametrize(
    ("cases", "old", "new", "error"),
    [
        (["greece", "spain"], "", "", BadParameter),  # none survived
        (["atlantis"], "", "", BadParameter),  # nothing known of it
        (["belgium", "nowhere"], "", "", UnknownName),
        (CASES, "ansell-gash/outcomes", "ansell-gash/nothing", UnknownName),
        (CASES, "crisp = 3.5", "fuzzy = [1, 2, 5]", BadParameter),  # weak is in the middle
    ],
)
def test_cases_that_make_no_table_are_told(
    lipset: Path, cases: object, old: str, new: str, error: type[RembugError]
) -> None:
    text = declared(named(cases)).replace(old, new) if old else declared(named(cases))
    setup = qca.read(text.encode(), "a.toml")
    with KnowledgeGraph.own(str(lipset)) as graph, pytest.raises(error) as caught:
        qca.truth_table(qca.calibrate(graph, setup, Role.PUBLIC))
    assert caught.value.told("id") != caught.value.told("en")


@pytest.mark.parametrize(
    ("cases", "old", "new", "nearest"),
    [
        (["belgum"], "", "", "/collaboration/belgium"),
        (CASES, "ansell-gash/outcomes", "ansell-gash/outcomez", "ansell-gash/outcomes"),
    ],
)
def test_what_is_misspelt_is_told_with_the_nearest(
    lipset: Path, cases: object, old: str, new: str, nearest: str
) -> None:
    setup = qca.read(declared(named(cases)).replace(old, new).encode(), "a.toml")
    with KnowledgeGraph.own(str(lipset)) as graph, pytest.raises(UnknownName) as caught:
        qca.calibrate(graph, setup, Role.PUBLIC)
    assert caught.value.nearest[0].endswith(nearest)


def test_the_command_writes_the_files(lipset: Path, tmp_path: Path) -> None:
    file = tmp_path / "lipset.toml"
    file.write_text(declared(named([*CASES, "atlantis"])))
    out = tmp_path / "out"
    done = CliRunner().invoke(rembug, ["qca", str(file), "--out", str(out), "--store", str(lipset)])
    assert done.exit_code == 0, done.output
    assert "left out: lipset/collaboration/atlantis, LIT is not known (1 without" in done.output
    assert sorted(path.name for path in out.iterdir()) == [
        "cases.csv", "left-out.csv", "truth-table.csv",
    ]  # fmt: skip
    rows = list(csv.DictReader((out / "truth-table.csv").open(newline="")))
    assert list(rows[0]) == [*CONDITIONS, "OUT", "n", "incl", "PRI", "cases"]
    assert rows[0]["cases"].split(",")[0] == "lipset/collaboration/belgium"
    shown = CliRunner().invoke(rembug, ["qca", str(file), "--store", str(lipset)])
    assert shown.exit_code == 0 and "OUT" in shown.output


def test_who_is_left_out_is_told_where_no_table_can_be_made(lipset: Path, tmp_path: Path) -> None:
    file = tmp_path / "lipset.toml"
    file.write_text(declared(named(["belgium", "atlantis"])))
    done = CliRunner().invoke(rembug, ["qca", str(file), "--store", str(lipset)])
    assert isinstance(done.exception, BadParameter)
    assert "the only case is in it" in done.exception.told("en")
    assert "satu-satunya kasus termasuk" in done.exception.told("id")
    assert "left out: lipset/collaboration/atlantis" in done.stderr


@pytest.fixture(scope="module")
def client(lipset: Path) -> Iterator[FlaskClient]:
    with KnowledgeGraph.own(str(lipset)) as graph:
        yield web.create_app(graph, Settings()).test_client()


def test_the_page_shows_the_table_and_its_files(client: FlaskClient) -> None:
    asked = {"setup": declared(named([*CASES, "atlantis"])), "lang": "en"}
    page = client.get("/qca", query_string=asked)
    assert page.status_code == 200
    assert page.text.count('<span class="status for">yes</span>') == 3
    assert "Combinations: 32. Without a case: 23;" in page.text
    assert "LIT is not known; findings on it without a rating: 1" in page.text
    links = re.findall(r'<a href="(/qca/[^"]*)"', page.text)
    assert len(links) == 3
    for link in links:
        answer = client.get(html.unescape(link))
        assert answer.status_code == 200 and answer.mimetype == "text/csv"


def test_what_is_chosen_in_the_form_is_written_down_as_an_analysis(contoh: KnowledgeGraph) -> None:
    client = web.create_app(contoh, Settings()).test_client()
    page = client.get("/qca?lang=en", headers={"Accept": "text/html"}).text
    for offered in ('name="condition" value="', '<option value="'):
        assert page.count(f'{offered}ansell-gash/small-wins"') == 1  # which acts on three others
    cases = re.findall(r'name="case" value="([^"]+)"', page)
    elements = re.findall(r'name="condition" value="([^"]+)"', page)
    chosen = {
        "case": cases[:3],
        "condition": elements[:2],
        "outcome": elements[2],
        "crisp": "3,5",
        "reason": 'between "fair" and good',
    }
    answer = client.get("/qca/chosen", query_string=chosen)
    assert answer.status_code == 303
    (setup,) = parse_qs(urlsplit(answer.location).query)["setup"]
    analysis = qca.read(setup.encode(), "setup")
    assert list(analysis.cases) == [terms.ID + case for case in cases[:3]]
    assert [c.element for c in analysis.conditions] == [terms.SCHEME + one for one in elements[:2]]
    assert analysis.outcome.element == terms.SCHEME + elements[2]
    assert {factor.anchors for factor in analysis.factors} == {(3.5,)}
    assert {factor.reason for factor in analysis.factors} == {chosen["reason"]}
    assert client.get("/qca/chosen?crisp=high").status_code == 400


SLUGS = st.from_regex(r"[a-z0-9-]{1,40}/[a-zA-Z0-9-]{1,40}", fullmatch=True)


@given(st.lists(SLUGS, min_size=3, max_size=9, unique=True))
def test_whatever_elements_are_chosen_have_names_of_their_own(elements: list[str]) -> None:
    setup = qca.written(["s/program/one"], elements[0], elements[1:], 3.5, "why")
    names = [factor.name for factor in qca.read(setup.encode(), "setup").factors]
    assert len(set(names)) == len(elements)


def test_the_page_says_what_is_wrong_beside_what_was_written(client: FlaskClient) -> None:
    for language, told in (("en", "there are 1 conditions"), ("id", "ada 1 syarat")):
        asked = {"setup": declared(named(CASES), conditions=1), "lang": language}
        page = client.get("/qca", query_string=asked, headers={"Accept": "text/html"})
        assert page.status_code == 400
        assert told in page.text and "lipset/collaboration/belgium" in page.text
    assert client.get("/qca/cases.csv?setup=x").status_code == 400
    assert client.get("/qca/none.csv").status_code == 404
    assert client.get("/qca", query_string={"setup": "#" * 20_001}).status_code == 413
    assert "STUDI/program/SATU" in client.get("/qca?lang=id").text


@pytest.mark.parametrize(
    "text",
    [
        "a=" + "[" * 5000,
        "a=" + "9" * 5000,
        "[outcome]\nname=0x" + "f" * 5000,
        "[outcome]\nname" + ".a" * 5000 + "=1",
    ],
)
def test_what_is_too_deep_or_too_long_is_told(client: FlaskClient, text: str) -> None:
    shown = client.get("/qca", query_string={"setup": text, "lang": "en"})
    assert (shown.status_code, "too many digits" in shown.text) == (400, True)


def test_the_example_of_the_form_declares_an_analysis() -> None:
    for text in strings()["qca.example"].values():
        assert len(qca.read(text.encode(), "example").conditions) == 2
