"""How commands speak with a person at a terminal: options, stores, questions, tables, progress."""

from rembug.terminal.notes import confirm, counting, ended_tidily, progress, say, tell, wrote
from rembug.terminal.options import Input, Output, format_option, role_option, store_option, text
from rembug.terminal.queries import pair, query_text
from rembug.terminal.stores import (
    existing,
    existing_or_blank,
    existing_or_new,
    require,
    with_frameworks,
)
from rembug.terminal.tables import listing, short, table

__all__ = [
    "Input",
    "Output",
    "confirm",
    "counting",
    "ended_tidily",
    "existing",
    "existing_or_blank",
    "existing_or_new",
    "format_option",
    "listing",
    "pair",
    "progress",
    "query_text",
    "require",
    "role_option",
    "say",
    "short",
    "store_option",
    "table",
    "tell",
    "text",
    "with_frameworks",
    "wrote",
]
