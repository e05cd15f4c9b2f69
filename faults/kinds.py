"""What may happen to the processes of production and to the servers that they need."""

from enum import StrEnum


class Kind(StrEnum):
    """What happens to the processes. Faults of the channel belong to a payment (gateway/behaviours.py)."""

    KILL_AFTER_PAYING = "money worker killed, refund just paid"
    KILL_BEFORE_PAYING = "money worker killed, refund not yet paid"
    KILL_SWEEPS = "sweeps worker killed"
    KILL_BEAT = "beat killed"
    KILL_WEB = "web killed"
    KILL_GATEWAY = "channel down"
    KILL_BROKER = "broker killed"
    FLUSH_BROKER = "broker emptied"
    HANG_BROKER = "broker hangs"
    KILL_DATABASE = "database crashes"
    RESTART_DATABASE = "database restarted"
    CUT_CONNECTIONS = "database connections cut"
    HANG_DATABASE = "database hangs"
    STOP_MONEY = "money worker stands still"
    STOP_WEB = "web stands still"
    STOP_BEAT = "beat stands still"
    DEPLOY = "all processes told to end"
    SECOND_BEAT = "a second beat"
    OUTLIVED_LEASE = "sender stands still for longer than its lease"


OF_REDIS = frozenset({Kind.KILL_BROKER, Kind.FLUSH_BROKER, Kind.HANG_BROKER})
# In this order while few are wanted; a long campaign has all of them many times, in an order of chance.
FIRST = (
    Kind.KILL_AFTER_PAYING,
    Kind.KILL_DATABASE,
    Kind.KILL_WEB,
    Kind.FLUSH_BROKER,
    Kind.KILL_BEFORE_PAYING,
    Kind.CUT_CONNECTIONS,
    Kind.KILL_BROKER,
    Kind.KILL_BEAT,
    Kind.KILL_GATEWAY,
    Kind.HANG_BROKER,
    Kind.STOP_MONEY,
    Kind.KILL_SWEEPS,
)
TAKES_LONG = frozenset({Kind.OUTLIVED_LEASE})  # takes a minute and more
