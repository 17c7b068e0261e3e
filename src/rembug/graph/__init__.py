"""The graph: read it, ask it, commit to it. Everything else in Rembug goes through here.

Behind it stands a Backend: the embedded engine, or the socket of the service that owns it.
"""

from rembug.graph.deadline import asked_by, batches, limited, within_time
from rembug.graph.knowledge_graph import KnowledgeGraph
from rembug.graph.lookups import looked_up
from rembug.graph.model import (
    N_TRIPLES,
    UNNAMED,
    Answer,
    Asker,
    Change,
    Confined,
    Content,
    Grounds,
    Named,
    Place,
    Reads,
    Role,
    Row,
    Rows,
    Scope,
    Term,
    Tried,
)
from rembug.graph.passing import passing_folder
from rembug.graph.reader import (
    OBJECT,
    PREDICATE,
    SUBJECT,
    Edited,
    Merged,
    Reader,
    Remembering,
    Triple,
    Whole,
)
from rembug.graph.readers.access import DefaultGraph
from rembug.graph.readers.cache import changes_by_itself
from rembug.graph.readers.kinds import name_of
from rembug.graph.record.server import Server
from rembug.graph.repositories.repository import Repository
from rembug.graph.repositories.trial import Case, Trial
from rembug.graph.scratch import Scratch
from rembug.graph.spill import as_kept, spilling_graph
from rembug.graph.syntax import (
    FORMATS,
    LocatedQuad,
    as_graph,
    as_triples,
    convert,
    graph_of,
    lines_of,
    n_triples,
    nodes_from_text,
    term_of,
    triples_to_text,
    write_graphs,
)
from rembug.graph.workers.parsing import parse
from rembug.graph.workers.process import Ended
from rembug.graph.workers.reading import Places, decoded
from rembug.settings import Limits, Location

__all__ = [
    "FORMATS",
    "N_TRIPLES",
    "OBJECT",
    "PREDICATE",
    "SUBJECT",
    "UNNAMED",
    "Answer",
    "Asker",
    "Case",
    "Change",
    "Confined",
    "Content",
    "DefaultGraph",
    "Edited",
    "Ended",
    "Grounds",
    "KnowledgeGraph",
    "Limits",
    "LocatedQuad",
    "Location",
    "Merged",
    "Named",
    "Place",
    "Places",
    "Reader",
    "Reads",
    "Remembering",
    "Repository",
    "Role",
    "Row",
    "Rows",
    "Scope",
    "Scratch",
    "Server",
    "Term",
    "Trial",
    "Tried",
    "Triple",
    "Whole",
    "as_graph",
    "as_kept",
    "as_triples",
    "asked_by",
    "batches",
    "changes_by_itself",
    "convert",
    "decoded",
    "graph_of",
    "limited",
    "lines_of",
    "looked_up",
    "n_triples",
    "name_of",
    "nodes_from_text",
    "parse",
    "passing_folder",
    "spilling_graph",
    "term_of",
    "triples_to_text",
    "within_time",
    "write_graphs",
]
