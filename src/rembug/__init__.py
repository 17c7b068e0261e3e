"""Rembug: a knowledge graph and semantic query service for collaborative governance."""

from importlib.metadata import version

__version__ = version("rembug")
