"""Logs as lines of JSON, one an event, where the environment asks for them: ``LSTM_LOG=json``.

Each has ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``process`` and ``message``, an ``error`` with its traceback
where there is one, and whatever else was said by ``extra=``.
"""

import json
import logging
import os
import sys
from datetime import UTC, datetime
from types import TracebackType

LOG_VARIABLE, AS_JSON = "LSTM_LOG", "json"
OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One line a record, whatever is in it.

    >>> record = logging.makeLogRecord({"name": "store", "msg": "away:\\n%s", "args": ("db",), "levelname": "WARNING"})
    >>> found = json.loads(JsonLines().format(record))
    >>> found["message"], found["level"], found["logger"]
    ('away:\\ndb', 'WARNING', 'store')
    """

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        said |= {name: value for name, value in vars(record).items() if name not in OF_EVERY_RECORD}
        return json.dumps(said, ensure_ascii=True, default=str)


def as_json() -> bool:
    """Whether the environment asks for JSON."""
    return os.environ.get(LOG_VARIABLE, "").strip().lower() == AS_JSON


def set_up_logs() -> None:
    """Have all that this process logs, its warnings and what ends it too, on the standard error as JSON, if asked."""
    if not as_json():
        return
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, JsonLines) for handler in root.handlers):
        handler = logging.StreamHandler()
        handler.setFormatter(JsonLines())
        root.handlers[:] = [handler]
    root.setLevel(min(root.level or logging.INFO, logging.INFO))
    logging.captureWarnings(True)
    sys.excepthook = log_end
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        if logger.handlers:  # of libraries, which would write in their own way
            logger.handlers.clear()
            logger.propagate = True


def log_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What ends a process, as Python would print it."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger(__name__).critical("%s", error, exc_info=(kind, error, trace))
