"""The ontology on its way into the graph: modules, schemes, and frameworks of somebody's own.

All of it is judged before it is stored, as a study's file is; what ships, with its shapes, as it
was judged before it shipped is not judged once more. A file in the folder of the setting
`frameworks` may speak of its own framework alone.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, PROV, RDF, Graph, Literal, URIRef
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.term import Node

from rembug import catalogue, gate, settings, sources, terms
from rembug.changes.commits import inferring
from rembug.changes.edits import edits
from rembug.changes.inferences import contradictions_in
from rembug.changes.provenance import commit_iri, commit_record, superseded
from rembug.changes.verdicts import impossible
from rembug.errors import BadParameter, Refused, Unreadable, Words
from rembug.graph import SUBJECT, Change, KnowledgeGraph, Scope
from rembug.sources.model import Place, digest
from rembug.terms import CG

_USES: Final = catalogue.read(settings.queries_dir() / "store" / "framework-uses.rq")
_SCHEME: Final = str(terms.SCHEME)
_FOUND_SOUND: Final = "sound.sha256"  # beside the modules; a test holds it to what it says


def ensure_ontology(graph: KnowledgeGraph, *, agent: str = "") -> None:
    """Bring the ontology into a graph that has none or another one.

    Raises:
        BadParameter: the graph has a framework in use that no file here states.
        Refused: a framework of somebody's own does not conform; carries the report.
        Unreadable: one cannot be parsed, or speaks of more than itself.
    """
    if has_ontology(graph):
        return
    files, mark = _files()
    known = graph.read([terms.ONTOLOGY_GRAPH])
    ontology = Graph() + _stated(files, mark)
    gone = _frameworks(known) - _frameworks(ontology)
    for framework in sorted(gone):
        if study := next(iter(graph.rows(_USES.bind({"framework": framework}))), None):
            raise BadParameter(
                Words(
                    f"the study {terms.study_of(study['study'].value)} uses the framework "
                    f"{terms.short(framework)}, which no file here states; set `frameworks` to "
                    "the folder that has it",
                    f"studi {terms.study_of(study['study'].value)} memakai kerangka "
                    f"{terms.short(framework)}, yang tidak dinyatakan berkas mana pun di sini; "
                    "isi setelan `frameworks` dengan folder yang memuatnya",
                )
            )
    ontology.add((terms.ONTOLOGY_GRAPH, CG.sha256, mark))
    base = graph.version
    record = commit_record(base + 1, agent)
    record.add((commit_iri(base + 1), PROV.generated, terms.ONTOLOGY_GRAPH))
    record.add((terms.ONTOLOGY_GRAPH, RDF.type, PROV.Entity))
    record.add((terms.ONTOLOGY_GRAPH, DCTERMS.title, Literal("ontology")))
    record.add((terms.ONTOLOGY_GRAPH, CG.tripleCount, Literal(len(ontology))))
    before, state = superseded(graph, terms.ONTOLOGY_GRAPH)
    change = Change(
        {terms.ONTOLOGY_GRAPH: ontology},
        {terms.PROVENANCE: record + state},
        remove={terms.PROVENANCE: before},
    )
    graph.commit(inferring(graph, change, edits(graph, change)), base)


def has_ontology(graph: KnowledgeGraph) -> bool:
    """Whether a graph has the ontology as the files here state it."""
    _, mark = _files()
    reader = graph.reader(Scope(only=frozenset({str(terms.ONTOLOGY_GRAPH)})))
    found = reader.matching(SUBJECT, [terms.ONTOLOGY_GRAPH], CG.sha256)
    return any(there == mark for _, _, there in found)


def judge_ontology() -> None:
    """Judge the ontology as the files here state it, and store nothing.

    Raises:
        Refused: a framework of somebody's own does not conform; carries the report.
        Unreadable: one cannot be parsed, or speaks of more than itself.
    """
    _stated(*_files())


def _files() -> tuple[tuple[Path, ...], Literal]:
    """The files of the ontology, and a digest of them all."""
    files = tuple(settings.ontology_files())
    return files, Literal(_digest(files))


@lru_cache(maxsize=4)
def _stated(files: tuple[Path, ...], _: str) -> Graph:
    """What files of the ontology say, by a digest of them; raises as `ensure_ontology` does."""
    own = settings.own_frameworks()
    shipped = [file for file in files if file not in own]
    ontology = Graph()
    for file in shipped:
        ontology += _parsed(file)
    read = [_framework(file, ontology) for file in own]
    _require_apart(read)
    for one in read:
        ontology += one.public
    if not (_is_found_sound(files) or integrity(ontology).conforms):
        read += [sources.read(file, "") for file in shipped]
        said = [(one, node, place) for one in read for node, place in one.places.items()]
        places = {node: place for _, node, place in said}
        # Several files may say something of a term; it is the one that declares it that is told.
        places |= {n: place for one, n, place in said if (n, RDF.type, None) in one.public}
        raise Refused(integrity(ontology, places))
    return ontology


def verdict_digest(files: Iterable[Path]) -> str:
    """What a verdict on files of the ontology holds for: they and the shapes, in hexadecimal."""
    return gate.digest(_digest(files))


def _digest(files: Iterable[Path]) -> str:
    return digest(b"".join(file.read_bytes() for file in files))


def _is_found_sound(files: Iterable[Path]) -> bool:
    file = settings.ontology_dir() / _FOUND_SOUND
    return file.is_file() and file.read_bytes().strip() == verdict_digest(files).encode()


def integrity(ontology: Graph, places: Mapping[Node, Place] | None = None) -> gate.Report:
    """Whether an ontology and its schemes are sound, as far as shapes and rules can tell.

    What they cannot tell, such as that a class can have no instance, is HermiT's to say.

    Args:
        ontology: all of it.
        places: where in its file each subject stands.
    """
    report = gate.check_schema(ontology, ontology, places)
    return report.also(impossible(contradictions_in(ontology), {}, places or {}))


def _parsed(file: Path) -> Graph:
    try:
        return Graph().parse(file, format="turtle")
    except BadSyntax:
        sources.read(file, "")  # says where, in both languages
        raise


def _framework(file: Path, shipped: Graph) -> sources.Submission:
    """A file that states one framework, and nothing of what others state."""
    one = sources.read(file, "")
    frameworks = sorted(_frameworks(one.public))
    if len(frameworks) != 1:
        raise _wrong(
            one,
            frameworks[-1] if frameworks else None,
            f"states {len(frameworks)} frameworks; a file states one, as a cg:Framework",
            f"menyatakan {len(frameworks)} kerangka; satu berkas menyatakan satu saja, sebagai "
            "cg:Framework",
        )
    framework = frameworks[0]
    name = framework.removeprefix(_SCHEME)
    if not framework.startswith(_SCHEME) or name != terms.slug(name):
        raise _wrong(one, framework, f"call the framework <{_SCHEME}name>, in small letters",
                     f"namai kerangka ini <{_SCHEME}nama>, dengan huruf kecil")  # fmt: skip
    if (framework, None, None) in shipped:
        raise _wrong(one, framework, f"the name {name} is taken by a scheme that ships",
                     f"nama {name} sudah dipakai skema bawaan")  # fmt: skip
    for subject in sorted(map(str, set(one.public.subjects()))):
        if subject != str(framework) and not subject.startswith(f"{framework}/"):
            told = terms.short(subject)
            raise _wrong(
                one,
                URIRef(subject),
                f"{told} is not of this framework; its file states what begins with "
                f"<{framework}/> alone",
                f"{told} bukan milik kerangka ini; berkasnya hanya menyatakan hal yang diawali "
                f"<{framework}/>",
            )
    return one


def _require_apart(read: Iterable[sources.Submission]) -> None:
    first: dict[URIRef, sources.Submission] = {}
    for one in read:
        for framework in _frameworks(one.public):
            if (other := first.setdefault(framework, one)) is not one:
                name = framework.removeprefix(_SCHEME)
                raise _wrong(one, framework, f"the name {name} is taken by {other.file}",
                             f"nama {name} sudah dipakai {other.file}")  # fmt: skip


def _wrong(one: sources.Submission, subject: Node | None, en: str, id: str) -> Unreadable:
    place: Place | None = one.places.get(subject) if subject else None
    return Unreadable(one.file, Words(en, id), place.line if place else None)


def _frameworks(graph: Graph) -> set[URIRef]:
    return {s for s in graph.subjects(RDF.type, CG.Framework) if isinstance(s, URIRef)}
