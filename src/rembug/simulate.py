"""Made-up studies of any size, to try Rembug with; all of it says that it is synthetic.

A study is a folder of Turtle. `study.ttl` is the hand-made example under another name, in which
every question of the catalogue finds both what it looks for and what it must leave out.
`interviews.ttl` has the interviews, written one by one: any number takes the memory of one.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Final, TextIO

from rdflib import Graph

from rembug import settings, terms
from rembug.errors import BadParameter, Words, why

_EXAMPLE: Final = "contoh"
_TABLE: Final = "daftar-usaha"
_PASSAGES: Final = 5

_KINDS: Final = ("Finding", "Challenge", "Opportunity", "Recommendation", "InfluenceClaim")
_RATINGS: Final = ("very-weak", "weak", "fair", "good", "very-good", "not-assessed")
_STANCES: Final = ("supports", "undermines", "mixed")
_BEARINGS: Final = ("supports", "undermines", "qualifies")
_ACCESS: Final = ("public", "public", "restricted", "withheld")
_CONSENTS: Final = ("verbatim", "paraphrase", "aggregate-only")
_POSITIONS: Final = (
    *("agency-head", "agency-officer", "artisan"),
    *("group-leader", "group-member", "other"),
)
_SUBJECTS: Final = (
    *("collaboration:bambu", "program:pelatihan", "program:pameran", "program:kredit"),
    *("program:katalog", "policy:dana-desa", "actor:sentra-b"),
)
_ACTORS: Final = ("dinas-a", "dinas-b", "sentra-b", "kube-c", "usaha-d", "koperasi-e")
_CODES: Final = ("rapat", "modal", "percaya", "cuaca")
_CODERS: Final = ("a", "b")

# What the example has none of.
_MORE: Final = """
actor:koperasi-e a cg:Cooperative ; cg:inStudy {study} ;
    rdfs:label "Koperasi E (rekaan)"@id, "Cooperative E (made up)"@en .
actor:mitra-f a cg:PublicUniversity ; cg:inStudy {study} ;
    rdfs:label "Perguruan tinggi F (rekaan)"@id, "University F (made up)"@en .
actor:mitra-g a cg:PrivateUniversity ; cg:inStudy {study} ;
    rdfs:label "Perguruan tinggi G (rekaan)"@id, "University G (made up)"@en .
actor:mitra-h a cg:StateBank ; cg:inStudy {study} ;
    rdfs:label "Bank H (rekaan)"@id, "Bank H (made up)"@en .
actor:mitra-i a cg:PrivateBank ; cg:inStudy {study} ;
    rdfs:label "Bank I (rekaan)"@id, "Bank I (made up)"@en .
actor:mitra-j a cg:BusinessAssociation ; cg:inStudy {study} ;
    rdfs:label "Asosiasi J (rekaan)"@id, "Association J (made up)"@en .
actor:mitra-k a cg:NonGovernmentalOrganisation ; cg:inStudy {study} ;
    rdfs:label "LSM K (rekaan)"@id, "NGO K (made up)"@en .
actor:mitra-l a cg:PublicMedia ; cg:inStudy {study} ;
    rdfs:label "Media L (rekaan)"@id, "Media L (made up)"@en .
actor:mitra-m a cg:PrivateMedia ; cg:inStudy {study} ;
    rdfs:label "Media M (rekaan)"@id, "Media M (made up)"@en .
"""


def write(folder: Path, studies: int, interviews: int, seed: int) -> Iterator[Path]:
    """Write made-up studies, one after another; the same numbers and seed give the same bytes.

    Args:
        folder: where to; it must not exist, or be empty.
        studies: how many.
        interviews: how many each has.
        seed: what chance begins with.

    Returns:
        The folder of each study, named as the study is, as soon as it is written.

    Raises:
        BadParameter: the folder has something in it, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BadParameter(
                Words(
                    f"{folder} has something in it; name a new folder",
                    f"{folder} sudah ada isinya; sebutkan folder baru",
                )
            )
        example = _example()
        width = max(4, len(str(studies)))
        for number in range(1, studies + 1):
            slug = f"simulasi-{number:0{width}}"
            # A chance of its own: a study is the same however many there are beside it.
            yield _study(folder / slug, slug, example, interviews, Random(f"{seed} {number}"))  # noqa: S311
    except OSError as error:
        raise BadParameter(
            Words(
                f"{folder} cannot be written: {why(error).en}",
                f"{folder} tidak dapat ditulisi: {why(error).id}",
            )
        ) from error


def _example() -> str:
    return (settings.data_dir() / "examples" / f"{_EXAMPLE}.ttl").read_text(encoding="utf-8")


@cache
def _aspects() -> tuple[str, ...]:
    """What the findings of the example are about, of whatever frameworks."""
    found = Graph().parse(data=_example(), format="turtle").objects(None, terms.CG.concerns)
    return tuple(sorted({str(aspect) for aspect in found}))


def _study(folder: Path, slug: str, example: str, interviews: int, chance: Random) -> Path:
    folder.mkdir()
    renamed = (
        example.replace(f"id/{_EXAMPLE}/", f"id/{slug}/")
        .replace(f"study:{_EXAMPLE}", f"study:{slug}")
        .replace(f"id/{_TABLE}/", f"id/{_TABLE}-{slug}/")
        .replace('Studi contoh: kerajinan bambu (rekaan)"', f'Studi {slug} (rekaan)"')
        .replace('"Bupati Contoh"', '"Bupati (rekaan)"')  # else taken for a person's name
        .replace('Example study: bamboo crafts (made up)"', f'Study {slug} (made up)"')
    )
    more = _MORE.format(study=f"study:{slug}")
    (folder / "study.ttl").write_text(renamed + more, encoding="utf-8", newline="\n")
    prefixes = [line for line in renamed.splitlines() if line.startswith("@prefix")]
    with (folder / "interviews.ttl").open("w", encoding="utf-8", newline="\n") as file:
        file.write("# Made up by chance: no person, place or event in it is real.\n")
        file.write("\n".join(prefixes) + f"\n@prefix paragraph: <{terms.ID}{slug}/paragraph/> .\n")
        for number in range(1, interviews + 1):
            _interview(file, f"study:{slug}", number, chance)
    return folder


def _interview(file: TextIO, study: str, number: int, chance: Random) -> None:
    """One interview: who speaks, the text, what is found, the passages that it rests on."""
    pick, name, here = chance.choice, f"m{number}", f"cg:inStudy {study}"
    day = f"2022-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    file.write(
        f"\ninformant:{name} a cg:Informant ; {here} ; cg:pseudonym {name.upper()!r} ;\n"
        f"    cg:speaksFor actor:{pick(_ACTORS)} ; cg:position position:{pick(_POSITIONS)} ;\n"
        f"    cg:consent consent:{pick(_CONSENTS)} .\n"
        f"interview:{name} a cg:Interview ; {here} ; cg:interviewee informant:{name} ;\n"
        f"    {_label(f'Wawancara rekaan {number}', f'Made-up interview {number}')} ;\n"
        f'    cg:date "{day}"^^xsd:date ; cg:hasVersion text:{name} .\n'
        f'text:{name} a cg:TextVersion ; dcterms:language "id" ;\n'
        f"    cg:characterCount {100 * _PASSAGES} ; cg:hasParagraph paragraph:{name} .\n"
        f"paragraph:{name} a cg:Paragraph ; cg:number 1 ; cg:sentenceCount {_PASSAGES} .\n"
    )
    _finding(file, here, name, number, chance)
    for passage in range(_PASSAGES):
        _passage(file, here, name, passage, chance)


def _finding(file: TextIO, here: str, name: str, number: int, chance: Random) -> None:
    pick, kind = chance.choice, _KINDS[number % len(_KINDS)]
    stance, rating = _STANCES[number % len(_STANCES)], _RATINGS[number % len(_RATINGS)]
    aspect = pick(_aspects())
    lasting = aspect.startswith(terms.SUSTAINABILITY)  # said of programs and policies alone
    subject = pick([s for s in _SUBJECTS if s.startswith(("program:", "policy:")) or not lasting])
    own = {
        "Recommendation": "cg:addresses finding:s1 ; cg:directedTo actor:dinas-a ; ",
        "InfluenceClaim": f"cg:cause policy:wajib-bambu ; cg:effect {subject} ; ",
    }
    file.write(
        f"finding:{name} a cg:{kind} ; {here} ; cg:about {subject} ;\n"
        f"    {_label(f'Temuan rekaan {number}.', f'Made-up finding {number}.')} ;\n"
        f"    {own.get(kind, '')}cg:concerns <{aspect}> ; cg:rating rating:{rating} ;\n"
        f"    cg:stance stance:{stance} .\n"
    )


def _passage(file: TextIO, here: str, name: str, passage: int, chance: Random) -> None:
    pick, item = chance.choice, f"{name}-{passage}"
    # The first supports the interview's own finding, so that none is without evidence.
    bearing, finding = (
        ("supports", name) if not passage else (pick(_BEARINGS), pick((name, "f1", "f2", "f12")))
    )
    if passage % 2:
        place = f"cg:PassageSelector ; cg:paragraph 1 ; cg:sentence {passage + 1}"
    else:
        place = f"oa:TextPositionSelector ; oa:start {100 * passage} ; oa:end {100 * passage + 80}"
    file.write(
        f"evidence:{item} a cg:Evidence ; {here} ; cg:{bearing} finding:{finding} ;\n"
        f"    {_label(f'Bukti rekaan {item}', f'Made-up evidence {item}')} ;\n"
        f"    cg:inSource interview:{name} ; cg:givenBy informant:{name} ;\n"
        f"    cg:accessLevel access:{pick(_ACCESS)} ; cg:selector selector:{item} .\n"
        f"selector:{item} a {place} ; cg:inVersion text:{name} .\n"
    )
    for coder in _CODERS:
        file.write(
            f"coding:{item}-{coder} a cg:Coding ; cg:codingOf evidence:{item} ;\n"
            f"    cg:assigns code:{pick(_CODES)} ; cg:codedBy coder:{coder} .\n"
        )


def _label(indonesian: str, english: str) -> str:
    return f'rdfs:label "{indonesian}"@id, "{english}"@en'
