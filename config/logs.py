"""Log lines for people (console) or for machines (json, one object a line), and Sentry when it is configured."""

import json
import logging
import os
import sys
import threading
from typing import Any

from celery._state import get_current_task

from devserver import local
from web import request_ids

# What every LogRecord has; anything else was passed as `extra=` and belongs into the line.
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request", "server_time"}


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if number := request_ids.present():
            line["request_id"] = number
        if task := get_current_task():
            line |= {"task": task.name, "task_id": task.request.id}
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        # default=str: what is passed as `extra` must never make the line itself fail.
        return json.dumps(line, ensure_ascii=False, default=str)


def logging_config(log_format: str) -> dict[str, object]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "console": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s", "datefmt": "%H:%M:%S"},
            "json": {"()": "config.logs.JsonFormatter"},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "json" if log_format == "json" else "console"},
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # The default handler of "django" writes a second copy of each line.
            "django": {"handlers": [], "propagate": True, "level": "INFO"},
            "django.server": {"handlers": [], "propagate": True},
            # One warning a 4xx would be a log that strangers write.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "ERROR"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            # One line a call of a channel, with the whole address and what was signed.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            # gunicorn would write lines of its own form (config/gunicorn.py).
            "gunicorn.error": {"propagate": True},
            "gunicorn.access": {"propagate": True, "level": "INFO" if os.environ.get("ACCESS_LOG") else "ERROR"},
        },
    }


def chosen_format() -> str:
    """`json` or `console`: known before Django's settings are, because gunicorn logs earlier."""
    debug = local.get("DJANGO_DEBUG").lower() in local.YES
    return local.get("LOG_FORMAT") or ("console" if debug else "json")


def every_line(log_format: str) -> None:
    """For web, worker and beat: warnings and whatever ends the process or a thread are log lines too."""
    if log_format != "json":
        return
    logging.captureWarnings(True)
    sys.excepthook = _ended
    threading.excepthook = lambda of: _ended(of.exc_type, of.exc_value, of.exc_traceback)


def write_line(message: str, stream: Any = None) -> None:
    """In the place of Celery's own, which prints "Warm shutdown". Called by a signal's handler, so not by `logging`:
    the signal may have come in the middle of a line."""
    fields = {"name": "celery.worker", "msg": message.strip(), "levelname": "WARNING", "levelno": logging.WARNING}
    os.write(2, f"{JsonFormatter().format(logging.makeLogRecord(fields))}\n".encode())


def _ended(kind: type[BaseException], error: BaseException | None, trace: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("uncaught").critical("%s", kind.__name__, exc_info=(kind, error or kind(), trace))


def start_sentry(dsn: str) -> None:
    if not dsn:
        return
    import sentry_sdk

    # Names, addresses and phone numbers of buyers stay in the house.
    sentry_sdk.init(dsn=dsn, send_default_pii=False, max_request_body_size="never", include_local_variables=False)
