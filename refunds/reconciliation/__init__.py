"""What we say of refunds against what the channels say; every difference into a queue (docs/reconciliation.md)."""
