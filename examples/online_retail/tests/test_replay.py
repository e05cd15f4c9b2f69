"""The replay of a small file, against a second, tiny computation of the rule."""

import csv
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import connection

from examples.online_retail import database
from examples.online_retail.replay import main
from examples.online_retail.rule import Rule, entries, survey

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
ROWS = """
500001,CUP,Cup,6,2010-12-01 08:26:00,2.55,17850.0,UK
500001,CUP,Cup,4,2010-12-01 08:26:00,2.55,17850.0,UK
500001,JUG,"Jug, large",1,2010-12-01 08:26:00,10.00,17850.0,UK
C500002,CUP,Cup,-5,2010-12-01 09:00:00,2.55,17850.0,UK
C500003,CUP,Cup,-5,2010-12-01 09:01:00,2.55,17850.0,UK
500004,JUG,Jug,2,2010-12-02 10:00:00,10.0,17850,UK
C500005,JUG,Jug,-1,2010-12-02 11:00:00,10,17850.0,UK
C500006,JUG,Jug,-1,2010-12-02 11:00:00,9.99,17850.0,UK
C500006,JUG,Jug,-1,2010-12-02 11:00:00,10.00,12345.0,UK
500007,CUP,Cup,5,2010-12-03 10:00:00,2.55,,UK
500007,CUP,Cup,5,2010-12-03 10:00:00,0.00,17850.0,UK
500007,CUP,Cup,5,2010-12-03 10:00:00,0.001,17850.0,UK
500007,CUP,Cup,-5,2010-12-03 10:00:00,2.55,17850.0,UK
A500008,CUP,Adjust,1,2010-12-03 10:00:00,-11062.06,17850.0,UK
500009,CUP,Cup,3,2010-12-05 16:57:00,2.55,99.0,UK
500010,CUP,Cup,3,2010-12-05 16:58:00,2.55,98.0,UK
500009,CUP,Cup,7,2010-12-05 16:58:00,2.55,99.0,UK
C500011,CUP,Cup,-3,2011-07-10 12:00:00,2.55,99.0,UK
C500012,CUP,Cup,-4,2011-07-10 12:00:00,2.55,99.0,UK
C500013,CUP,Cup,-4,2011-07-10 12:00:00,2.55,99.0,UK
500014,CUP,Cup,1,2011-03-27 01:30:00,2.55,97.0,UK
"""


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "retail.csv"
    path.write_text(HEADER + ROWS)
    return path


def by_hand(path):
    """The rule once more, as plainly as it can be said."""
    sold: list[list[Any]] = []  # key, units that are left, invoice, units sold
    matched: list[tuple[str, int]] = []
    skipped: dict[str, int] = {}
    unmatched, money = 0, Decimal(0)
    for row in csv.DictReader(path.open()):
        price, units = Decimal(row["UnitPrice"]), int(row["Quantity"])
        cancels = row["InvoiceNo"].startswith("C")
        reason = (
            "no customer" if not row["CustomerID"] else "no price" if price <= 0
            else "sub-cent price" if price * 100 % 1 else "negative sale" if units <= 0 and not cancels else ""
        )  # fmt: skip
        if reason:
            skipped[reason] = skipped.get(reason, 0) + 1
            continue
        key = (row["CustomerID"].split(".")[0], row["StockCode"], price)
        if not cancels:
            sold.append([key, units, row["InvoiceNo"], units])
            continue
        for line in reversed(sold):
            if line[0] == key and line[1] >= -units:
                line[1] += units
                matched.append((line[2], -units))
                money += price * -units
                break
        else:
            unmatched += 1
    return {
        "orders": len({line[2] for line in sold}), "lines": len(sold),
        "paid": str(sum((line[0][2] * line[3] for line in sold), Decimal(0)).quantize(Decimal("0.01"))),
        "returns": len(matched) + unmatched, "matched": len(matched), "unmatched": unmatched,
        "refunded": str(money.quantize(Decimal("0.01"))), "skipped": skipped,
    }, matched  # fmt: skip


def test_the_rule_finds_what_a_second_computation_finds(file):
    rule = Rule()
    with file.open() as text:
        rows = list(rule.sales(entries(text)))
    expected, matched = by_hand(file)
    assert len(rows) == expected["lines"]
    assert [(wanted.order_no, wanted.quantity) for wanted in rule.returns] == matched
    assert dict(rule.tally.skipped) == expected["skipped"]
    assert rule.tally.skipped == {"no customer": 1, "no price": 2, "sub-cent price": 1, "negative sale": 1}


def test_the_latest_line_with_units_enough(file):
    """Five of the second line do not fit into its four; five more do not fit into the one that is left of six."""
    rule = Rule()
    with file.open() as text:
        list(rule.sales(entries(text)))
    found = [(wanted.order_no, wanted.position, wanted.quantity) for wanted in rule.returns]
    assert found == [("500001", 1, 5), ("500004", 1, 1), ("500009", 2, 3), ("500009", 2, 4)]


def test_scattered_invoices_are_known(file):
    with file.open() as text:
        assert survey(entries(text)) == (8, {"500009": 2})


def replay(*arguments):
    name = connection.settings_dict
    url = f"postgresql://{name['USER']}@{name['HOST'].replace('/', '%2F')}:{name['PORT'] or 5432}/{name['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "PGPASSWORD": name["PASSWORD"] or ""}
    return subprocess.run(
        [sys.executable, "-m", "examples.online_retail.replay", *map(str, arguments)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def databases():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'retail_replay_%'")
        return {name for (name,) in cursor.fetchall()}


KEPT = """
    SELECT o.currency, p.window_days, t.status FROM aftersales_ticket t
    JOIN orders_order o ON o.id = t.order_id JOIN accounts_policy p ON p.id = o.policy_id
"""


@pytest.mark.slow
@pytest.mark.django_db
def test_the_whole_replay(file):
    """With `--keep`: making a database takes longer than all of the replay, and what is in it can be looked at."""
    done = replay(file, "--keep")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    expected, _ = by_hand(file)
    assert {name: result[name] for name in expected} == expected
    assert result["seconds"] > 0
    assert result["return_ms_median"] > 0
    assert "no difference" in done.stderr
    assert "returns: 100%" in done.stderr
    kept = done.stderr.split("kept as ")[1].split(".")[0]
    assert kept in databases()
    own = connection.get_connection_params() | {"dbname": kept}
    own = {key: own[key] for key in ("dbname", "user", "password", "host", "port") if own.get(key)}
    with psycopg2.connect(**own) as other, other.cursor() as cursor:
        cursor.execute(KEPT)
        assert set(cursor.fetchall()) == {("GBP", 400, "completed")}
    other.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{kept}" WITH (FORCE)')


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("keep", [False, True])
def test_the_database_is_dropped_unless_it_is_to_be_kept(monkeypatch, keep):
    monkeypatch.setattr(database, "call_command", lambda *_, **__: None)  # an empty one will do
    with database.fresh_database(keep=keep) as name:
        assert name in databases()
    assert (name in databases()) == keep
    if keep:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_no_file(tmp_path):
    with pytest.raises(SystemExit, match="There is no file"):
        main([str(tmp_path / "none.csv")])


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(("text", "sentence"), [
    ("a,b\n1,2\n", "not the retail file: its header has no InvoiceNo"),
    (f"{HEADER}\n500001,CUP,Cup,six,2010-12-01 08:26:00,2.55,17850.0,UK\n", "Row 2 cannot be read"),
])  # fmt: skip
def test_a_file_of_something_else(tmp_path, text, sentence):
    path = tmp_path / "x.csv"
    path.write_text(text)
    before = databases()
    done = replay(path)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert databases() <= before
