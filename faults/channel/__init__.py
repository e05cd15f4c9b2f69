"""The campaign's channel as an app of the program: the adapter, and what may be planted in front of it."""

NAME = "faults"
PLANTS = ("dropped", "endless", "new-number")
