"""Why a query or an update is not answered: its syntax, a limit, another endpoint."""

from rembug.errors.root import RembugError, Words


class QuerySyntaxError(RembugError):
    """A SPARQL text that cannot be parsed, with line and column where they are known."""

    def __init__(self, reason: Words, line: int | None = None, column: int | None = None) -> None:
        self.why = reason
        self.reason, self.line, self.column = self.why.en, line, column
        en, id_ = "", ""
        if line is not None:
            en, id_ = f" at line {line}, column {column}", f" di baris {line}, kolom {column}"
        super().__init__(
            Words(
                f"syntax error{en}: {self.why.en}",
                f"kesalahan penulisan{id_}: {self.why.id}",
            )
        )


class NotEvaluated(RembugError):
    """A query that is written rightly and that the engine fails at (SPARQL 1.1 Protocol §2.1.6)."""

    http_status = 500


class TooLong(RembugError):
    """A query that was ended when its time was over."""

    http_status = 503
    retry_after = 30


class TooMuchMemory(RembugError):
    """A query that was ended when it needed more memory than it may have."""

    http_status = 507


class TooLarge(RembugError):
    """A result or an upload that is larger than the settings allow."""

    http_status = 413


class TooMany(RembugError):
    """More queries at once than one caller may have, with the queue full."""

    http_status = 429
    retry_after = 5


class Overloaded(RembugError):
    """A slow query that was ended since as many slow ones run as may."""

    http_status = 503
    retry_after = 10


class EndpointFailed(RembugError):
    """Another endpoint that a query calls did not answer as SPARQL endpoints do."""

    http_status = 502
