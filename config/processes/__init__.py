"""What a process of this program is, and what it does beside its work: limits, heartbeats, faults of its broker."""
