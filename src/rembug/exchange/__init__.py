"""A study out again: its coding, its tables, its findings as nanopublications, all as a crate."""

from rembug.exchange.coding import qdpx
from rembug.exchange.crate import crate
from rembug.exchange.nanopublications import nanopublications
from rembug.exchange.tables import tables, zipped

__all__ = ["crate", "nanopublications", "qdpx", "tables", "zipped"]
