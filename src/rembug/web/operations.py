"""/health and /metrics: for operators and their probes. Logs: a line of JSON for each request."""

import json
import logging
import secrets
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, cast

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from rembug import gate
from rembug.errors import Refused
from rembug.graph import KnowledgeGraph, Role
from rembug.web.callers import PUBLIC, Caller, caller, note_reading, probe, role
from rembug.web.context import graph
from rembug.web.direct import Direct
from rembug.web.kept import Kept, id_of

blueprint = Blueprint("operations", __name__)

_TRIED: Final = 60  # seconds that a gate which judged counts as one that does
_BUCKETS: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
_log: Final = logging.getLogger("rembug.http")


class Metrics:
    """The counters of one application, and how its graph is."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        """With counters at zero."""
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "rembug_requests", "Requests by room and status.", ("room", "status"),
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "rembug_request_seconds", "Time to an answer.", ("room",), buckets=_BUCKETS,
            registry=self.registry,
        )  # fmt: skip
        # Of few rooms and states; to find one by its labels takes as long as to count.
        self.counter = lru_cache(maxsize=512)(self.requests.labels)
        self.timer = lru_cache(maxsize=128)(self.seconds.labels)
        self.refusals = Counter(
            "rembug_refusals", "Writes that the gate refused.", registry=self.registry
        )
        self.registry.register(_Graph(graph))
        self.restricted = CollectorRegistry()
        self.restricted.register(_Size(graph))


class _Graph(Collector):
    """Asks the graph when it is asked."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("rembug_commits", "Version of the store.", self._graph.version)
        cache = self._graph.cache
        asked = CounterMetricFamily("rembug_cache", "Looks into the cache.", labels=["found"])
        asked.add_metric(["yes"], cache.hits)
        asked.add_metric(["no"], cache.misses)
        yield asked
        if (workers := self._graph.workers) is None:
            return
        tally = workers.tally
        outcomes = CounterMetricFamily(
            "rembug_queries", "Callers' queries by outcome.", labels=["outcome"]
        )
        outcomes.add_metric(["answered"], tally.answered)
        for outcome, count in [*tally.failed.items(), *tally.killed.items()]:
            outcomes.add_metric([outcome], count)
        yield outcomes
        yield CounterMetricFamily(
            "rembug_workers_killed", "Workers ended by us.", value=tally.killed.total()
        )
        crew = workers.crew
        yield CounterMetricFamily("rembug_workers_started", "Workers started.", value=crew.started)
        yield GaugeMetricFamily("rembug_workers_busy", "Workers that run a query.", workers.busy)
        yield GaugeMetricFamily(
            "rembug_workers_sealed", "Whether workers are without network.", crew.sealed
        )
        yield GaugeMetricFamily(
            "rembug_workers_confined", "Whether workers open no other file.", crew.confined
        )
        yield GaugeMetricFamily("rembug_queries_waiting", "Queries in the queue.", workers.waiting)


class _Size(Collector):
    """How much there is: with what anybody may count, that tells how much is restricted."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("rembug_quads", "Quads in the store.", len(self._graph))


def install(app: Flask, graph: KnowledgeGraph) -> None:
    """Give every request an id, a line in the log and its place in the metrics."""
    app.extensions["rembug"]["metrics"] = metrics = Metrics(graph)

    @app.before_request
    def begin() -> None:
        g.request_id = id_of(request.environ)
        g.begun = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        spent = time.perf_counter() - g.get("begun", time.perf_counter())
        response.headers["X-Request-Id"] = name = g.get("request_id", "")
        room, status = request.endpoint or "none", response.status_code
        _tell(metrics, room, status, request.method, request.path, name, spent, caller())
        if status == Refused.http_status:
            metrics.refusals.inc()
        if request.blueprint not in (None, "operations", "account", "openapi", "static"):
            note_reading(status, graph.version)
        return response

    def again(room: str, method: str, path: str, name: str, seconds: float) -> None:
        _tell(metrics, room, 200, method, path, name, seconds, PUBLIC)

    direct = Direct(app.wsgi_app, graph, again)
    kept = Kept(direct, lambda: (graph.shown(Role.PUBLIC), graph.version), again)
    graph.forgetting.append(kept.forget)
    app.extensions["rembug"]["kept"] = kept
    app.wsgi_app = kept  # type: ignore[method-assign, assignment]


def _tell(
    metrics: Metrics,
    endpoint: str,
    status: int,
    method: str,
    path: str,
    name: str,
    seconds: float,
    who: Caller,
) -> None:
    room = endpoint.partition(".")[0]
    metrics.counter(room, status).inc()
    metrics.timer(room).observe(seconds)
    # Probes come every few seconds, the first before anybody was told that the service answers.
    level = logging.DEBUG if room == blueprint.name and status < 400 else logging.INFO
    if not _log.isEnabledFor(level):
        return
    line = {
        "request": name,
        "method": method,
        # The query string stays out: it may hold what an informant said.
        "path": path,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "caller": who.name,
        "role": who.role.name.lower(),
    }
    _log.log(level, "%s %s", method, path, extra={"fields": line})


class _Lines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if fields := getattr(record, "fields", None):
            line |= fields
        else:
            line["message"] = record.getMessage()
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_to_stderr(*, quiet: bool = False) -> None:
    """Write what is logged to standard error, a line of JSON each; quiet: warnings alone."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(
        level=logging.WARNING if quiet else logging.INFO, handlers=[handler], force=True
    )
    logging.getLogger("waitress").setLevel(logging.WARNING)


@blueprint.get("/health/live")
def live() -> Response:
    """The process answers."""
    return Response("live\n", mimetype="text/plain")


@lru_cache(maxsize=1)
def _try_the_gate(_turn: int) -> None:
    """Once a minute at most: it costs a tenth of a second, and a probe comes every few. A failure
    is not kept."""
    gate.prepare()


@blueprint.get("/health/ready")
def ready() -> Response:
    """A query can be answered, by a worker as a caller's would be, and the gate judges."""
    _try_the_gate(int(time.monotonic() // _TRIED))
    graph().answer(f"ASK {{ FILTER({secrets.randbits(48)} > 0) }}", asker=probe())
    return Response("ready\n", mimetype="text/plain")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counters in Prometheus's text format; the size of the store for who may read all of it."""
    from flask import current_app

    found = cast(Metrics, current_app.extensions["rembug"]["metrics"])
    told = generate_latest(found.registry)
    if isinstance(role(), Role) and role() != Role.PUBLIC:
        told += generate_latest(found.restricted)
    return Response(told, content_type=CONTENT_TYPE_LATEST)
