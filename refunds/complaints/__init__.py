"""What buyers complain of to a payment channel about a payment (docs/complaints.md)."""
