"""The double-entry ledger of every movement of money (docs/ledger.md): accounts, postings, entries."""
