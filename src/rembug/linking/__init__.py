"""Links to other datasets: propose from a table, review by a person, publish as a linkset."""

from rembug.linking.linkset import decided, linkset
from rembug.linking.match import Proposal, Row, Table, propose, read_table
from rembug.linking.review import (
    Decision,
    read_proposals,
    read_review,
    write_blind,
    write_decisions,
    write_proposals,
)
from rembug.linking.reviewers import Joint, together

__all__ = [
    "Decision",
    "Joint",
    "Proposal",
    "Row",
    "Table",
    "decided",
    "linkset",
    "propose",
    "read_proposals",
    "read_review",
    "read_table",
    "together",
    "write_blind",
    "write_decisions",
    "write_proposals",
]
