"""RDF files become submissions: every syntax, the line of every subject, clear refusals."""

from pathlib import Path

import pytest
from rdflib import BNode, Graph, URIRef
from rdflib.compare import isomorphic

from rembug import sources, terms
from rembug.errors import Unreadable

A, P = URIRef("http://example.org/a"), URIRef("http://example.org/p")
TURTLE = '''@prefix ex: <http://example.org/> .
ex:a ex:p "x" ;
    ex:q [ ex:p 1 ] .

ex:b ex:p """several
lines""" .
'''


def read(tmp_path: Path, name: str, text: str | bytes) -> sources.Submission:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return sources.read(path, "s")


@pytest.mark.parametrize(
    ("ending", "form"),
    [
        *(("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml"), ("jsonld", "json-ld"), ("trig", "trig")),
        *(("turtle", "turtle"), ("n3", "n3"), ("ntriples", "nt"), ("nquads", "nt")),
        *(("owl", "xml"), ("owl", "turtle"), ("OWL", "pretty-xml")),
    ],
)
def test_every_syntax_gives_the_same_triples(tmp_path: Path, ending: str, form: str) -> None:
    graph = Graph().parse(data=TURTLE, format="turtle")
    found = read(tmp_path, f"file.{ending}", graph.serialize(format=form))
    assert not any(isinstance(node, BNode) for node in found.public.all_nodes())
    back = Graph()
    for triple in found.public:
        back.add(tuple(BNode("n") if "/node/" in str(term) else term for term in triple))
    assert isomorphic(back, graph)


@pytest.mark.parametrize("form", ["turtle", "nt", "xml", "json-ld"])
def test_a_byte_order_mark_of_windows_is_no_text(tmp_path: Path, form: str) -> None:
    ending = {"turtle": "ttl", "nt": "nt", "xml": "rdf", "json-ld": "jsonld"}[form]
    body = Graph().parse(data="<urn:a> <urn:p> <urn:b> .").serialize(format=form)
    found = read(tmp_path, f"file.{ending}", b"\xef\xbb\xbf" + body.encode()).public
    assert set(found) == {(URIRef("urn:a"), URIRef("urn:p"), URIRef("urn:b"))}


def test_each_subject_has_the_line_it_stands_on(tmp_path: Path) -> None:
    places = read(tmp_path, "file.ttl", TURTLE).places
    assert str(places[A]) == "file.ttl:2"
    assert places[URIRef("http://example.org/b")].line == 6


def test_the_same_file_gives_the_same_names_on_every_machine(tmp_path: Path) -> None:
    first, second = (read(tmp_path, "My Findings.ttl", TURTLE) for _ in range(2))
    assert set(first.public) == set(second.public)
    assert first.name == second.name == f"findings-{first.sha256[:8]}"


def test_a_restricted_graph_stays_restricted(tmp_path: Path) -> None:
    closed = terms.restricted(terms.submission_graph("s", "x"))
    found = read(tmp_path, "f.trig", f"<x:a> <x:p> 1 . <{closed}> {{ <x:b> <x:p> 2 }}")
    assert len(found.public) == len(found.restricted) == 1


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("f.ttl", "<a:b> <c:d> .", r"f\.ttl:1:\d+"),
        ("f.ttl", "", "no triple"),
        ("f.ttl", b"\xff\xfe\x00", r"f\.ttl:1"),
        ("f.nt", "<a:b> <c:d> <e:f> .\n<a:b> nonsense", r"f\.nt:2:\d+"),
        ("f.rdf", "<rdf:RDF>", r"f\.rdf:1"),
        ("f.jsonld", '{"@id": 1,}', r"f\.jsonld:1"),
        ("f.trig", f"<{terms.INFERRED}> {{ <a:b> <c:d> 1 }}", "keeps itself"),
        ("f.txt", "anything", "known endings: .ttl"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(
    tmp_path: Path, name: str, text: str | bytes, says: str
) -> None:
    with pytest.raises(Unreadable, match=says):
        read(tmp_path, name, text)


def test_a_document_type_with_entities_is_not_expanded(tmp_path: Path) -> None:
    laughs = '<!ENTITY l0 "ha">' + "".join(
        f'<!ENTITY l{i} "&l{i - 1};&l{i - 1};">' for i in range(1, 12)
    )
    text = (
        f"<?xml version='1.0'?><!DOCTYPE r [{laughs}]>"
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:x='http://x/'>"
        "<rdf:Description rdf:about='http://x/a'><x:p>&l11;</x:p></rdf:Description></rdf:RDF>"
    )
    with pytest.raises(Unreadable, match="entities"):
        read(tmp_path, "f.rdf", text)
