"""A row with a machine: a django-fsm field `status`, and methods decorated with `transition(…)`, which set fields."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Self, TypeVar
from weakref import ref

from django.db import connection, models, transaction
from django_fsm import FSMField, can_proceed
from django_fsm import transition as fsm_transition

from ..models import History
from ..relations import ShopRow

Deadline = tuple[datetime | None, str]


def transition(
    field: FSMField,
    source: Any,
    target: Any,
    allowed: Iterable[str],
    conditions: Iterable[Callable[..., bool]] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A transition of django-fsm with the kinds of actor that may run it (403 for others that see the row)."""
    return fsm_transition(
        field=field,
        source=source,
        target=target,
        conditions=list(conditions),
        custom={"allowed_actors": frozenset(allowed)},
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
    _lock: "ref[RowLock] | None" = None

    objects = StatefulQuerySet.as_manager()

    class Meta:
        abstract = True

    def __getstate__(self) -> dict[str, Any]:
        """A pickled or copied row is not the locked one."""
        return {name: value for name, value in super().__getstate__().items() if name != "_lock"}

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

    def mark_locked(self) -> None:
        """For a caller that read this row FOR UPDATE in a statement of its own, just now."""
        lock = RowLock()
        transaction.on_commit(lock)
        self._lock = ref(lock)

    def ensure_locked(self) -> Self:
        """This copy, if it was read under a lock that is still held and has not moved since; else a locked fresh copy.

        PostgreSQL keeps a lock when a later savepoint is rolled back, and so does this. Whoever catches the error of
        such a savepoint and has changed the copy inside it must not use the copy any more (as with any Django row).
        """
        still_locked = self._lock is not None and self._lock() is not None
        return self if still_locked else type(self).locked(self.pk, shop_id=self.shop_id, like=self)  # type: ignore[attr-defined]

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


RowT = TypeVar("RowT", bound=Stateful)

_TRANSITIONS: dict[type, dict[str, frozenset[str]]] = {}


def _table(model: type) -> dict[str, frozenset[str]]:
    if model not in _TRANSITIONS:
        _TRANSITIONS[model] = {
            # django-fsm keeps one entry a source; all entries of a method come from one decorator, so the first tells.
            name: next(iter(attr._django_fsm.transitions.values())).custom["allowed_actors"]
            # Base classes first, so that a subclass can replace a transition and the order of declaration is kept.
            for klass in reversed(model.__mro__)
            for name, attr in vars(klass).items()
            if hasattr(attr, "_django_fsm")
        }
    return _TRANSITIONS[model]


def transition_names(model: type) -> list[str]:
    return list(_table(model))


def allowed_actors(model: type, name: str) -> frozenset[str]:
    return _table(model)[name]


def columns(row: Stateful) -> dict[str, Any]:
    """Column attribute → value, to see which ones a transition changed.

    Read from `__dict__`: through the descriptors it costs more than the transition, which matters to thousands of rows.
    A deferred column is absent, and counts as changed once it is set.
    """
    values = vars(row)
    return {name: values[name] for name in _attnames(type(row)) if name in values}


@cache
def _attnames(model: type[Stateful]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


def changed_columns(row: Stateful, before: dict[str, Any]) -> list[str]:
    return [name for name, value in columns(row).items() if name not in before or value != before[name]]
