"""What goes through the private socket: a line of JSON each way; errors and scopes in it."""

from collections.abc import Mapping
from typing import Any

from rembug import errors
from rembug.errors import RembugError, Words
from rembug.graph.model import Grounds, Scope


def error_to_json(error: RembugError) -> dict[str, object]:
    """An error as JSON says it: its kind, its words, and what else it knows."""
    about = {name: value for name, value in vars(error).items() if _is_plain(value)}
    return {"error": type(error).__name__, "message": str(error), "about": about}


def error_from_json(told: Mapping[str, Any]) -> RembugError:
    """The error that the other end raised."""
    kind = getattr(errors, str(told["error"]), RembugError)
    error: RembugError = kind.__new__(kind, str(told["message"]))
    error.args = (str(told["message"]),)
    for name, value in told["about"].items():
        setattr(error, name, Words(*value) if name in ("words", "why") else value)
    return error


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float)


def scope_to_json(scope: Scope) -> dict[str, object]:
    """Which graphs are looked in, as JSON says it."""
    return {
        "only": _list(scope.only),
        "without": sorted(scope.without),
        "all": scope.restricted,
    }


def _list(graphs: frozenset[str] | None) -> list[str] | None:
    return None if graphs is None else sorted(graphs)


def scope_from_json(told: Mapping[str, object]) -> Scope:
    """Which graphs are looked in."""
    return Scope(_set(told["only"]), _set(told["without"]) or frozenset(), bool(told["all"]))


def grounds_to_json(grounds: Grounds) -> dict[str, object]:
    """What something rests on, as JSON says it."""
    return {
        "graphs": sorted(grounds.graphs),
        "within": grounds.within,
        "predicates": sorted(grounds.predicates),
    }


def grounds_from_json(told: Mapping[str, object]) -> Grounds:
    """What something rests on."""
    graphs, predicates = _set(told["graphs"]), _set(told["predicates"])
    return Grounds(graphs or frozenset(), str(told["within"]), predicates or frozenset())


def _set(graphs: object) -> frozenset[str] | None:
    return frozenset(map(str, graphs)) if isinstance(graphs, list) else None
