"""Stripe: `POST /v1/refunds` and `GET /v1/refunds` (docs/channels.md)."""
