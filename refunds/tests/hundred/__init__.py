"""A hundred refunds of 30 on a payment of 90, at the same moment, through every path: exactly three."""
