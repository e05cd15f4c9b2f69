from typing import Any

from django_fsm import FSMField


class StatusField(FSMField):
    """The status of a row with a machine: written by its transitions alone.

    Migrations know it as a plain text. Each rendering of a historical model would register another FSMField to listen
    to every model rendered after it, which took half the time of `migrate` on an empty database.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, protected=True)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        del kwargs["protected"]
        return name, "django.db.models.CharField", args, kwargs
