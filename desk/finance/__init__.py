"""Money of the shops: what waits, what left, what a channel says otherwise; exports (docs/reconciliation.md)."""
