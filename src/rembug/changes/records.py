"""Records of a dataset come in some at a time, however many they are.

A table has as many records as rows, and they are alike. So a few of each kind are judged and
concluded from with all that there is, together with what the dataset says of itself and with each
record that is not like the rest: that something else names, or that the gate's sieve or its look at
texts holds up. Of all others the gate has nothing to say, and what follows from them is what
follows from those like them. That one record is nothing to another is not taken for granted: it is
derived from the shapes, as for any change, and seen in what was concluded.

Of a later edition the records that are others now come, change or go, each of the three judged so;
of those that stay nothing is asked.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import chain
from os import SEEK_END
from pathlib import Path
from typing import Final, TextIO

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from rembug import gate, privacy, terms
from rembug.changes.editions import COMES, GOES, STAYS, Differing, Held, Kind, Record
from rembug.changes.edits import NOT_SAID
from rembug.changes.inferences import Inferences
from rembug.changes.protection import of_no_study, sightings
from rembug.gate import Edit
from rembug.graph import (
    OBJECT,
    SUBJECT,
    Change,
    Grounds,
    KnowledgeGraph,
    Merged,
    Reader,
    Scope,
    Triple,
    Whole,
    as_kept,
    batches,
    spilling_graph,
    triples_to_text,
)
from rembug.privacy.scan import Review, Sighting
from rembug.terms import CG

_AT_ONCE: Final = 5_000  # records
_MOST: Final = 1_000  # records that are judged with all that there is
_OF_EACH: Final = 2  # records of each kind among those: one beside another
_FILES: Final = ("come", "gone", "came", "went", "inferred", "uninferred")
_KINDS: Final[Sequence[Kind]] = (COMES, STAYS, GOES)


class NotAlike(Exception):
    """The records of a dataset have to be judged together; says why."""


@dataclass
class Arrived:
    """Records that were gone through.

    Attributes:
        folder: has what comes and goes of them in files of N-Triples, `come` and `gone`, and on the
            lines of `came` and `went` the IRIs of those new or gone that are not in the core.
        held: what the store had of the dataset.
        description: what the dataset says of itself, with what was decided on masked.
        triples: how much is said of all records.
        core: what comes of those that are to be judged with all that there is.
        leaving: what goes of them.
        alike: of these, the ones that stand for all others, those that come, stay and go.
        masked: whether something of a person was masked.
        hidden: whether the public could read before what is masked now.
        sizes: of the files, in bytes.
    """

    folder: Path
    held: Held
    description: Graph
    triples: int = 0
    core: Graph = field(default_factory=Graph)
    leaving: Graph = field(default_factory=Graph)
    alike: dict[Kind, set[Node]] = field(default_factory=lambda: {kind: set() for kind in _KINDS})
    masked: bool = False
    hidden: bool = False
    sizes: dict[str, int] = field(default_factory=dict)

    def file(self, name: str) -> Path:
        """One of the files."""
        return self.folder / f"{name}.nt"

    def whole(self, iri: URIRef, change: Change, follows: Inferences) -> Change:
        """A change that the core was judged in, with all the records.

        Args:
            iri: the dataset's graph.
            change: as it would be committed with the core alone.
            follows: what follows from it.

        Raises:
            NotAlike: something follows from the records that stand for others of one, or two.
        """
        if self.held.is_new and any(follows.gone[g] for g in _INFERRED):
            raise NotAlike("something does not follow any more")
        _require_nothing(follows, self.alike)
        said: tuple[tuple[Graph, str, str, Kind], ...] = (
            (follows.come[terms.INFERRED], "came", "inferred", COMES),
            (follows.gone[terms.INFERRED], "went", "uninferred", GOES),
        )
        for found, names, file, kind in said:
            ends = _alike(found, self.alike[kind])
            with self.file(file).open("w", encoding="utf-8") as to:
                to.write(triples_to_text(found))
                with self.file(names).open(encoding="utf-8") as each:
                    for name in each:
                        to.writelines(f"{name.rstrip()} {end}" for end in ends)
        core = {*self.core.subjects(), *self.leaving.subjects()}
        for file, contents in (
            ("come", (change.replace.get(iri), change.append.get(iri))),
            ("gone", (change.remove.get(iri),)),
        ):
            with self.file(file).open("r+b") as to:
                to.truncate(self.sizes[file])  # without what another attempt added
                to.seek(0, SEEK_END)
                for content in contents:
                    assert isinstance(content, Graph | None)
                    told = (t for t in content or () if t[SUBJECT] not in core)
                    to.write(triples_to_text(told).encode())
        append = {**change.append, terms.INFERRED: self.file("inferred")}
        if self.held.is_new:
            append.pop(iri, None)
            come = {**change.replace, iri: self.file("come")}
            return replace(change, replace=come, append=append)
        gone = {iri: self.file("gone"), terms.INFERRED: self.file("uninferred")}
        append[iri] = self.file("come")
        return replace(change, append=append, remove={**change.remove, **gone})


_INFERRED: Final = (terms.INFERRED, terms.INFERRED_RESTRICTED)


def rest_on(iri: URIRef) -> Grounds:
    """What records are held against as they are gone through.

    That is what the store has of their dataset, the ontology, what anything else says of them, and
    the names of persons.

    Args:
        iri: the dataset's graph.
    """
    graphs = {iri, terms.restricted(iri), terms.ONTOLOGY_GRAPH}
    within = str(terms.record(terms.dataset_of(iri) or "", ""))
    return Grounds(frozenset(map(str, graphs)), within, frozenset({str(CG.realName)}))


def arrive(
    graph: KnowledgeGraph,
    iri: URIRef,
    description: Graph,
    rows: Iterable[Record],
    review: Review,
    folder: Path,
    done: Callable[[int], object] = lambda _: None,
) -> Arrived:
    """Go through the records of a dataset, some at a time.

    Args:
        graph: where they are to come in.
        iri: the dataset's graph.
        description: what the dataset says of itself.
        rows: its records.
        review: what was decided of things that look like persons.
        folder: where files are made.
        done: told how many more were gone through.

    Raises:
        Unreviewed: what looks like a person would become public and is not decided on.
        NotAlike: they have to be judged together with all that there is.
    """
    arrived = Arrived(folder, Held(graph, iri), description)
    apart = frozenset({str(iri), *map(str, _INFERRED)})
    others = graph.reader(Scope(without=apart))
    beside = (graph.triples(terms.ONTOLOGY_GRAPH), triples_to_text(description).encode())
    held_back, kinds = privacy.held_back(graph), _Kinds()
    with ExitStack() as open_:
        files = {
            n: open_.enter_context(arrived.file(n).open("w", encoding="utf-8")) for n in _FILES
        }
        coming = _reviewed(graph, iri, rows, review, arrived, done)
        for some in chain(coming, batches(arrived.held.gone(), _AT_ONCE)):
            said = {one.node: one for one in some}
            if any(p in held_back for one in some for _, p, _ in one.come):
                raise NotAlike("a column is restricted")
            odd = {triple[SUBJECT] for triple in others.matching(SUBJECT, said)}
            odd |= {triple[OBJECT] for triple in others.matching(OBJECT, said)}
            odd |= {one.node for one in some if _leaves(one, iri) or _has_odd_text(one)}
            text = triples_to_text(chain.from_iterable(one.now for one in some))
            odd |= gate.suspects((*beside, text.encode())) & said.keys() if text else set()
            for one in some:
                if one.node not in odd and kinds.wants(one):
                    arrived.alike[one.kind].add(one.node)
                elif one.node not in odd:
                    continue
                for part, triples in ((arrived.core, one.come), (arrived.leaving, one.gone)):
                    for triple in triples:
                        part.add(triple)
            arrived.hidden |= any(True for _ in review.masking([one.gone for one in some]))
            core = odd.union(*arrived.alike.values())
            if len(kinds.core | odd) > _MOST:
                raise NotAlike("there are many that are not like the others")
            kinds.core |= odd
            _write(files, some, core, text if arrived.held.is_new else None)
    arrived.sizes = {name: arrived.file(name).stat().st_size for name in _FILES}
    _require_apart(graph, arrived)
    return arrived


def _write(
    files: Mapping[str, TextIO], some: Sequence[Differing], core: set[Node], text: str | None
) -> None:
    """Write down what comes and goes; all of it comes where its text is given."""
    come = chain.from_iterable(one.come for one in some)
    files["come"].write(triples_to_text(come) if text is None else text)
    files["gone"].write(triples_to_text(chain.from_iterable(one.gone for one in some)))
    for kind, name in ((COMES, "came"), (GOES, "went")):
        nodes = (one.node for one in some if one.kind == kind and one.node not in core)
        files[name].writelines(f"<{node}>\n" for node in nodes)


def _leaves(one: Differing, iri: URIRef) -> bool:
    """Whether a record says something no more of another thing than its dataset and class."""
    own = {CG.Record, terms.dataset(terms.dataset_of(iri) or "")}
    return any(not isinstance(o, Literal) and o not in own for _, _, o in one.gone)


def _has_odd_text(one: Differing) -> bool:
    return any(gate.about_names(one.come, {}))


class _Kinds:
    """How often statements of each kind are among records that were taken."""

    def __init__(self) -> None:
        self._taken: Counter[tuple[Kind, bool, Node, Node | str | None]] = Counter()
        self.core: set[Node] = set()

    def wants(self, one: Differing) -> bool:
        """Whether a record has a statement of a kind of which there are few; then it is taken."""
        kinds = {
            (one.kind, comes, p, (o.datatype or o.language) if isinstance(o, Literal) else o)
            for comes, triples in ((True, one.come), (False, one.gone))
            for _, p, o in triples
        }
        if all(self._taken[kind] >= _OF_EACH for kind in kinds):
            return False
        self._taken.update(kinds)
        self.core.add(one.node)
        return True


def _reviewed(
    graph: KnowledgeGraph,
    iri: URIRef,
    rows: Iterable[Record],
    review: Review,
    arrived: Arrived,
    done: Callable[[int], object],
) -> Iterator[Sequence[Differing]]:
    """Records that come or are others now, some at a time, with what was decided on masked.

    Raises:
        Unreviewed: as soon as all were looked at.
    """
    found: dict[tuple[str, str], Sighting] = {}  # one of each that is decided on
    held = arrived.held
    if not review.trusts:
        seen = sightings(graph, Change({iri: arrived.description}), review)
        found.update(((s.kind, s.text), s) for s in seen)
    for some in batches(rows, _AT_ONCE):
        done(len(some))
        differ = held.differing(some)
        arrived.triples += sum(map(len, some))
        part, stays = spilling_graph(), Graph()
        if not held.is_new:  # a decision to mask holds for what stays as it is, too
            for triple in chain.from_iterable(review.masking(some)):
                stays.add(triple)
        for triple in chain(as_kept(stays), *(one.now for one in differ)):
            part.add(triple)
        if review.trusts or not part:
            yield differ
            continue
        nodes = dict.fromkeys(chain((one.node for one in differ), stays.subjects()))
        seen = of_no_study(graph, part, Graph(), review)
        for sighting in seen:
            found.setdefault((sighting.kind, sighting.text), sighting)
        if any(review.of(sighting) is None for sighting in found.values()):
            continue
        if any(review.of(sighting) == "mask" for sighting in seen):
            arrived.masked = True
            before = len(part)
            review.apply(part, seen)
            arrived.triples += len(part) - before
            masked = {node: list(part.triples((node, None, None))) for node in nodes}
            held.empties(node for node, said in masked.items() if not said)  # its IRI was masked
            yield held.differing(filter(None, masked.values()))
        else:
            yield differ
    review.apply(Graph(), found.values())
    if not (review.trusts or held.is_new):
        arrived.description = Graph() + arrived.description  # the caller's own stays
        seen = sightings(graph, Change({iri: arrived.description}), review)
        review.apply(arrived.description, seen)


def _require_apart(graph: KnowledgeGraph, arrived: Arrived) -> None:
    """Raise NotAlike if one record can alter what the gate says of anything else."""
    before, public = (
        graph.reader(Scope(without=NOT_SAID, restricted=restricted)) for restricted in (True, False)
    )
    for node in chain.from_iterable(arrived.alike.values()):
        come, gone = Graph(), Graph()
        for one, core in ((come, arrived.core), (gone, arrived.leaving)):
            for triple in core.triples((node, None, None)):
                one.add(triple)
        beside: Iterable[Reader] = ()
        if arrived.held.is_new:
            rest = arrived.description + arrived.core
            for triple in come:
                rest.remove(triple)
            beside = (Whole(rest),)
        both = (Edit(Merged(r, *beside), gone, added=Whole(come)) for r in (before, public))
        if gate.altered(*both) - {node}:
            raise NotAlike("the shapes look from one record at another, or at what has records")


def _require_nothing(follows: Inferences, alike: dict[Kind, set[Node]]) -> None:
    """Raise NotAlike where records that stand for others alter what follows, but of themselves."""
    every = set[Node]().union(*alike.values())
    both: tuple[tuple[Mapping[URIRef, Graph], Kind], ...]
    both = (follows.come, COMES), (follows.gone, GOES)
    for found, kind in both:
        for iri in _INFERRED:
            for subject, _, value in found[iri]:
                mine = iri == terms.INFERRED and subject in alike[kind]
                if value in every or (subject in every and not mine):
                    raise NotAlike("what follows from a record is said of something else")


def _alike(found: Iterable[Triple], alike: set[Node]) -> list[str]:
    """What follows of each of some records, as the ends of lines of N-Triples.

    Raises:
        NotAlike: it is not the same.
    """
    said: dict[Node, set[tuple[Node, Node]]] = {node: set() for node in alike}
    for subject, predicate, value in found:
        if subject in said:
            said[subject].add((predicate, value))
    kinds = set(map(frozenset, said.values()))
    if len(kinds) > 1 or any(isinstance(o, Literal) for kind in kinds for _, o in kind):
        raise NotAlike("what follows from records is not the same")
    if not alike:
        return []
    some = next(iter(alike))
    lines = triples_to_text((some, *rest) for rest in said[some])
    return [line.removeprefix(f"<{some}> ") for line in lines.splitlines(keepends=True)]
