"""Repositories on SPARQL servers that answer for a kind of reader what they were tried with."""
