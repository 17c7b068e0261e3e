"""How the graph changes, in the order in which a change goes through this room.

A file is looked at before it is stored (`staging`), becomes a submission (`submissions`) or comes
by name or by SPARQL Update (`updates`); its edit (`edits`) is judged with what follows from it
(`inferences`) and committed with its record (`commits`, `provenance`). `differences` compares
versions, `studies` makes the studies that all of it belongs to.
"""
