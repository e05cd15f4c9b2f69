"""A row with a machine: a django-fsm field `status`, and methods decorated with `transition(…)`, which set fields."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Self, TypeVar
from weakref import ref

from django.db import connection, models, transaction
from django_fsm import FSMField, can_proceed
from django_fsm import transition as fsm_transition

from ..actors import Actor
from ..models import History
from ..shops.relations import ShopRow

Deadline = tuple[datetime | None, str]


def transition(
    field: FSMField | str,
    source: Any,
    target: Any,
    allowed: Iterable[str],
    conditions: Iterable[Callable[..., bool]] = (),
    *,
    clock: bool = True,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A transition of django-fsm with the kinds of actor that may run it (403 for others that see the row).

    `clock=False`: it stays in its state, whose deadline and overdue mark run on as if nothing had happened.
    """
    return fsm_transition(
        field=field,
        source=source,
        target=target,
        conditions=list(conditions),
        custom={"allowed_actors": frozenset(allowed), "clock": clock},
    )


class RowLock:
    """Lives as long as the lock of a row. Django's list of commit callbacks is the only place that holds it.

    Django drops a callback when the transaction ends, and when the savepoint in which it was registered is rolled back:
    exactly when PostgreSQL releases a lock taken there. Outside a transaction it is called at once and gone.
    """

    __slots__ = ("__weakref__",)

    def __call__(self) -> None:
        """The commit callback. There is nothing to do: it only has to be registered."""


class StatefulQuerySet(models.QuerySet):
    """Refuses to write a status directly (architecture §4)."""

    def update(self, **values: Any) -> int:
        if "status" in values:
            raise TypeError("a status is written by kernel.machine.advance only")
        return super().update(**values)


class Stateful(ShopRow):
    """A row with a machine. `timer(now)` answers the deadline of the present state, or (None, "")."""

    machine_name: str
    # What is published to the outside (kernel/events.py). EVENTS: action → event type. NO_NEWS: actions, or
    # (action, target), that are not published, or only repeat another event. NUMBERS: the look-ups of our number and
    # of the number that the other side knows the row by.
    EVENTS: ClassVar[Mapping[str, str]] = {}
    NO_NEWS: ClassVar[Collection[str | tuple[str, str]]] = frozenset()
    NUMBERS: ClassVar[tuple[str, str]]
    SHARED: ClassVar[tuple[str, ...]] = ()
    # What somebody who handles simple cases only may do or cause (`Actor.simple`); all other transitions are refused.
    SIMPLE: ClassVar[frozenset[str]] = frozenset()
    _lock: "ref[RowLock] | None" = None

    objects = StatefulQuerySet.as_manager()

    class Meta:
        abstract = True

    def __getstate__(self) -> dict[str, Any]:
        """A pickled or copied row is not the locked one."""
        return {name: value for name, value in super().__getstate__().items() if name != "_lock"}

    def touched(self, name: str, now: datetime) -> None:
        """Called by every transition, after it has set its fields and before the row is saved: for what follows
        whichever transition it is. A row that counts its versions counts here."""

    def timer(self, now: datetime) -> Deadline | None:
        """None: this machine has no clock of its own."""
        return None

    @classmethod
    def locked(cls, pk: int, *, shop_id: int, like: Self | None = None) -> Self:
        """A fresh copy under FOR NO KEY UPDATE: stale copies never decide anything.

        It takes over the relations in SHARED that `like`, an older copy, has loaded. Written as SQL because it
        is half of what every transition does, and building this one statement costs more than running it.
        """
        table = connection.ops.quote_name(cls._meta.db_table)
        sql = f"SELECT * FROM {table} WHERE shop_id = %s AND id = %s FOR NO KEY UPDATE"  # noqa: S608
        # _base_manager: a default manager that filters would make some rows impossible to lock.
        rows = cls._base_manager.raw(sql, [shop_id, pk])
        row = next(iter(rows), None)
        if row is None:
            raise cls.DoesNotExist
        row.mark_locked()
        for name in cls.SHARED if like is not None else ():
            attname = cls._meta.get_field(name).attname  # type: ignore[union-attr]
            known = like._state.fields_cache.get(name)  # type: ignore[union-attr]
            if known is not None and getattr(row, attname) == getattr(like, attname):
                setattr(row, name, known)
        return row

    @classmethod
    def locked_all(cls, keys: Iterable[tuple[int, int]]) -> list[Self]:
        """Fresh copies of the rows `keys` (shop id, id) as by `locked`, in the order of their ids. The caller holds the
        lock of what they belong to, or two callers would wait for each other."""
        table, pairs = connection.ops.quote_name(cls._meta.db_table), dict.fromkeys(keys)
        if not pairs:
            return []
        marks = ", ".join("(%s, %s)" for _ in pairs)
        sql = f"SELECT * FROM {table} WHERE (shop_id, id) IN ({marks}) ORDER BY id FOR NO KEY UPDATE"  # noqa: S608
        rows = list(cls._base_manager.raw(sql, [part for key in pairs for part in key]))
        for row in rows:
            row.mark_locked()
        return rows

    def mark_locked(self) -> None:
        """For a caller that read this row FOR UPDATE in a statement of its own, just now."""
        lock = RowLock()
        transaction.on_commit(lock)
        self._lock = ref(lock)

    @property
    def is_locked(self) -> bool:
        """Whether this copy was read under a lock that is still held, and has not moved since."""
        return self._lock is not None and self._lock() is not None

    def ensure_locked(self) -> Self:
        """This copy where it `is_locked`; else a locked fresh copy.

        PostgreSQL keeps a lock when a later savepoint is rolled back, and so does this. Whoever catches the error of
        such a savepoint and has changed the copy inside it must not use the copy any more (as with any Django row).
        """
        return self if self.is_locked else type(self).locked(self.pk, shop_id=self.shop_id, like=self)  # type: ignore[attr-defined]

    def history(self) -> "models.QuerySet[History]":
        mine = {"shop_id": self.shop_id, "machine": self.machine_name, "object_id": self.pk}  # type: ignore[attr-defined]
        return History.objects.filter(**mine).order_by("sequence")

    def transitions(self) -> dict[str, Callable[..., Any]]:
        """Name → bound method, for every transition of the machine."""
        return {name: getattr(self, name) for name in transition_names(type(self))}

    def allowed(self, kind: str | None = None) -> list[str]:
        """The transitions possible from here, for one kind of actor or for anybody."""
        return [
            name
            for name, method in self.transitions().items()
            if (kind is None or kind in allowed_actors(type(self), name)) and can_proceed(method)
        ]

    def allowed_to(self, actor: Actor) -> list[str]:
        """The transitions possible from here for this very actor."""
        return [name for name in self.allowed(actor.kind) if not actor.simple or name in self.SIMPLE]


RowT = TypeVar("RowT", bound=Stateful)

Custom = Mapping[str, Any]
_TRANSITIONS: dict[type, dict[str, Custom]] = {}


def _table(model: type) -> dict[str, Custom]:
    if model not in _TRANSITIONS:
        _TRANSITIONS[model] = {
            # django-fsm keeps one entry a source; all entries of a method come from one decorator, so the first tells.
            name: next(iter(attr._django_fsm.transitions.values())).custom
            # Base classes first, so that a subclass can replace a transition and the order of declaration is kept.
            for klass in reversed(model.__mro__)
            for name, attr in vars(klass).items()
            if hasattr(attr, "_django_fsm")
        }
    return _TRANSITIONS[model]


def transition_names(model: type) -> list[str]:
    return list(_table(model))


def allowed_actors(model: type, name: str) -> frozenset[str]:
    allowed: frozenset[str] = _table(model)[name]["allowed_actors"]
    return allowed


def moves_clock(model: type, name: str) -> bool:
    return bool(_table(model)[name]["clock"])


def columns(row: Stateful) -> dict[str, object]:
    """Column attribute → value, to see which ones a transition changed.

    Read from `__dict__`: through the descriptors it costs more than the transition, which matters to thousands of rows.
    A deferred column is absent, and counts as changed once it is set.
    """
    values = vars(row)
    return {name: values[name] for name in _attnames(type(row)) if name in values}


@cache
def _attnames(model: type[Stateful]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


def changed_columns(row: Stateful, before: dict[str, object]) -> list[str]:
    return [name for name, value in columns(row).items() if name not in before or value != before[name]]
