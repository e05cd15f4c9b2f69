"""The double-entry ledger against payments, refunds, chargebacks, payables and fees (docs/ledger.md)."""

from refunds.ledger import checks

from .check import Check

CHECKS = tuple(Check((name,), sql) for name, sql in checks.CHECKS.items())
