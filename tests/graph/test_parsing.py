"""RDF of others: long lines and deep documents hurt nobody, and what we write we read again."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rdflib import XSD, BNode, Literal, URIRef

from rembug.errors import Unreadable
from rembug.graph import FORMATS, LocatedQuad, as_triples, parse
from rembug.graph.syntax import convert, nodes_from_text, nodes_to_text, triples_to_text
from rembug.graph.workers.uploads import Lines

P = URIRef("http://example.org/p")
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
literals = (
    texts.map(Literal)
    | texts.map(lambda text: Literal(text, lang="id"))
    | texts.map(lambda text: Literal(text, datatype=XSD.anyURI))
)
iris = st.sampled_from(
    [
        "http://e/ü",
        "http://e/a%2Fb",
        "http://e/q?x=1#y",
        "urn:a:b",
        "http://e/'(~)",
        "http://e/\u202e",
    ]
).map(URIRef)
labels = st.sampled_from(["x", "a.b", "ü", "0-1"]).map(BNode)
triples = st.lists(st.tuples(iris | labels, st.just(P), literals | iris | labels), max_size=8)


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(folder: Path, name: str, text: str | bytes) -> list[LocatedQuad]:
    return list(parse(written(folder, name, text), name.rpartition(".")[2], name))


@pytest.mark.parametrize("size", [4094, 4095, 4096, 4097, 5000, 8192, 1_000_000])
@pytest.mark.parametrize("suffix", ["ttl", "nt", "trig", "nq"])
def test_a_line_may_be_long(tmp_path: Path, size: int, suffix: str) -> None:
    line = f'<http://e/a> <{P}> "{"x" * (size - 40)}" .\n'
    first, second = read(tmp_path, f"long.{suffix}", line + "\n" + line.replace("/a", "/b"))
    assert len(str(first.object)) == size - 40
    assert (first.line, second.line) == (1, 3)


def test_json_without_a_line_feed_is_read(tmp_path: Path) -> None:
    text = f'{{"@id": "http://e/a", "{P}": ["{"x" * 10_000}", "y"]}}'
    assert len(read(tmp_path, "long.jsonld", text)) == 2


@given(
    body=st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b"bcd" * 40]), max_size=30).map(b"".join),
    sizes=st.lists(st.integers(1, 100), min_size=1),
)
def test_no_more_is_handed_out_than_was_asked_for(body: bytes, sizes: list[int]) -> None:
    lines, found, turn = Lines(io.BytesIO(body)), b"", 0
    while part := lines.read(size := sizes[turn % len(sizes)]):
        assert len(part) <= size
        found, turn = found + part, turn + 1
        assert lines.number == found.count(b"\n", 0, len(found) - 1) + 1
    assert found == body


RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/"'


def nested(suffix: str, depth: int) -> str:
    """Things without names within each other, so many."""
    match suffix:
        case "jsonld":
            return (
                '{"@id":"http://e/a","http://e/p":'
                + '{"http://e/p":' * depth
                + "1"
                + "}" * (depth + 1)
            )
        case "rdf":
            opened, closed = "<e:p><rdf:Description>", "</rdf:Description></e:p>"
            inner = f"{opened * depth}<e:q>1</e:q>{closed * depth}"
            return f'<rdf:RDF {RDF}><e:A rdf:about="http://e/a">{inner}</e:A></rdf:RDF>'
        case "lists":
            return "<http://e/a> <http://e/p> " + "( " * depth + "1" + " )" * depth + " ."
        case _:
            inner = "[ <http://e/c> " * depth + "1" + " ]" * depth
            return f"<http://e/a> <http://e/b> {inner} ."


@pytest.mark.parametrize("suffix", ["jsonld", "ttl", "trig", "rdf", "lists"])
@pytest.mark.parametrize("depth", [1_200, 100_000])
def test_a_document_that_is_nested_too_deeply_is_refused(
    tmp_path: Path, suffix: str, depth: int
) -> None:
    name = "deep." + suffix.replace("lists", "ttl")
    with pytest.raises(Unreadable, match=f"{name}.*nested too deeply"):
        read(tmp_path, name, nested(suffix, depth))
    assert read(tmp_path, "next.ttl", f"<http://e/a> <{P}> 1 .")


@pytest.mark.parametrize("suffix", ["jsonld", "ttl", "trig", "rdf", "lists"])
def test_what_people_nest_is_read_and_a_long_list_is_not_deep(tmp_path: Path, suffix: str) -> None:
    name = "flat." + suffix.replace("lists", "ttl")
    assert len(read(tmp_path, name, nested(suffix, 100))) > 100
    members = " ".join(map(str, range(5_000)))
    assert len(read(tmp_path, "list.ttl", f"<http://e/a> <{P}> ( {members} ) .")) == 10_001


@hypothesis_settings(max_examples=60, deadline=None)
@given(said=triples)
def test_what_crosses_the_socket_comes_back_the_same(said: list[tuple]) -> None:  # type: ignore[type-arg]
    assert set(as_triples(triples_to_text(said))) == set(said)
    nodes = [node for triple in said for node in triple]
    assert nodes_from_text(nodes_to_text(nodes)) == nodes


@hypothesis_settings(max_examples=15, deadline=None)
@given(said=triples, long=st.integers(0, 6000))
def test_whatever_we_write_we_read_again(
    said: list[tuple],
    long: int,
    tmp_path_factory: pytest.TempPathFactory,  # type: ignore[type-arg]
) -> None:
    folder = tmp_path_factory.mktemp("written")
    said = [t for t in said if not any(isinstance(term, BNode) for term in t)]  # renamed in reading
    said.append((URIRef("http://e/long"), P, Literal("x" * long)))
    plain = [t for t in said if all(_is_xml(str(term)) for term in t)]
    for suffix, rdf in FORMATS.items():
        expected = plain if suffix == "rdf" else said
        body = convert(triples_to_text(expected).encode(), rdf.media_type)
        quads = read(folder, f"ours.{suffix}", body)
        assert {(q.subject, q.predicate, q.object) for q in quads} == set(expected), suffix


def _is_xml(text: str) -> bool:
    """XML 1.0 §2.2 has no control characters, and §2.11 reads a carriage return as a line feed."""
    return all(c in "\t\n" or " " <= c not in "\ufffe\uffff" for c in text)


TURTLE = "@prefix ex: <http://e/> .\nex:a ex:b "


@pytest.mark.parametrize(
    ("name", "text", "place", "en", "id_"),
    [
        ("a.ttl", TURTLE + "; .", ":2:11", "a value is expected", "di tempat nilai"),
        ("a.ttl", TURTLE + "'x .\n", ":2:11", "is not closed", "tidak ditutup"),
        ("a.ttl", TURTLE + "1\nex:c ex:d 1 .", ":3:1", "full stop is missing", "titik belum ada"),
        ("a.ttl", TURTLE + "1", ":2:12", "ends in the middle", "berakhir di tengah"),
        ("a.ttl", TURTLE + "<http://e/a b> .", ":2:11", "write %20", "tulis %20"),
        ("a.ttl", "cg:a cg:b 1 .", ":1:1", "@prefix cg: <https://w3id", "belum dideklarasikan"),
        ("a.ttl", TURTLE.encode() + b"'Caf\xe9' .", ":2:15", "not in UTF-8", "bukan UTF-8"),
        ("a.nt", "<http://e/a> <http://e/b> ex:c .", ":1:27", "each line", "setiap baris"),
        ("a.rdf", "<a:b>", ":1:6", "not whole", "tidak utuh"),
        ("a.rdf", "<a:b xmlns:a='http://e/'>\n<a:c></a:d></a:b>", ":2:8", "closed", "ditutup"),
        ("a.jsonld", '{"a": 1,}', ":1:9", "no comma", "tidak ada koma"),
    ],
)
def test_a_fault_is_said_in_both_languages_with_its_place(
    tmp_path: Path, name: str, text: str | bytes, place: str, en: str, id_: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read(tmp_path, name, text)
    words = caught.value.words
    assert words.en.startswith(f"{name}{place}: ")
    assert words.id.startswith(f"{name}{place}: ")
    assert en in words.en
    assert id_ in words.id
    assert "technically" not in words.en


def test_half_a_document_of_xml_is_refused(tmp_path: Path) -> None:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    whole = (
        f"<rdf:RDF xmlns:rdf='{rdf}' xmlns:e='http://e/'><rdf:Description rdf:about='http://e/x'>"
        "<e:p>x</e:p></rdf:Description><rdf:Description rdf:about='http://e/y'><e:p>y</e:p>"
        "</rdf:Description></rdf:RDF>"
    )
    assert len(read(tmp_path, "whole.rdf", whole)) == 2
    for end in range(len(whole) - 1, 0, -25):
        with pytest.raises(Unreadable, match="closed"):
            read(tmp_path, "half.rdf", whole[:end])
