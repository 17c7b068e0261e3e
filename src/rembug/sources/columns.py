"""The tables that people fill in: what a row is, and the columns, in Indonesian and in English."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from rdflib import RDFS, URIRef

from rembug import terms
from rembug.terms import CG

Kind = Literal["key", "label", "class", "thing", "concept", "date", "number", "text", "make"]


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
            slug alone.
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

_NAMES: Final = (
    Column(
        "nama (Indonesia)", "name (Indonesian)", "label", RDFS.label, required=True, choices=("id",)
    ),
    Column("nama (Inggris)", "name (English)", "label", RDFS.label, required=True, choices=("en",)),
)  # fmt: skip
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
_ACCESS: Final = Column("akses", "access", "concept", CG.accessLevel, choices=("access",))

TABLES: Final[Mapping[str, Table]] = {
    "findings": Table(
        "finding",
        CG.Finding,
        (
            KEY,
            Column(
                "pernyataan (Indonesia)", "statement (Indonesian)", "label", RDFS.label,
                required=True, choices=("id",),
            ),
            Column(
                "pernyataan (Inggris)", "statement (English)", "label", RDFS.label,
                required=True, choices=("en",),
            ),
            Column("jenis temuan", "kind of finding", "class", choices=_FINDINGS),
            Column("tentang", "about", "thing", CG.about, required=True, many=True),
            Column(
                "aspek", "aspect", "concept", CG.concerns, required=True, many=True,
            ),
            Column("penilaian", "rating", "concept", CG.rating, choices=("rating",)),
            Column("sikap", "stance", "concept", CG.stance, choices=("stance",)),
            Column(
                "didukung oleh", "supported by", "thing", CG.supports, many=True, inverse=True,
                choices=("evidence",),
            ),
            Column(
                "dilemahkan oleh", "undermined by", "thing", CG.undermines, many=True,
                inverse=True, choices=("evidence",),
            ),
            Column("menjawab", "addresses", "thing", CG.addresses, many=True, choices=("finding",)),
            Column(
                "ditujukan kepada", "directed to", "thing", CG.directedTo, many=True,
                choices=("actor",),
            ),
        ),
    ),
    "actors": Table(
        "actor",
        CG.Actor,
        (
            KEY,
            *_NAMES,
            Column("jenis aktor", "kind of actor", "class", required=True, choices=_ACTORS),
            Column("berlokasi di", "located in", "thing", CG.locatedIn, choices=("place",)),
        ),
    ),
    "programs": Table(
        "program",
        CG.Program,
        (
            KEY,
            *_NAMES,
            Column("dipimpin oleh", "led by", "thing", CG.ledBy, many=True, choices=("actor",)),
            Column("kebijakan", "policy", "thing", CG.underPolicy, many=True, choices=("policy",)),
            Column(
                "bagian dari kolaborasi", "part of collaboration", "thing", CG.partOfCollaboration,
                many=True, choices=("collaboration",),
            ),
            Column("melayani", "serves", "thing", CG.serves, many=True, choices=("actor",)),
            Column("menjangkau", "reaches", "thing", CG.reaches, many=True, choices=("place",)),
            Column("mulai", "start", "date", CG.startDate),
            Column("selesai", "end", "date", CG.endDate),
        ),
    ),
    "participations": Table(
        "participation",
        CG.Participation,
        (
            KEY,
            Column("aktor", "actor", "thing", CG.participant, required=True, choices=("actor",)),
            Column(
                "ikut serta dalam", "takes part in", "thing", CG.participationIn, required=True,
                choices=("collaboration", "program"),
            ),
            Column("peran", "role", "concept", CG.role, many=True, choices=("role",)),
            Column("mulai", "start", "date", CG.startDate),
            Column("selesai", "end", "date", CG.endDate),
        ),
    ),
    "ties": Table(
        "tie",
        CG.Tie,
        (
            KEY,
            Column("dari", "from", "thing", CG.tieFrom, required=True, choices=("actor",)),
            Column("kepada", "to", "thing", CG.tieTo, required=True, choices=("actor",)),
            Column(
                "jenis hubungan", "kind of tie", "concept", CG.tieKind, required=True,
                choices=("tie",),
            ),
            Column("kekuatan", "strength", "concept", CG.strength, choices=("rating",)),
        ),
    ),
    "indicators": Table(
        "indicator-observation",
        CG.IndicatorObservation,
        (
            KEY,
            Column(
                "indikator", "indicator", "thing", CG.indicator, required=True,
                choices=("indicator",),
            ),
            Column("tempat", "place", "thing", CG.refArea, required=True, choices=("place",)),
            Column("masa", "period", "date", CG.refPeriod, required=True),
            Column("nilai", "value", "number", CG.value, required=True),
            Column("satuan", "unit", "thing", CG.unit, required=True, choices=("unit",)),
            Column("himpunan data", "dataset", "thing", terms.QB.dataSet, required=True,
                   choices=("cube",)),
            Column("dinyatakan dalam", "stated in", "thing", CG.statedIn, choices=("evidence",)),
        ),
    ),
    "growth": Table(
        "growth",
        CG.GrowthStatement,
        (
            KEY,
            Column(
                "pengamatan awal", "base observation", "thing", CG.baseObservation, required=True,
                choices=("indicator-observation",),
            ),
            Column(
                "pengamatan akhir", "final observation", "thing", CG.finalObservation,
                required=True, choices=("indicator-observation",),
            ),
            Column(
                "persentase yang dinyatakan", "stated percentage", "number", CG.statedPercent,
                required=True,
            ),
            Column("dinyatakan dalam", "stated in", "thing", CG.statedIn, choices=("evidence",)),
        ),
    ),
    "policies": Table(
        "policy",
        CG.Policy,
        (
            KEY,
            *_NAMES,
            Column(
                "diterbitkan oleh", "issued by", "thing", CG.issuedBy, many=True,
                choices=("actor",),
            ),
            Column(
                "bagian dari kolaborasi", "part of collaboration", "thing", CG.partOfCollaboration,
                many=True, choices=("collaboration",),
            ),
            Column(
                "mengikat", "binds", "thing", CG.binds, many=True,
                choices=("target-group", "actor", "place"),
            ),
            Column("mulai", "start", "date", CG.startDate),
            Column("selesai", "end", "date", CG.endDate),
        ),
    ),
    "informants": Table(
        "informant",
        CG.Informant,
        (
            KEY,
            Column("nama samaran", "pseudonym", "text", CG.pseudonym, required=True),
            Column(
                "mewakili", "speaks for", "thing", CG.speaksFor, required=True, many=True,
                choices=("actor",),
            ),
            Column("kedudukan", "position", "concept", CG.position, choices=("position",)),
            Column(
                "persetujuan", "consent", "concept", CG.consent, required=True,
                choices=("consent",),
            ),
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
            Column(
                "yang diwawancarai", "interviewee", "thing", CG.interviewee, many=True,
                choices=("informant",),
            ),
            Column(
                "mengamati", "observes", "thing", CG.observes, many=True, choices=("actor",),
            ),
            _ACCESS,
        ),
    ),
    "evidence": Table(
        "evidence",
        CG.Evidence,
        (
            KEY,
            Column(
                "isi bukti (Indonesia)", "evidence (Indonesian)", "label", RDFS.label,
                required=True, choices=("id",),
            ),
            Column(
                "isi bukti (Inggris)", "evidence (English)", "label", RDFS.label,
                required=True, choices=("en",),
            ),
            Column(
                "dalam sumber", "in source", "thing", CG.inSource, required=True,
                choices=("source",),
            ),
            Column(
                "diberikan oleh", "given by", "thing", CG.givenBy, choices=("informant",),
            ),
            Column(
                "mendukung", "supports", "thing", CG.supports, many=True, choices=("finding",),
            ),
            Column(
                "melemahkan", "undermines", "thing", CG.undermines, many=True,
                choices=("finding",),
            ),
            Column(
                "membatasi", "qualifies", "thing", CG.qualifies, many=True,
                choices=("finding",),
            ),
            _ACCESS,
        ),
    ),
    "reviews": Table(
        "review-finding",
        CG.ReviewFinding,
        (
            KEY,
            Column(
                "pernyataan tinjauan (Indonesia)", "review statement (Indonesian)", "label",
                RDFS.label, required=True, choices=("id",),
            ),
            Column(
                "pernyataan tinjauan (Inggris)", "review statement (English)", "label",
                RDFS.label, required=True, choices=("en",),
            ),
            Column(
                "membahas aspek", "on aspect", "concept", CG.onAspect, required=True, many=True,
            ),
            Column("sikap", "stance", "concept", CG.stance, required=True, choices=("stance",)),
            Column(
                "sejalan dengan", "agreeing", "thing", CG.agreeing, required=True, many=True,
                choices=("finding",),
            ),
            Column(
                "berbeda dari", "disagreeing", "thing", CG.disagreeing, many=True,
                choices=("finding",),
            ),
            Column(
                "keyakinan", "confidence", "concept", CG.reviewConfidence,
                choices=("confidence",),
            ),
            Column(
                "penjelasan keyakinan (Indonesia)", "explanation of the confidence (Indonesian)",
                "label", CG.reason, choices=("id",),
            ),
            Column(
                "penjelasan keyakinan (Inggris)", "explanation of the confidence (English)",
                "label", CG.reason, choices=("en",),
            ),
        ),
        across=True,
    ),
    "assessments": Table(
        "assessment",
        CG.ComponentAssessment,
        (
            KEY,
            Column(
                "menilai", "assesses", "thing", CG.assesses, required=True,
                choices=("review-finding",),
            ),
            Column(
                "komponen", "component", "concept", CG.component, required=True,
                choices=("cerqual",),
            ),
            Column(
                "keberatan", "concern", "concept", CG.levelOfConcern, required=True,
                choices=("concern",),
            ),
            Column(
                "alasan (Indonesia)", "reason (Indonesian)", "label", CG.reason,
                required=True, choices=("id",),
            ),
            Column(
                "alasan (Inggris)", "reason (English)", "label", CG.reason,
                required=True, choices=("en",),
            ),
            Column("peran penilai", "assessor role", "text", CG.assessorRole, required=True),
        ),
        across=True,
    ),
}  # fmt: skip
