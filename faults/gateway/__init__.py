"""A payment channel as an outside system: a process of its own that keeps its own record of what it paid."""
