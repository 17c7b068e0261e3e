"""The catalogue: queries that ship as files, each with its metadata and typed parameters.

A file `queries/NAME.rq` is a SPARQL 1.1 query that runs as it stands in any client. Its header is
YAML in lines that begin with `#+`. A parameter `p` is the clause `VALUES ?p { … }` in the text:
`UNDEF` where nothing is restricted, or the default. Binding writes one RDF term in the place of the
variable and nothing else, so that a caller's text never becomes part of the query.
"""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, get_args

import rdflib
import yaml
from rdflib import XSD, URIRef

from rembug import terms
from rembug.errors import BadParameter, UnknownName, Words

Type = Literal[
    "study",
    "language",
    "concept",
    "concept-scheme",
    "iri",
    "iris",
    "string",
    "integer",
    "decimal",
    "date",
]
Kind = Literal["table", "bar", "line", "network", "map"]

_HEADER: Final = "#+"
# Both make nothing but plain values; the one in C is ten times as fast, where there is one.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CLAUSE: Final = re.compile(r"VALUES\s+\?(\w+)\s*\{([^{}]*)\}")
# Comments, IRIs, strings and prefixed names are stepped over (SPARQL 1.1 §19.8).
_TOKEN: Final = re.compile(
    r"""\#[^\n\r]*
      | <[^\x00-\x20<>"{}|^`\\]*>
      | "(?:[^"\\\n\r]|\\.)*"
      | \bVALUES\s+\?(?P<clause>\w+)\s*\{[^{}]*\}
      | \bBOUND\s*\(\s*\?(?P<bound>\w+)\s*\)
      | \?(?P<variable>\w+)
      | [\w-]*:[\w.%/-]*
      | (?P<word>[A-Za-z]+)
      | (?P<brace>[{}])""",
    re.VERBOSE,
)
_REAL: Final = f"FILTER NOT EXISTS {{{{ ?{{}} <{terms.CG.synthetic}> true }}}}"
_LISTS: Final = frozenset({"SELECT", "GROUP", "ORDER", "HAVING"})
_ENDS: Final = frozenset({"WHERE", "LIMIT", "OFFSET"})
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*")
_WANTED: Final = {
    "integer": Words("a whole number", "bilangan bulat"),
    "decimal": Words("a number such as 0.5", "bilangan seperti 0.5"),
    "date": Words("a date such as 2023-08-17", "tanggal seperti 2023-08-17"),
}
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")


@dataclass(frozen=True)
class Parameter:
    """A value that a query takes.

    Attributes:
        name: the variable it binds, without `?`.
        type: `study` and `concept-scheme` take a slug or an IRI; `concept` takes `scheme/concept`,
            a slug of `scheme`, or an IRI; `iris` takes several, between spaces, which the variable
            stands for in turn; the others take text of their XSD type.
        label: its name for a person, by language.
        default: what holds when the caller gives nothing; None restricts nothing.
        values: what is allowed; empty when everything of the type is.
        scheme: for a concept, the slug of its scheme, when there is just one.
    """

    name: str
    type: Type
    label: Mapping[str, str]
    default: str | None = None
    values: tuple[str, ...] = ()
    scheme: str | None = None

    def term(self, text: str) -> rdflib.term.Identifier:
        """The RDF term that a caller's text stands for; raises BadParameter if it does not fit."""
        if self.values and text not in self.values:
            values = ", ".join(self.values)
            raise self._misfit(text, Words(f"one of {values}", f"salah satu dari {values}"))
        match self.type:
            case "study":
                return self._iri(text, lambda name: terms.study(name))
            case "concept-scheme":
                return self._iri(text, lambda name: terms.SCHEME[name])
            case "concept":
                inside = f"{self.scheme}/" if self.scheme else ""
                return self._iri(
                    text.removeprefix(inside), lambda name: terms.SCHEME[inside + name]
                )
            case "iri" | "iris":
                return self._iri(text, None)
            case "integer" | "decimal" | "date":
                return self._number_or_date(text)
            case _:
                return rdflib.Literal(text)

    def _iri(self, text: str, mint: Any) -> URIRef:
        if _IRI.fullmatch(text) and ":" in text:
            return URIRef(text)
        if mint and all(_NAME.fullmatch(part) for part in text.split("/")):
            minted: URIRef = mint(text)
            return minted
        if mint:
            raise self._misfit(text, Words("an IRI or a slug", "IRI atau nama singkat"))
        raise self._misfit(text, Words("an IRI", "IRI"))

    def _number_or_date(self, text: str) -> rdflib.Literal:
        forms = {"integer": r"[+-]?\d+", "decimal": r"[+-]?\d*\.?\d+", "date": r"\d{4}-\d\d-\d\d"}
        if re.fullmatch(forms[self.type], text, re.ASCII):
            try:
                if self.type == "date":
                    date.fromisoformat(text)
                return rdflib.Literal(text, datatype=XSD[self.type], normalize=False)
            except ValueError:
                pass
        raise self._misfit(text, _WANTED[self.type])

    def _misfit(self, text: str, wanted: Words) -> BadParameter:
        return BadParameter(
            Words(
                f"{self.name}={text!r} does not fit: the parameter takes {wanted.en}",
                f"{self.name}={text!r} tidak cocok: parameter ini memerlukan {wanted.id}",
            )
        )


@dataclass(frozen=True)
class Chart:
    """How to draw a result: the kind of drawing, the variables of its axes and labels, its scale.

    Attributes:
        kind: of drawing.
        x: the variable along which it is drawn.
        y: the variable that is drawn.
        label: the variables whose values tell series apart, with a space between.
        scale: the least and the greatest value that there can be; None for from 0 to the greatest.
    """

    kind: Kind
    x: str | None = None
    y: str | None = None
    label: str | None = None
    scale: tuple[float, float] | None = None


@dataclass(frozen=True)
class Query:
    """A question with its SPARQL.

    Attributes:
        name: the file's name without ending; part of the URL.
        title: by language.
        description: by language.
        parameters: what it takes, in the header's order.
        tags: what it is about.
        chart: how to draw the result.
        text: the SPARQL as it stands in the file, without the header.
        caveat: what one must know to read the answer, which stands beside it; by language.
        shares: the variables that are parts of 1, which people read as per cent.
    """

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    tags: tuple[str, ...]
    chart: Chart
    text: str = field(repr=False)
    caveat: Mapping[str, str] = field(default_factory=dict)
    shares: tuple[str, ...] = ()

    def bind(self, values: Mapping[str, str], real: bool = False) -> str:
        """The query with a caller's values in place.

        Args:
            values: text by parameter name; an empty text counts as not given.
            real: where no study is chosen, leave out those that are made up.

        Raises:
            UnknownName: no parameter has that name.
            BadParameter: a value does not fit its parameter.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        bound: dict[str, str] = {}
        several: dict[str, str] = {}
        for name, value in values.items():
            if name not in known:
                raise UnknownName("parameter", name, known)
            if value and known[name].type == "iris":
                several[name] = " ".join(known[name].term(iri).n3() for iri in value.split())
            elif value:
                bound[name] = known[name].term(value).n3()
        for name, inside in self._defaults():
            if name in known and inside.upper() != "UNDEF":
                bound.setdefault(name, inside)
        studies = [p.name for p in self.parameters if p.type == "study" and p.name not in bound]
        return _with_constants(self.text, known, bound, several, studies if real else ())

    def _defaults(self) -> Iterator[tuple[str, str]]:
        for found in _CLAUSE.finditer(self.text):
            yield found[1], found[2].strip()


def _with_constants(
    text: str,
    parameters: Container[str],
    values: Mapping[str, str],
    several: Mapping[str, str],
    real: Container[str] = (),
) -> str:
    """A query whose patterns and filters name the values of its parameters themselves.

    The engine does not carry what a VALUES clause says into OPTIONALs and filters. The clause stays
    for what must be a variable: what is selected, grouped or ordered by, or bound. One that says
    nothing goes. What a value brings in is never looked at again.

    Args:
        text: the query.
        parameters: the names of its parameters.
        values: an RDF term as SPARQL writes it, by parameter.
        several: terms of which the parameter's variable is each in turn.
        real: the parameters that stand for any study that is not made up.
    """
    out: list[str] = []
    last, listing, naming = 0, False, False
    for token in _TOKEN.finditer(text):
        word = (token["word"] or "").upper()
        name = token["clause"] or token["bound"] or token["variable"]
        instead: str | None = None
        if word in _LISTS:
            listing = True
        elif word in _ENDS or token["brace"]:
            listing = False
        elif name in several:
            if token["clause"]:
                instead = f"VALUES ?{name} {{ {several[name]} }}"
        elif name in parameters and not listing and not naming:
            if token["clause"]:
                instead = f"VALUES ?{name} {{ {values[name]} }}" if name in values else ""
                if name in real:
                    instead = _REAL.format(name)
            elif name in values:
                instead = "true" if token["bound"] else values[name]
        naming = word == "AS"
        if instead is not None:
            out += [text[last : token.start()], instead]
            last = token.end()
    return "".join([*out, text[last:]])


class Catalogue(Mapping[str, Query]):
    """All the queries of a folder, by name; an unknown name raises UnknownName."""

    def __init__(self, queries: Mapping[str, Query]) -> None:
        self._queries = dict(sorted(queries.items()))

    @classmethod
    def load(cls, folder: Path) -> "Catalogue":
        """Read every `.rq` file that lies in a folder itself, not in folders below it.

        Raises:
            BadParameter: a header is not as it must be; names the file.
        """
        return cls({path.stem: read(path) for path in folder.glob("*.rq")})

    def __getitem__(self, name: str) -> Query:
        if name not in self._queries:
            raise UnknownName("query", name, self._queries)
        return self._queries[name]

    def __contains__(self, name: object) -> bool:
        return name in self._queries

    def __iter__(self) -> Iterator[str]:
        return iter(self._queries)

    def __len__(self) -> int:
        return len(self._queries)

    @property
    def tags(self) -> list[str]:
        """Every tag that a query has."""
        return sorted({tag for query in self.values() for tag in query.tags})


def read(path: Path) -> Query:
    """Read one query file; raises BadParameter when its header is not as it must be."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header = [line.removeprefix(_HEADER) for line in lines if line.startswith(_HEADER)]
    body = "\n".join(line for line in lines if not line.startswith(_HEADER)).strip() + "\n"
    try:
        found = yaml.load("\n".join(header), _LOADER) or {}  # noqa: S506
        query = Query(
            name=path.stem,
            title=found["title"],
            description=found["description"],
            parameters=tuple(
                _parameter(name, **about) for name, about in (found.get("parameters") or {}).items()
            ),
            tags=tuple(found.get("tags") or ()),
            chart=_chart(**(found.get("chart") or {"kind": "table"})),
            text=body,
            caveat=found.get("caveat") or {},
            shares=tuple(found.get("shares") or ()),
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise BadParameter(
            Words(
                f"{path.name}: the header is not as it must be: {error}",
                f"{path.name}: header kuerinya tidak sebagaimana mestinya: {error}",
            )
        ) from error
    clauses = {found[1] for found in _CLAUSE.finditer(body)}
    for parameter in query.parameters:
        if parameter.name not in clauses:
            raise BadParameter(
                Words(
                    f"{path.name}: no clause VALUES ?{parameter.name} {{ … }}",
                    f"{path.name}: tidak ada klausa VALUES ?{parameter.name} {{ … }}",
                )
            )
    return query


def _chart(*, kind: Kind, scale: list[float] | None = None, **variables: str) -> Chart:
    return Chart(kind, scale=(scale[0], scale[1]) if scale else None, **variables)


def _parameter(name: str, *, type: str, label: Mapping[str, str], **rest: Any) -> Parameter:
    if type not in get_args(Type):
        raise TypeError(f"parameter {name} has the unknown type {type}")
    default = rest.pop("default", None)
    values = tuple(str(value) for value in rest.pop("values", ()))
    return Parameter(
        name=name,
        type=type,  # type: ignore[arg-type]
        label=label,
        default=None if default is None else str(default),
        values=values,
        **rest,
    )
