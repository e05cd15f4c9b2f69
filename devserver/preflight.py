"""What must hold before `make run` starts anything. Each fault is one sentence that says what to do."""

import os
import socket
from urllib.parse import urlsplit

OLDEST_POSTGRESQL = 15


class Refused(Exception):
    """One sentence for a person."""


def port() -> int:
    """A free one, from PORT."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Refused(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    with socket.socket() as probe:
        # As gunicorn does: after a restart the port may still be in TIME_WAIT, which is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except PermissionError:
            raise Refused(f"Port {text} needs more rights. Take one above 1023: make run PORT=8000") from None
        except OSError:
            raise Refused(f"Port {text} is in use. Stop what uses it, or take another: make run PORT=8001") from None
    return int(text)


def database() -> None:
    """Where DATABASE_URL is set: PostgreSQL, new enough, answering. The URL holds a password and is not repeated."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return
    import psycopg2

    if urlsplit(url).scheme not in ("postgres", "postgresql"):
        raise Refused("DATABASE_URL must begin with postgresql://; PostgreSQL is the only engine.")
    try:
        link = psycopg2.connect(url, connect_timeout=5)
    except psycopg2.Error as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise Refused(f"The database of DATABASE_URL does not answer: {reason}") from None
    version = link.server_version // 10_000
    link.close()
    if version < OLDEST_POSTGRESQL:
        raise Refused(f"DATABASE_URL names PostgreSQL {version}; {OLDEST_POSTGRESQL} or newer is needed.")


def broker() -> None:
    """Where CELERY_BROKER_URL names Redis: it answers."""
    url = os.environ.get("CELERY_BROKER_URL") or ""
    if not url.startswith(("redis://", "rediss://")):
        return
    import redis

    try:
        link = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        link.ping()
        link.close()
    except (redis.RedisError, ValueError) as error:
        raise Refused(f"The broker of CELERY_BROKER_URL does not answer: {error}") from None
