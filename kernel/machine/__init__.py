"""The transition function: the only way to change the status of a row.

It locks, checks who may and what is possible, runs the transition, saves, sets the next deadline and writes history:
`begin` for a new row, `advance` for one row, `advance_many` for the rows of a queryset, and
`advance_locked` for rows that the caller has locked.
"""

from .batch import Batch, advance_locked, advance_many
from .bulk import update_columns
from .fields import StatusField
from .history import record
from .rehearsal import rehearse
from .single import advance, begin, require_simple
from .stateful import Deadline, Stateful, StatefulQuerySet, allowed_actors, transition, transition_names

__all__ = [
    "Batch",
    "Deadline",
    "Stateful",
    "StatefulQuerySet",
    "StatusField",
    "advance",
    "advance_locked",
    "advance_many",
    "allowed_actors",
    "begin",
    "record",
    "rehearse",
    "require_simple",
    "transition",
    "transition_names",
    "update_columns",
]
