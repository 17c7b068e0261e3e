"""A study in which every text that people write is hostile, so that it stands on every page."""

from itertools import cycle
from typing import Final

from rdflib import DCTERMS, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef

from rembug import settings, terms
from rembug.changes import submissions
from rembug.graph import Change, KnowledgeGraph

TEXTS: Final = (
    "<script>document.title = 'broken'</script>",
    "<img src=x onerror=\"document.title = 'broken'\">",
    '"><svg onload="document.title = \'broken\'">',
    "';document.title = 'broken';//</script></title></style>",
    "{{ 7 * 7 }}{% raw %}${7 * 7}",
    "شركة الباتيك في ماجيتان (تعاونية) 2023",
    "\u202emirrored\u202c and \u2066isolated\u2069",
    "x" * 10_000,
    "long " * 500,
    "   ",
    "",
    "]]><![CDATA[ & &amp; &#x3c;b&#x3e; %s %(name)s {0}",
    "two\nlines\tand\ra return",
    "a bell\x07, an escape\x1b[31m and no character\ufffe",
)
_WRITTEN: Final = (RDFS.label, DCTERMS.description, DCTERMS.title, SKOS.editorialNote)
_OA: Final = Namespace("http://www.w3.org/ns/oa#")


def fill(graph: KnowledgeGraph) -> None:
    """Put the made-up study into a graph, each text and excerpt in it replaced; past the gate.

    Its restricted part stands beside it, as the gate would have put it.
    """
    submissions.ensure_ontology(graph)
    schema = Graph()
    for file in settings.ontology_dir().glob("*.ttl"):
        schema.parse(file)
    texts = cycle(TEXTS)
    found = Graph().parse(settings.data_dir() / "examples" / "contoh.ttl")
    public, closed = Graph(), Graph()
    for subject, property_, value in sorted(found):
        if property_ in _WRITTEN:
            assert isinstance(value, Literal)
            public.add((subject, property_, Literal(next(texts), lang=value.language)))
        elif property_ in (_OA.exact, _OA.prefix, _OA.suffix, terms.CG.pseudonym):
            closed.add((subject, property_, Literal(next(texts))))
        elif property_ == RDF.type:  # past the gate nothing is inferred
            for kind in schema.transitive_objects(value, RDFS.subClassOf):
                if isinstance(kind, URIRef):
                    public.add((subject, RDF.type, kind))
        else:
            public.add((subject, property_, value))
    name = terms.submission_graph("contoh", "hostile")
    graph.commit(Change(replace={name: public, terms.restricted(name): closed}))
