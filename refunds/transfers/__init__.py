"""Payables paid out through the channel that their buyer paid with (docs/payables.md)."""
