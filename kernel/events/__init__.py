"""Event types: what a history row means to the outside (contract §9). Each machine declares its own, beside its
transitions; this module is the one place that looks them up. `docs/events.md` is the catalogue for readers."""

from functools import cache
from typing import TypedDict

from django.apps import apps

from ..machine import Stateful


class Subject(TypedDict):
    """What an event is about. `number` is ours, `external_no` the one that the other side knows it by."""

    kind: str
    number: str
    external_no: str


class EventActor(TypedDict):
    kind: str
    name: str


class Event(TypedDict):
    """`id`: of the history row. `sequence`: 1, 2, 3 … without gaps for one subject. `at`: ISO 8601 with offset.
    `data`: the subject as the API answers it to a manager of its shop at that time."""

    id: int
    type: str
    at: str
    sequence: int
    shop: str
    subject: Subject
    actor: EventActor
    data: dict[str, object]


# Models do not change once the apps are loaded, and every history row asks for its machine.
@cache
def machines() -> dict[str, type[Stateful]]:
    """Machine name → model."""
    return {model.machine_name: model for model in apps.get_models() if issubclass(model, Stateful)}


def event_type(machine: str, action: str, target: str) -> str | None:
    """The type of the event that a history row of this machine is. None: it is no news.

    Raises KeyError for an action that its machine lists neither as an event nor as no news.
    """
    model = machines()[machine]
    if action in model.NO_NEWS or (action, target) in model.NO_NEWS:
        return None
    return model.EVENTS[action]


def event_types(machine: str) -> list[str]:
    """The types that a machine sends, each once, in the order of its declaration."""
    return list(dict.fromkeys(machines()[machine].EVENTS.values()))
