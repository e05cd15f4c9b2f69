"""Notices from before are known by the accounts that have verified them (migrations 0031 and 0040)."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from refunds.models import ChannelNotice, MerchantAccount
from tests.world import World

from .test_flagged_notices import flagged

pytestmark = pytest.mark.django_db(transaction=True)
STEP = "0040_filled_beside_writers"
AS_BEFORE = """
    ALTER TABLE refunds_channelnotice DROP CONSTRAINT notice_once,
        ADD CONSTRAINT notice_once UNIQUE (channel, account, event_id)
"""
COLUMNS = """
    SELECT array_agg(a.attname ORDER BY a.attname) FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) WHERE c.conname = 'notice_once'
"""


def run() -> None:
    state = MigrationLoader(connection).project_state(("refunds", STEP), at_end=False)
    with connection.schema_editor(atomic=False) as editor:
        for step in import_module(f"refunds.migrations.{STEP}").Migration.operations:
            step.database_forwards("refunds", editor, state, state)


def key() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        return list(cursor.fetchone()[0])


@pytest.mark.parametrize("left", ["", "CREATE UNIQUE INDEX notice_once_verified ON refunds_channelnotice"
                                      " (channel, account, event_id, verified_by)"])  # fmt: skip
def test_a_table_from_before_gets_the_key_once(world: World, left: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(AS_BEFORE + ";" + left)
    assert len(key()) == 3
    for _attempt in range(2):
        run()
        assert key() == ["account", "channel", "event_id", "verified_by"]


def test_notices_from_before_name_the_account_that_was_asked(world: World) -> None:
    account = MerchantAccount.objects.create(shop=world.lantern, channel="alipay", account="2088-1", secrets="x")
    first, other = flagged("E-1", verified_by=[]), flagged("E-2", verified_by=[], account="")
    # The version before has stored it again, where it named none.
    again, known = flagged("E-3", verified_by=[]), flagged("E-3", verified_by=[account.pk])
    run()
    run()
    named = dict(ChannelNotice.objects.values_list("pk", "verified_by"))
    assert named == {first.pk: [account.pk], other.pk: [0], again.pk: [], known.pk: [account.pk]}
