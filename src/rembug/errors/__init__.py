"""Everything that can go wrong on purpose.

RembugError                                                                 exit   HTTP   in
├── Refused               the result would not conform to the shapes           1    422   changes
├── Unreviewed            what looks like a person would become public         1    422
├── EarlierVersions       whether versions are forgotten is not said           2    428
├── Conflict              the store changed while a commit was made            1    409
├── CannotApply           a graph that an update names is there, or not        1    409
├── Unreadable            a file cannot be parsed                              1    400   files
│   ├── Faulty            several faults of one file, each with its place      1    400
│   └── Missing           a file is not there                                  2    400
├── UnreadableFiles       so it is with several files                          1    400
│   └── MissingFiles      and one of them is not there                         2    400
├── CannotOpen            the system does not open what a person named         2    400
├── Damaged               a backup is not as it was written                    1    400
├── BadParameter          a value does not fit its parameter                   2    400   requests
├── UnknownName           no query, study, submission, … of that name          2    404
├── NothingToWrite        a study has nothing of what is asked                 2    404
├── Unauthorized          a token is needed, or is not known                   1    401
├── Forbidden             the caller may not do this                           1    403
├── Unsupported           a body in a format that is not read               2    415
├── NotAcceptable         no format that the caller reads                      2    406
├── QuerySyntaxError      a query cannot be parsed                             1    400   queries
├── NotEvaluated          the engine fails at a query                          1    500
├── TooLong               a query ran out of time                              1    503
├── TooMuchMemory         a query ran out of memory                            1    507
├── TooLarge              a result or an upload is too large                   1    413
├── TooMany               the caller has too many queries at once              1    429
├── Overloaded            too many slow queries are running                    1    503
├── EndpointFailed        an endpoint that a query calls did not answer        1    502
├── StoreFull             the disk has no room for what is written             3    507   store
├── StoreInUse            another process owns the store                       3    503
├── StoreUnreachable      the store cannot be opened or does not answer        3    503
│   └── Preparing         what lists or search need is being made              3    503
└── Ending                the service ended before it was done                 1    503

Each error says what is wrong, where, and what to do; it knows the exit code of a command that ends
with it (0 done, 1 refused, 2 wrong usage, 3 the store) and the status of an HTTP answer.
"""

from rembug.errors.causes import why, with_cause
from rembug.errors.changes import (
    CannotApply,
    Conflict,
    EarlierVersions,
    Refused,
    Unreviewed,
    Verdict,
)
from rembug.errors.files import (
    CannotOpen,
    Damaged,
    Faulty,
    Missing,
    MissingFiles,
    Unreadable,
    UnreadableFiles,
    faults_of,
)
from rembug.errors.queries import (
    EndpointFailed,
    NotEvaluated,
    Overloaded,
    QuerySyntaxError,
    TooLarge,
    TooLong,
    TooMany,
    TooMuchMemory,
)
from rembug.errors.requests import (
    KINDS,
    BadParameter,
    Forbidden,
    NotAcceptable,
    NothingToWrite,
    Unauthorized,
    UnknownName,
    Unsupported,
)
from rembug.errors.root import (
    RembugError,
    Words,
    several,
    visible,
)
from rembug.errors.store import (
    Ending,
    Preparing,
    StoreFull,
    StoreInUse,
    StoreUnreachable,
)

__all__ = [
    "KINDS",
    "BadParameter",
    "CannotApply",
    "CannotOpen",
    "Conflict",
    "Damaged",
    "EarlierVersions",
    "Ending",
    "EndpointFailed",
    "Faulty",
    "Forbidden",
    "Missing",
    "MissingFiles",
    "NotAcceptable",
    "NotEvaluated",
    "NothingToWrite",
    "Overloaded",
    "Preparing",
    "QuerySyntaxError",
    "Refused",
    "RembugError",
    "StoreFull",
    "StoreInUse",
    "StoreUnreachable",
    "TooLarge",
    "TooLong",
    "TooMany",
    "TooMuchMemory",
    "Unauthorized",
    "UnknownName",
    "Unreadable",
    "UnreadableFiles",
    "Unreviewed",
    "Unsupported",
    "Verdict",
    "Words",
    "faults_of",
    "several",
    "visible",
    "why",
    "with_cause",
]
