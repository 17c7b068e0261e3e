"""The tables that people fill in: what a row is, and the columns, in Indonesian and in English."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from rdflib import RDF, RDFS, URIRef

from rembug import terms
from rembug.terms import CG

Kind = (
    Literal["key", "label", "class", "thing", "concept", "date", "number", "text", "make"]
    | (
        Literal["literal", "iri"]  # of columns that name a property themselves
    )
)

VERBATIM: Final = frozenset({"label", "text", "literal"})
"""The kinds of cells that are taken as they are."""


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table.

    Attributes:
        id: what it is called in Indonesian.
        en: what it is called in English.
        kind: how its cells are read.
        predicate: what a cell says of the row's thing; `^` before it turns it round.
        required: whether every row has it.
        many: whether a cell may have several values, between semicolons.
        choices: of a class: what people write, in both languages, and the class; of a concept: the
            schemes, without any every aspect; of a thing: its kind, where the cell gives the
            slug alone; of a literal: its datatype.
    """

    id: str
    en: str
    kind: Kind
    predicate: URIRef | None = None
    required: bool = False
    many: bool = False
    choices: Mapping[str, URIRef] | tuple[str, ...] = ()
    inverse: bool = False

    def called(self, language: str) -> str:
        """Its name in a language."""
        return self.id if language == "id" else self.en

    @property
    def says(self) -> str:
        """The property that its cells say; empty for the row's own name."""
        return str(RDF.type if self.kind == "class" else self.predicate or "")


@dataclass(frozen=True)
class Table:
    """A kind of table: what a row is, and its columns.

    Attributes:
        kind: of its rows' things, as their IRIs have it.
        klass: of those.
        columns: in their order.
        across: whether rows name things of several studies, which no form of one study offers.
    """

    kind: str
    klass: URIRef
    columns: tuple[Column, ...]
    across: bool = False


KEY: Final = Column("kode", "code", "key", required=True)
"""What a row's thing is called in IRIs."""

MAKE: Final = Column("buat yang belum ada", "make what is missing", "make")
"""A column that any table may have: a yes in it makes what the row names and nothing is called."""


def _in_both(
    id: str, en: str, predicate: URIRef = RDFS.label, *, required: bool = True
) -> tuple[Column, ...]:
    """Columns of a text in Indonesian and in English."""
    return tuple(
        Column(f"{id} ({ids})", f"{en} ({ens})", "label", predicate, required, choices=(language,))
        for language, ids, ens in (("id", "Indonesia", "Indonesian"), ("en", "Inggris", "English"))
    )


def _thing(
    id: str,
    en: str,
    predicate: URIRef,
    *kinds: str,
    required: bool = False,
    many: bool = False,
    inverse: bool = False,
) -> Column:
    """A column that names things of some kinds."""
    return Column(id, en, "thing", predicate, required, many, kinds, inverse)


def _concept(
    id: str,
    en: str,
    predicate: URIRef,
    *schemes: str,
    required: bool = False,
    many: bool = False,
) -> Column:
    """A column that names concepts of some schemes; without any, aspects."""
    return Column(id, en, "concept", predicate, required, many, schemes)


_NAMES: Final = _in_both("nama", "name")
_PERIOD: Final = (
    Column("mulai", "start", "date", CG.startDate),
    Column("selesai", "end", "date", CG.endDate),
)
_FINDINGS: Final = {
    "temuan": CG.Finding,
    "finding": CG.Finding,
    "tantangan": CG.Challenge,
    "challenge": CG.Challenge,
    "peluang": CG.Opportunity,
    "opportunity": CG.Opportunity,
    "rekomendasi": CG.Recommendation,
    "recommendation": CG.Recommendation,
}
_ACTORS: Final = {
    "dinas": CG.GovernmentAgency,
    "agency": CG.GovernmentAgency,
    "pejabat": CG.PublicOffice,
    "public office": CG.PublicOffice,
    "KUBE": CG.JointBusinessGroup,
    "joint business group": CG.JointBusinessGroup,
    "sentra": CG.CraftCentre,
    "craft centre": CG.CraftCentre,
    "koperasi": CG.Cooperative,
    "cooperative": CG.Cooperative,
    "usaha": CG.Enterprise,
    "enterprise": CG.Enterprise,
    "perguruan tinggi negeri": CG.PublicUniversity,
    "public university": CG.PublicUniversity,
    "perguruan tinggi swasta": CG.PrivateUniversity,
    "private university": CG.PrivateUniversity,
    "bank milik negara atau daerah": CG.StateBank,
    "state-owned bank": CG.StateBank,
    "bank swasta": CG.PrivateBank,
    "private bank": CG.PrivateBank,
    "asosiasi usaha": CG.BusinessAssociation,
    "business association": CG.BusinessAssociation,
    "LSM": CG.NonGovernmentalOrganisation,
    "NGO": CG.NonGovernmentalOrganisation,
    "media milik pemerintah": CG.PublicMedia,
    "public media": CG.PublicMedia,
    "media swasta atau komunitas": CG.PrivateMedia,
    "private or community media": CG.PrivateMedia,
}

_SOURCES: Final = {
    "wawancara": CG.Interview,
    "interview": CG.Interview,
    "observasi": CG.Observation,
    "observation": CG.Observation,
    "dokumen": CG.Document,
    "document": CG.Document,
}
_ACCESS: Final = _concept("akses", "access", CG.accessLevel, "access")

TABLES: Final[Mapping[str, Table]] = {
    "findings": Table(
        "finding",
        CG.Finding,
        (
            KEY,
            *_in_both("pernyataan", "statement"),
            Column("jenis temuan", "kind of finding", "class", choices=_FINDINGS),
            _thing("tentang", "about", CG.about, required=True, many=True),
            _concept("aspek", "aspect", CG.concerns, required=True, many=True),
            _concept("penilaian", "rating", CG.rating, "rating"),
            _concept("sikap", "stance", CG.stance, "stance"),
            _thing(
                "didukung oleh", "supported by", CG.supports, "evidence", many=True, inverse=True
            ),
            _thing(
                "dilemahkan oleh",
                "undermined by",
                CG.undermines,
                "evidence",
                many=True,
                inverse=True,
            ),
            _thing("menjawab", "addresses", CG.addresses, "finding", many=True),
            _thing("ditujukan kepada", "directed to", CG.directedTo, "actor", many=True),
        ),
    ),
    "actors": Table(
        "actor",
        CG.Actor,
        (
            KEY,
            *_NAMES,
            Column("jenis aktor", "kind of actor", "class", required=True, choices=_ACTORS),
            _thing("berlokasi di", "located in", CG.locatedIn, "place"),
        ),
    ),
    "programs": Table(
        "program",
        CG.Program,
        (
            KEY,
            *_NAMES,
            _thing("dipimpin oleh", "led by", CG.ledBy, "actor", many=True),
            _thing("kebijakan", "policy", CG.underPolicy, "policy", many=True),
            _thing(
                "bagian dari kolaborasi",
                "part of collaboration",
                CG.partOfCollaboration,
                "collaboration",
                many=True,
            ),
            _thing("melayani", "serves", CG.serves, "actor", many=True),
            _thing("menjangkau", "reaches", CG.reaches, "place", many=True),
            *_PERIOD,
        ),
    ),
    "participations": Table(
        "participation",
        CG.Participation,
        (
            KEY,
            _thing("aktor", "actor", CG.participant, "actor", required=True),
            _thing(
                "ikut serta dalam",
                "takes part in",
                CG.participationIn,
                "collaboration",
                "program",
                required=True,
            ),
            _concept("peran", "role", CG.role, "role", many=True),
            *_PERIOD,
        ),
    ),
    "ties": Table(
        "tie",
        CG.Tie,
        (
            KEY,
            _thing("dari", "from", CG.tieFrom, "actor", required=True),
            _thing("kepada", "to", CG.tieTo, "actor", required=True),
            _concept("jenis hubungan", "kind of tie", CG.tieKind, "tie", required=True),
            _concept("kekuatan", "strength", CG.strength, "rating"),
        ),
    ),
    "indicators": Table(
        "indicator-observation",
        CG.IndicatorObservation,
        (
            KEY,
            _thing("indikator", "indicator", CG.indicator, "indicator", required=True),
            _thing("tempat", "place", CG.refArea, "place", required=True),
            Column("masa", "period", "date", CG.refPeriod, required=True),
            Column("nilai", "value", "number", CG.value, required=True),
            _thing("satuan", "unit", CG.unit, "unit", required=True),
            _thing("himpunan data", "dataset", terms.QB.dataSet, "cube", required=True),
            _thing("dinyatakan dalam", "stated in", CG.statedIn, "evidence"),
        ),
    ),
    "growth": Table(
        "growth",
        CG.GrowthStatement,
        (
            KEY,
            _thing(
                "pengamatan awal",
                "base observation",
                CG.baseObservation,
                "indicator-observation",
                required=True,
            ),
            _thing(
                "pengamatan akhir",
                "final observation",
                CG.finalObservation,
                "indicator-observation",
                required=True,
            ),
            Column(
                "persentase yang dinyatakan",
                "stated percentage",
                "number",
                CG.statedPercent,
                required=True,
            ),
            _thing("dinyatakan dalam", "stated in", CG.statedIn, "evidence"),
        ),
    ),
    "policies": Table(
        "policy",
        CG.Policy,
        (
            KEY,
            *_NAMES,
            _thing("diterbitkan oleh", "issued by", CG.issuedBy, "actor", many=True),
            _thing(
                "bagian dari kolaborasi",
                "part of collaboration",
                CG.partOfCollaboration,
                "collaboration",
                many=True,
            ),
            _thing("mengikat", "binds", CG.binds, "target-group", "actor", "place", many=True),
            *_PERIOD,
        ),
    ),
    "informants": Table(
        "informant",
        CG.Informant,
        (
            KEY,
            Column("nama samaran", "pseudonym", "text", CG.pseudonym, required=True),
            _thing("mewakili", "speaks for", CG.speaksFor, "actor", required=True, many=True),
            _concept("kedudukan", "position", CG.position, "position"),
            _concept("persetujuan", "consent", CG.consent, "consent", required=True),
        ),
    ),
    "sources": Table(
        "source",
        CG.Source,
        (
            KEY,
            *_NAMES,
            Column("jenis sumber", "kind of source", "class", required=True, choices=_SOURCES),
            Column("tanggal", "date", "date", CG.date),
            _thing("yang diwawancarai", "interviewee", CG.interviewee, "informant", many=True),
            _thing("mengamati", "observes", CG.observes, "actor", many=True),
            _ACCESS,
        ),
    ),
    "evidence": Table(
        "evidence",
        CG.Evidence,
        (
            KEY,
            *_in_both("isi bukti", "evidence"),
            _thing("dalam sumber", "in source", CG.inSource, "source", required=True),
            _thing("diberikan oleh", "given by", CG.givenBy, "informant"),
            _thing("mendukung", "supports", CG.supports, "finding", many=True),
            _thing("melemahkan", "undermines", CG.undermines, "finding", many=True),
            _thing("membatasi", "qualifies", CG.qualifies, "finding", many=True),
            _ACCESS,
        ),
    ),
    "reviews": Table(
        "review-finding",
        CG.ReviewFinding,
        (
            KEY,
            *_in_both("pernyataan tinjauan", "review statement"),
            _concept("membahas aspek", "on aspect", CG.onAspect, required=True, many=True),
            _concept("sikap", "stance", CG.stance, "stance", required=True),
            _thing("sejalan dengan", "agreeing", CG.agreeing, "finding", required=True, many=True),
            _thing("berbeda dari", "disagreeing", CG.disagreeing, "finding", many=True),
            _concept("keyakinan", "confidence", CG.reviewConfidence, "confidence"),
            *_in_both(
                "penjelasan keyakinan", "explanation of the confidence", CG.reason, required=False
            ),
        ),
        across=True,
    ),
    "assessments": Table(
        "assessment",
        CG.ComponentAssessment,
        (
            KEY,
            _thing("menilai", "assesses", CG.assesses, "review-finding", required=True),
            _concept("komponen", "component", CG.component, "cerqual", required=True),
            _concept("keberatan", "concern", CG.levelOfConcern, "concern", required=True),
            *_in_both("alasan", "reason", CG.reason),
            Column("peran penilai", "assessor role", "text", CG.assessorRole, required=True),
        ),
        across=True,
    ),
}
