"""Links to other datasets: propose from a table, review by a person, publish as a linkset."""

from rembug.linking.linkset import decided, linkset
from rembug.linking.match import Proposal, Row, Table, propose, read_table
from rembug.linking.review import Decision, read_review, write_proposals

__all__ = [
    "Decision",
    "Proposal",
    "Row",
    "Table",
    "decided",
    "linkset",
    "propose",
    "read_review",
    "read_table",
    "write_proposals",
]
