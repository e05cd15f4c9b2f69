"""Stripe, as far as refunds and disputes go: `python -m fakes` starts it, `Fake` runs it inside a test."""
