"""What went wrong in a worker, as whoever asked is told it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from rembug.errors import (
    BadParameter,
    CannotApply,
    EndpointFailed,
    Forbidden,
    NotEvaluated,
    QuerySyntaxError,
    RembugError,
    StoreFull,
    StoreUnreachable,
    TooLarge,
    TooLong,
    TooMuchMemory,
    Words,
    with_cause,
)
from rembug.graph import rdf_faults
from rembug.graph.query_faults import explained
from rembug.graph.workers.process import Job
from rembug.settings import Limits

_GRAPH: Final = re.compile(r"The graph (<.*>) (already exists|does not exist)", re.DOTALL)
"""What the engine says of an operation on a graph as a whole."""


def fault(reply: Mapping[str, Any], limits: Limits, job: Job) -> RembugError:
    """The error that a worker's reply tells of.

    Args:
        reply: what it said, with the kind of what went wrong as `error`.
        limits: that it kept to.
        job: that it was given.
    """
    message = str(reply.get("message", ""))
    words = Words(*reply["words"]) if "words" in reply else _of_the_engine(message)
    match reply["error"]:
        case "syntax":
            line, column = reply["place"]
            if job.text is not None:
                return explained(job.text, message, line, column, update=job.update)
            return QuerySyntaxError(rdf_faults.explained(message), line, column)  # an upload
        case "memory":
            return TooMuchMemory(
                Words(
                    f"it needs more than {limits.memory} MiB of memory; ask for less at a time, "
                    "or ask "
                    "the operator for more (--query-memory)",
                    f"perlu lebih dari {limits.memory} MiB memori; minta lebih sedikit sekaligus, "
                    "atau "
                    "minta pengelola menambahnya (--query-memory)",
                )
            )
        case "size":
            return TooLarge(
                Words(
                    f"the result is larger than {limits.result} MiB; ask for less at a time "
                    "(LIMIT and "
                    "OFFSET), or ask the operator for more (--largest-result)",
                    f"hasilnya lebih dari {limits.result} MiB; minta lebih sedikit sekaligus "
                    "(LIMIT dan "
                    "OFFSET), atau minta pengelola menambahnya (--largest-result)",
                )
            )
        case "full":
            return StoreFull(
                Words(
                    "the disk has no room for the answer; make room on it, or ask for less at a "
                    "time",
                    "penyimpanan tidak muat untuk jawaban ini; kosongkan ruang, atau minta lebih "
                    "sedikit",
                )
            )
        case "time":
            return TooLong(
                Words(
                    f"it used the processor for more than {limits.seconds:g} seconds; ask for less "
                    "at a time (LIMIT, more selective patterns)",
                    f"kueri ini memakai prosesor lebih dari {limits.seconds:g} detik; minta lebih "
                    "sedikit sekaligus (LIMIT, pola yang lebih khusus)",
                )
            )
        case "ended":
            return StoreUnreachable(
                Words(
                    "the worker that answered it was ended; try again",
                    "proses yang menjawabnya dihentikan; coba lagi",
                )
            )
        case "order":
            return NotEvaluated(
                Words(
                    "the engine cannot put values of so many types in one order; order by their "
                    "text, ORDER BY STR(?x), or by values of one type",
                    "mesin kueri tidak dapat mengurutkan nilai dari sekian banyak jenis; urutkan "
                    "menurut teksnya, ORDER BY STR(?x), atau menurut nilai dari satu jenis",
                )
            )
        case "crash":
            return QuerySyntaxError(
                Words(
                    "it is nested too deeply or too long for the engine to read",
                    "bersarang terlalu dalam atau terlalu panjang untuk dibaca",
                )
            )
        case "OSError" if message.startswith("IO error"):
            return StoreUnreachable(
                Words(
                    f"the store's files cannot be read: {message}",
                    f"berkas data tidak dapat dibaca: {message}",
                )
            )
        case "QuerySyntaxError":
            return QuerySyntaxError(words, *reply["place"])
        case "BadParameter":
            return BadParameter(words)
        case "Forbidden":
            return Forbidden(words)
        case "PermissionError" | "OSError" | "ConnectionError":
            return Forbidden(
                Words(
                    f"it calls another endpoint, which is not allowed: {message}",
                    f"kueri ini memanggil titik akhir lain, dan itu tidak boleh: {message}",
                )
            )
        case (
            "ConnectionAbortedError"
            | "ConnectionRefusedError"
            | "ConnectionResetError"
            | "TimeoutError"
            | "BrokenPipeError"
        ):
            return _of_an_endpoint(message)
        case "RuntimeError" if "by service <" in message:
            return _of_an_endpoint(message)
        case "RuntimeError" if named := _GRAPH.fullmatch(message):
            graph, there = named[1], named[2] == "already exists"
            return CannotApply(
                Words(
                    f"the graph {graph} {named[2]}; with SILENT this is ignored",
                    f"graf {graph} {'sudah' if there else 'tidak'} ada; dengan SILENT hal ini "
                    "diabaikan",
                )
            )
        case "RecursionError":
            return QuerySyntaxError(
                Words("it is nested too deeply to be read", "bersarang terlalu dalam untuk dibaca"),
                *reply["place"],
            )
        case kind:
            return QuerySyntaxError(_of_the_engine(message or kind))


def _of_an_endpoint(message: str) -> EndpointFailed:
    return EndpointFailed(
        with_cause(
            "another endpoint that it calls did not answer as it should; nothing is known of its "
            "rows",
            "titik akhir lain yang dipanggil kueri ini tidak menjawab semestinya; isinya tidak "
            "diketahui",
            message,
        )
    )


def _of_the_engine(message: str) -> Words:
    """What the engine says, which knows English alone."""
    return with_cause("it cannot be read", "tidak dapat dibaca", message)
