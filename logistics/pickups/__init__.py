"""Couriers that come to the buyer and collect a return (docs/pickups.md)."""
