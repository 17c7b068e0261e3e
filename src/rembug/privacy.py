"""What is public and what is restricted, as the ontology says of each property."""

from rdflib import Graph

from rembug import terms


def split(public: Graph, restricted: Graph, schema: Graph) -> tuple[Graph, Graph]:
    """Move what must never be public to the restricted part.

    Args:
        public: triples meant for everyone.
        restricted: triples meant for researchers.
        schema: the ontology; a property with `cg:accessRule access:restricted` is restricted.

    Returns:
        The public and the restricted triples; together they are what was given.
    """
    held_back = set(schema.subjects(terms.CG.accessRule, terms.ACCESS.restricted))
    open_part, closed_part = Graph(), Graph()
    for triple in restricted:
        closed_part.add(triple)
    for triple in public:
        (closed_part if triple[1] in held_back else open_part).add(triple)
    return open_part, closed_part
