"""Qualitative comparative analysis: cases, conditions and an outcome, as a truth table.

What is a member of which set is declared in a file, with a reason; what nobody knows is missing and
never 0. Minimizing the table is for the programs made for it, which read what is written here.
"""

from rembug.qca.calibrated import Calibrated, LeftOut, calibrate
from rembug.qca.setup import Setup, read, written
from rembug.qca.truth_table import Line, TruthTable, cases_csv, left_out_csv, truth_table

__all__ = [
    "Calibrated",
    "LeftOut",
    "Line",
    "Setup",
    "TruthTable",
    "calibrate",
    "cases_csv",
    "left_out_csv",
    "read",
    "truth_table",
    "written",
]
