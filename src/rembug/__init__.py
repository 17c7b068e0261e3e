"""Rembug: a knowledge graph and semantic query service for collaborative governance."""

import logging
from importlib.metadata import version

__version__ = version("rembug")

# It tells, with a traceback, of each literal that Python has no value for; the gate judges those.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)
