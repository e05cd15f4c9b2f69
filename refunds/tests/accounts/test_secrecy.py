"""What of a secret can be seen: nothing, by whatever way."""

import io
import logging
import sys
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from fakes.keys import Pair
from refunds import services
from refunds.gateways import Misconfigured, build_account
from refunds.gateways.keys import private_key
from refunds.models import MerchantAccount
from tests.world import World

from .conftest import ADD, KEY, SECRET
from .test_services import opened

TYPES = ("text", "character varying", "character", "json", "jsonb", "bytea", "ARRAY", "USER-DEFINED")


def columns() -> list[tuple[str, str]]:
    """Every column of the database that can hold a text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type = ANY(%s)",
            [list(TYPES)],
        )
        return list(cursor.fetchall())


def columns_with(text: str) -> list[str]:
    """`table.column` of those that hold it in clear, as it is or in hexadecimal."""
    hits = []
    with connection.cursor() as cursor:
        for table, column in columns():
            cursor.execute(
                f'SELECT 1 FROM "{table}" WHERE position(%s IN "{column}"::text) > 0'
                f' OR position(%s IN "{column}"::text) > 0 LIMIT 1',
                [text, text.encode().hex()],
            )
            if cursor.fetchone():
                hits.append(f"{table}.{column}")
    return hits


def test_the_search_itself_finds_what_is_in_clear(add: ADD) -> None:
    add("acct_in_clear")
    assert "refunds_merchantaccount.account" in columns_with("acct_in_clear")
    assert ("refunds_merchantaccount", "secrets") in columns()
    assert ("kernel_change", "fields") in columns()


def test_no_column_of_the_database_has_a_secret_in_clear(add: ADD, world: World) -> None:
    app, other = Pair.generate(), Pair.generate()
    row = add()
    alipay = {"ALIPAY_PRIVATE_KEY": app.private, "ALIPAY_PUBLIC_KEY": other.public}
    add("2021000000000009", channel="alipay", secrets=alipay)
    services.revise_account(
        row, secrets={"STRIPE_API_KEY": "sk_test_Another7"}, actor=world.actor("mei"), now=world.now
    )
    for secret in (KEY, SECRET, "sk_test_Another7", app.private.splitlines()[1], other.public.splitlines()[1]):
        assert columns_with(secret) == [], secret


def test_neither_in_a_repr_nor_in_the_log_nor_in_an_error(
    add: ADD, world: World, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    row = add()
    with caplog.at_level(logging.DEBUG):
        gateway = build_account(row)
        texts = [repr(row), repr(gateway), repr(row.__dict__)]
        settings.SECRETS_KEYS = Fernet.generate_key().decode()
        with pytest.raises(Misconfigured) as refused:
            build_account(row)
        texts += [repr(refused.value), caplog.text]
    assert not [text for text in texts for secret in (KEY, SECRET) if secret in text]


def test_a_private_key_is_with_nobody_but_who_read_it() -> None:
    """Replaced, it is nowhere any more: the process does not remember what it has read."""
    key, alone = private_key(Pair.generate().private), object()
    assert sys.getrefcount(key) == sys.getrefcount(alone)


def rotated() -> str:
    out = io.StringIO()
    try:
        call_command("rotate_secrets", stdout=out)
    except CommandError as error:
        return f"wrong ({error.returncode}): {error}"
    return out.getvalue().strip()


def test_rotation(add: ADD, world: World, settings: Any, keys: str) -> None:
    first, second = add(), add("acct_2")
    named = MerchantAccount.objects.create(shop=world.harbor, channel="alipay", account="2088")
    before = {row.pk: row.version for row in MerchantAccount.objects.all()}
    new = Fernet.generate_key().decode()
    settings.SECRETS_KEYS = f"{new},{keys}"
    assert rotated() == "Merchant accounts encrypted by the first key now: 2."
    settings.SECRETS_KEYS = new
    assert opened(first) == opened(second) == {"STRIPE_API_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET}
    named.refresh_from_db()
    assert named.secrets == ""
    assert before | {first.pk: 2} == {row.pk: row.version for row in MerchantAccount.objects.all()}


def test_rotation_names_what_it_cannot_read_and_does_the_rest(add: ADD, settings: Any, keys: str) -> None:
    lost = add()
    settings.SECRETS_KEYS = Fernet.generate_key().decode()
    fine = add("acct_2")
    assert rotated() == f"wrong (1): Merchant accounts that none of these keys can read: {lost.pk}."
    assert opened(fine)["STRIPE_API_KEY"] == KEY
    settings.SECRETS_KEYS = ""
    assert rotated() == f"wrong (1): Merchant accounts that none of these keys can read: {lost.pk}, {fine.pk}."
