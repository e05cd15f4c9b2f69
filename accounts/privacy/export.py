"""All data of a person, table by table, as they were stored: for themselves (PIPL art. 45)."""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import FileField, Model
from django.db.models.fields.files import FieldFile

from ..models import User

if TYPE_CHECKING:
    from django.db.models import QuerySet

CHUNK = 500


@dataclass(frozen=True, kw_only=True)
class Table:
    """Which rows of a table are a person's. `without`: columns that are not given out, each with its reason."""

    model: type[Model]
    rows: "Callable[[User], QuerySet[Any]]"
    without: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return str(self.model._meta.label_lower)


_TABLES: dict[str, Table] = {}
# Tables with a column that looks personal, and why they are not in the download. Each app adds its own.
EXCEPTIONS: dict[str, str] = {}


def export(model: type[Model], rows: "Callable[[User], QuerySet[Any]]", **without: str) -> None:
    """Registers a table. `without`: column=reason."""
    table = Table(model=model, rows=rows, without=tuple(without.items()))
    _TABLES[table.name] = table


def tables() -> list[Table]:
    return list(_TABLES.values())


def rows_of(user: User) -> Iterator[tuple[str, dict[str, object], list[FieldFile]]]:
    """(table, row, its files) of everything, one at a time."""
    for table in tables():
        hidden = {name for name, _reason in table.without}
        fields = [field for field in table.model._meta.concrete_fields if field.name not in hidden]
        for row in table.rows(user).order_by("pk").iterator(chunk_size=CHUNK):
            files = [getattr(row, field.name) for field in fields if isinstance(field, FileField)]
            yield table.name, {field.attname: _value(row, field) for field in fields}, [file for file in files if file]


def _value(row: Model, field: Any) -> Any:
    value = getattr(row, field.attname)
    return str(value) if isinstance(field, FileField) else value


def write_json(user: User, target: IO[str], step: Callable[[], object]) -> None:
    """{table: [rows]}. The files are named, and not in it."""
    data: dict[str, list[dict[str, object]]] = {table.name: [] for table in tables()}
    for name, row, _files in rows_of(user):
        data[name].append(row)
        step()
    json.dump(data, target, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def write_zip(user: User, target: IO[bytes], step: Callable[[], object]) -> None:
    """data.json as `write_json`, and the files beside it under the names that it gives them."""
    data: dict[str, list[dict[str, object]]] = {table.name: [] for table in tables()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, row, files in rows_of(user):
            data[name].append(row)
            for file in files:
                _add(archive, file)
            step()
        archive.writestr("data.json", json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))


def _add(archive: zipfile.ZipFile, file: FieldFile) -> None:
    # A file that is gone must not keep a person from the rest of their data; its row says that it was there.
    if file.name and file.storage.exists(file.name):
        with file.storage.open(file.name) as content, archive.open(file.name, "w", force_zip64=True) as entry:
            for chunk in content.chunks():
                entry.write(chunk)


def count(user: User) -> int:
    return sum(table.rows(user).count() for table in tables())


def except_from_export(reasons: Iterable[tuple[str, str]]) -> None:
    EXCEPTIONS.update(reasons)
