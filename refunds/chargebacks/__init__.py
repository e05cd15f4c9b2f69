"""What a payer's bank takes back of a payment, and how it shares one cap with the refunds (docs/chargebacks.md)."""
