"""Links to other datasets: propose from a table, review by a person, publish as a linkset."""

from rembug.linking.linkset import Band, calibration, decided, linkset, lost, undescribed
from rembug.linking.match import Table, propose, read_table
from rembug.linking.model import Proposal, Row
from rembug.linking.review import (
    Decision,
    read_proposals,
    read_review,
    write_blind,
    write_decisions,
    write_proposals,
)
from rembug.linking.reviewers import Joint, together
from rembug.linking.standing import Standing

__all__ = [
    "Band",
    "Decision",
    "Joint",
    "Proposal",
    "Row",
    "Standing",
    "Table",
    "calibration",
    "decided",
    "linkset",
    "lost",
    "propose",
    "read_proposals",
    "read_review",
    "read_table",
    "together",
    "undescribed",
    "write_blind",
    "write_decisions",
    "write_proposals",
]
