"""Records of a dataset come in some at a time, however many they are.

A table has as many records as rows, and they are alike. So a few of each kind are judged and
concluded from with all that there is, together with what the dataset says of itself and with each
record that is not like the rest: that something else names, or that the gate's sieve or its look at
texts holds up. Of all others the gate has nothing to say, and what follows from them is what
follows from those like them. That one record is nothing to another is not taken for granted: it is
derived from the shapes, as for any change, and seen in what was concluded.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from rembug import gate, privacy, terms
from rembug.changes.edits import NOT_SAID
from rembug.changes.inferences import Inferences
from rembug.changes.protection import of_no_study, sightings
from rembug.gate import Edit
from rembug.graph import (
    OBJECT,
    PREDICATE,
    SUBJECT,
    Change,
    KnowledgeGraph,
    Merged,
    Scope,
    Triple,
    Whole,
    batches,
    spilling_graph,
    triples_to_text,
)
from rembug.privacy.scan import Review, Sighting

_AT_ONCE: Final = 8_000  # records
_MOST: Final = 1_000  # records that are judged with all that there is
_OF_EACH: Final = 2  # records of each kind among those: one beside another

Record = Sequence[Triple]
"""What is said of a record, which is the subject of each statement."""


class NotAlike(Exception):
    """The records of a dataset have to be judged together; says why."""


@dataclass
class Arrived:
    """Records that were gone through.

    Attributes:
        file: what is said of them, in N-Triples.
        triples: how much that is.
        core: those that are to be judged with all that there is.
        alike: of these, the ones that stand for all others.
        names: a file with the IRI of each of the others on a line, as N-Triples write it.
        masked: whether something of a person was masked.
    """

    file: Path
    names: Path
    triples: int = 0
    core: Graph = field(default_factory=Graph)
    alike: set[Node] = field(default_factory=set)
    masked: bool = False

    def whole(self, iri: URIRef, change: Change, follows: Inferences) -> Change:
        """A change that the core was judged in, with all the records.

        Args:
            iri: the dataset's graph.
            change: as it would be committed with the core alone.
            follows: what follows from it.

        Raises:
            NotAlike: something follows from the records that stand for others of one, or two.
        """
        come = follows.come[terms.INFERRED]
        found = _alike(follows, self.alike)
        inferred = self.file.with_name("inferred.nt")
        with (
            inferred.open("w", encoding="utf-8") as file,
            self.names.open(encoding="utf-8") as all_,
        ):
            file.write(triples_to_text(come))
            for name in all_:
                file.writelines(f"{name.rstrip()} {said}" for said in found)
        told = Graph()
        core = set(self.core.subjects())
        for content in (change.replace[iri], change.append.get(iri, Graph())):
            assert isinstance(content, Graph)
            for triple in content:
                if triple[SUBJECT] not in core:
                    told.add(triple)
        append = {**change.append, iri: told, terms.INFERRED: inferred}
        return replace(change, replace={**change.replace, iri: self.file}, append=append)


def arrive(
    graph: KnowledgeGraph,
    iri: URIRef,
    description: Graph,
    rows: Iterable[Record],
    review: Review,
    folder: Path,
) -> Arrived:
    """Go through the records of a dataset, some at a time.

    Args:
        graph: where they are to come in.
        iri: the dataset's graph, which is not there yet.
        description: what the dataset says of itself.
        rows: its records.
        review: what was decided of things that look like persons.
        folder: where files are made.

    Raises:
        Unreviewed: what looks like a person would become public and is not decided on.
        NotAlike: they have to be judged together with all that there is.
    """
    arrived = Arrived(folder / "records.nt", folder / "names.txt")
    others = graph.reader(Scope(without=frozenset({str(iri)})))
    beside = (graph.triples(terms.ONTOLOGY_GRAPH), triples_to_text(description).encode())
    held_back, kinds = privacy.held_back(graph), _Kinds()
    with (
        arrived.file.open("w", encoding="utf-8") as file,
        arrived.names.open("w", encoding="utf-8") as names,
    ):
        for some in _reviewed(graph, iri, description, rows, review, arrived):
            said = {record[0][SUBJECT]: record for record in some}
            if any(triple[PREDICATE] in held_back for record in some for triple in record):
                raise NotAlike("a column is restricted")
            text = triples_to_text(chain.from_iterable(some))
            odd = {triple[SUBJECT] for triple in others.matching(SUBJECT, said)}
            odd |= {triple[OBJECT] for triple in others.matching(OBJECT, said)}
            odd |= gate.suspects((*beside, text.encode())) & said.keys()
            odd |= {node for node, record in said.items() if any(gate.about_names(record, {}))}
            alike = {n for n, record in said.items() if n not in odd and kinds.wants(record)}
            arrived.alike |= alike
            for triple in chain.from_iterable(said[node] for node in odd | alike):
                arrived.core.add(triple)
            if len(set(arrived.core.subjects())) > _MOST:
                raise NotAlike("there are many that are not like the others")
            file.write(text)
            names.writelines(f"<{node}>\n" for node in said if node not in odd | alike)
            arrived.triples += sum(map(len, some))
    _require_apart(graph, description, arrived)
    return arrived


class _Kinds:
    """How often statements of each kind are among records that were taken."""

    def __init__(self) -> None:
        self._taken: Counter[tuple[Node, Node | str | None]] = Counter()

    def wants(self, record: Record) -> bool:
        """Whether a record has a statement of a kind of which there are few; then it is taken."""
        kinds = {
            (p, (o.datatype or o.language) if isinstance(o, Literal) else o) for _, p, o in record
        }
        if all(self._taken[kind] >= _OF_EACH for kind in kinds):
            return False
        self._taken.update(kinds)
        return True


def _reviewed(
    graph: KnowledgeGraph,
    iri: URIRef,
    description: Graph,
    rows: Iterable[Record],
    review: Review,
    arrived: Arrived,
) -> Iterator[Sequence[Record]]:
    """Records, some at a time, with what was decided on masked.

    Raises:
        Unreviewed: as soon as all were looked at.
    """
    found: set[Sighting] = set()
    if not review.trusts:
        found.update(sightings(graph, Change({iri: description})))
    for some in batches(rows, _AT_ONCE):
        if review.trusts:
            yield some
            continue
        part = spilling_graph()
        for triple in chain.from_iterable(some):
            part.add(triple)
        seen = of_no_study(graph, part, Graph())
        found.update(seen)
        if any(review.of(sighting) is None for sighting in found):
            continue
        if any(review.of(sighting) == "mask" for sighting in seen):
            arrived.masked = True
            review.apply(part, seen)
            yield [list(part.triples((record[0][SUBJECT], None, None))) for record in some]
        else:
            yield some
    review.apply(Graph(), found)


def _require_apart(graph: KnowledgeGraph, description: Graph, arrived: Arrived) -> None:
    """Raise NotAlike if one record can alter what the gate says of anything else."""
    before, public = (
        graph.reader(Scope(without=NOT_SAID, restricted=restricted)) for restricted in (True, False)
    )
    for node in arrived.alike:
        one, rest = Graph(), description + arrived.core
        for triple in arrived.core.triples((node, None, None)):
            one.add(triple)
            rest.remove(triple)
        both = (Edit(Merged(read, Whole(rest)), added=Whole(one)) for read in (before, public))
        if gate.altered(*both) - {node}:
            raise NotAlike("the shapes look from one record at another, or at what has records")


def _alike(follows: Inferences, alike: set[Node]) -> list[str]:
    """What follows of each of some records, as the ends of lines of N-Triples.

    Raises:
        NotAlike: it is not the same, or is of two of them.
    """
    some: Node | None = None
    found: dict[Node, set[tuple[Node, Node]]] = {node: set() for node in alike}
    if any(follows.gone[iri] for iri in (terms.INFERRED, terms.INFERRED_RESTRICTED)):
        raise NotAlike("something does not follow any more")
    for iri, come in follows.come.items():
        for subject, predicate, value in come:
            if value in alike or (subject in alike and iri != terms.INFERRED):
                raise NotAlike("what follows from a record is said of something else")
            if subject in alike:
                found[subject].add((predicate, value))
                some = subject
    kinds = set(map(frozenset, found.values()))
    if len(kinds) > 1 or any(isinstance(o, Literal) for kind in kinds for _, o in kind):
        raise NotAlike("what follows from records is not the same")
    if some is None:
        return []
    lines = triples_to_text((some, *said) for said in found[some])
    return [line.removeprefix(f"<{some}> ") for line in lines.splitlines(keepends=True)]
