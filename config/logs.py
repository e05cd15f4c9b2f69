"""Log lines for people (console) or for machines (json, one object a line), and Sentry when it is configured."""

import json
import logging

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
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
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
        },
    }


def start_sentry(dsn: str) -> None:
    if not dsn:
        return
    import sentry_sdk

    # Names, addresses and phone numbers of buyers stay in the house.
    sentry_sdk.init(dsn=dsn, send_default_pii=False, max_request_body_size="never")
