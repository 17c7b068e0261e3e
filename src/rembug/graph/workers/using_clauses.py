"""The dataset that an update request names beside its text: `using-graph-uri`, as USING clauses.

SPARQL 1.1 Protocol §2.2.3: they stand for USING and USING NAMED in every operation of the request
that has a WHERE, and must not be mixed with the text's own. The engine takes no dataset for an
update, so the clauses are written into the text, before each WHERE.
"""

import re
from typing import Final

from rembug.errors import BadParameter, Words
from rembug.graph.model import Named

# Comments, IRIs and strings (one that is not closed to where it must end, so that nothing is read
# twice) are stepped over; words and braces are looked at (SPARQL 1.1 §19.8).
TOKEN: Final = re.compile(
    r"""(?P<skip>\#[^\n\r]*
      | <[^\x00-\x20<>"{}|^`\\]*>
      | '''(?:[^\\]|\\.)*?(?:'''|\\?\Z)
      | \"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\\?\Z)
      | '(?:[^'\\\n\r]|\\.)*+'?
      | "(?:[^"\\\n\r]|\\.)*+"?
      | [?$]\w+
      | (?<![\w-])[\w-]*+:(?:\\.|[^\s{}();,<>"'\#\\])*)
      | (?P<word>[A-Za-z]+) | (?P<brace>[{}]) | (?P<end>;)""",
    re.VERBOSE | re.DOTALL,
)
"""What SPARQL's text is read by where its shape alone is asked for; `skip` is of no interest."""


_GRAPHS: Final = frozenset(
    ("GRAPH", "WITH", "INTO", "TO", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY")
)


def graphs_named(update: str) -> set[str]:
    """The graphs that an update names, to read or to write them; IRIs as they are written."""
    prefixes: dict[str, str] = {}
    found: set[str] = set()
    before, prefix = "", None
    for token in TOKEN.finditer(update):
        text = token[0]
        if text.startswith("#"):
            continue
        if word := (token["word"] or "").upper():
            before = before if word == "SILENT" else word
            continue
        if before == "PREFIX" and text.endswith(":"):
            prefix = text[:-1]
            continue
        name, _, local = text.partition(":")
        if text.startswith("<"):
            iri = text[1:-1]
        else:
            iri = prefixes[name] + local.replace("\\", "") if name in prefixes else ""
        if prefix is not None:
            prefixes[prefix], prefix = iri, None
        elif before in _GRAPHS:
            found.add(iri)
        before = ""
    return found


def applied(update: str, named: Named) -> str:
    """An update whose operations read the graphs that the request names.

    Args:
        update: SPARQL 1.1 Update.
        named: the default and the named graphs of the request; IRIs.

    Raises:
        BadParameter: the text has USING or WITH itself, or a graph's name is no IRI.
    """
    for graph in (*named[0], *named[1]):
        if not re.fullmatch(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\]*', graph):
            raise BadParameter(
                Words(
                    f"“{graph}” is not an absolute IRI; the name of a graph is one",
                    f"“{graph}” bukan IRI mutlak, padahal nama graf adalah IRI",
                )
            )
    clauses = [f"USING <{graph}>" for graph in sorted(named[0])]
    clauses += [f"USING NAMED <{graph}>" for graph in sorted(named[1])]
    clause = " ".join(clauses)
    out, last, depth, before = [], 0, 0, ""
    for token in TOKEN.finditer(update):
        if brace := token["brace"]:
            depth += 1 if brace == "{" else -1
        elif (word := (token["word"] or "").upper()) and depth == 0:
            if word in ("USING", "WITH"):
                raise BadParameter(
                    Words(
                        f"the update has {word}, so the request cannot name graphs as well with "
                        "using-graph-uri or using-named-graph-uri",
                        f"pembaruan ini memuat {word}, jadi permintaannya tidak boleh menyebut "
                        "graf "
                        "lagi dengan using-graph-uri atau using-named-graph-uri",
                    )
                )
            if word == "WHERE":
                if before == "DELETE":  # DELETE WHERE P stands for DELETE P WHERE P
                    pattern = _group(update, token.end())
                    out += [update[last : token.start()], pattern, " ", clause, " WHERE"]
                else:
                    out += [update[last : token.start()], clause, " WHERE"]
                last = token.end()
            before = word
    return "".join([*out, update[last:]])


def _group(update: str, start: int) -> str:
    depth, first = 0, None
    for token in TOKEN.finditer(update, start):
        if brace := token["brace"]:
            first = token.start() if first is None else first
            depth += 1 if brace == "{" else -1
            if depth == 0:
                return update[first : token.end()]
    return ""
