"""What a shop owes a buyer, or a courier owes the shop, beyond a refund (docs/payables.md)."""
