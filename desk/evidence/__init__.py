"""The evidence on a chargeback, to download (docs/chargebacks.md)."""
