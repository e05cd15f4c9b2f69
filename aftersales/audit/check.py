from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """`sql` answers one row a difference: what, which row, stored, computed. `names`: every `what` it may answer."""

    names: tuple[str, ...]
    sql: str
