"""What a run leaves behind in libraries: which warnings were shown, how its loggers are set up.

The code around a run has no use for these, so they stay where they are when a run pauses. They
are changed over when another run comes in, or the same one at another time.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

_REGISTRY = "__warningregistry__"
_VERSION = "version"

# The loggers that scripts have made, by name.
_made: set[str] = set()

# Which warnings are noted in the libraries, and whether more may have been since. To look into
# every module takes a millisecond.
_present: dict[str, dict[Any, Any]] = {}
_more = True


class Traces(NamedTuple):
    """The traces of one run.

    ``shown`` holds, for each module, which of its warnings were shown; ``loggers`` the set-up of
    loggers that scripts have made.
    """

    shown: dict[str, dict[Any, Any]]
    loggers: dict[str, tuple[Any, ...]]


NO_TRACES = Traces({}, {})


def note_warning() -> None:
    """A warning has been shown, or may have been."""
    global _more
    _more = True


def read_traces() -> Traces:
    """The traces that are in the libraries now."""
    global _present, _more
    if _more:
        version = filters_version()
        _present, _more = (
            {
                name: {key: value for key, value in registry.items() if key != _VERSION}
                for name, registry in _registries()
                if registry.get(_VERSION) == version
            },
            False,
        )
    return Traces(_present, {logger.name: _set_up(logger) for logger in _loggers()})


def write_traces(traces: Traces) -> None:
    """Put these traces in place of those that are there."""
    global _present, _more
    if _more or (_present is not traces.shown and (_present or traces.shown)):
        version = filters_version()
        for name, registry in _registries():
            registry.clear()
            if name in traces.shown:
                registry.update(traces.shown[name])
                registry[_VERSION] = version
    _present, _more = traces.shown, False
    for logger in _loggers():
        level, handlers, filters, logger.propagate, logger.disabled = traces.loggers.get(
            logger.name, (0, (), (), True, False)
        )
        logger.handlers[:], logger.filters[:] = handlers, filters
        if logger.level is not level:  # it empties the caches of all of them
            logger.setLevel(level)


def filters_version() -> object:
    """How often the filters of warnings have been changed, as Python counts it. It shows a
    warning again once this has changed, and has no other way to ask for it."""
    registry: dict[Any, Any] = {}
    kept = warnings.filters
    warnings.filters = [("ignore", None, Warning, None, 0)]
    try:
        warnings.warn_explicit("", Warning, "", 0, registry=registry)
    finally:
        warnings.filters = kept
    return registry.get(_VERSION)


def stamp_again(old: object, new: object) -> None:
    """Somebody else has changed the filters of warnings in between. What the run has shown it
    has shown all the same."""
    for _, registry in _registries(main=True):
        if registry.get(_VERSION) == old:
            registry[_VERSION] = new


def logger_count() -> int:
    """How many loggers there are."""
    return len(_logger_dict())


def note_loggers(before: int) -> None:
    """A script has run. Those of the loggers made since there were ``before`` that are not of a
    library are its own."""
    loggers = _logger_dict()
    for name in islice(reversed(loggers), len(loggers) - before):
        if name == "__main__" or name not in sys.modules:
            _made.add(name)


def _logger_dict() -> dict[str, Any]:
    logging: Any = sys.modules.get("logging")
    found: dict[str, Any] = logging.root.manager.loggerDict if hasattr(logging, "root") else {}
    return found


def _loggers() -> Iterator[Any]:
    loggers = _logger_dict()
    for name in _made & set(loggers):
        if hasattr(loggers[name], "handlers"):  # else it only holds a place
            yield loggers[name]


def _set_up(logger: Any) -> tuple[Any, ...]:
    handlers, filters = tuple(logger.handlers), tuple(logger.filters)
    return logger.level, handlers, filters, logger.propagate, logger.disabled


def _registries(*, main: bool = False) -> Iterator[tuple[str, dict[Any, Any]]]:
    """The modules that have shown warnings. Those of a script are among its names."""
    for name, module in list(sys.modules.items()):
        registry = getattr(module, "__dict__", {}).get(_REGISTRY)
        if type(registry) is dict and (main or name != "__main__"):
            yield name, registry
