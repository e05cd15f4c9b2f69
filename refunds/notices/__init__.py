"""What payment channels say without being asked: verified, stored once, applied in one direction (docs/channels.md)."""
