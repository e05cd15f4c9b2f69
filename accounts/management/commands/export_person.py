"""`manage.py export_person USERNAME FILE`: all data of a person, as .zip with their files or as .json without."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.privacy.export import count, write_json, write_zip
from kernel.progress import SOON, progress


class Command(BaseCommand):
    help = "Writes all data of a person into FILE.zip (with photos and videos) or FILE.json (without)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("file", type=Path, help="ends with .zip or .json")

    def handle(self, *args: Any, username: str, file: Path, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f'There is nobody called "{username}".')
        if file.suffix not in (".zip", ".json"):
            raise CommandError(f'"{file}" must end with .zip or .json.')
        # Beside its place first: a file that is there is whole, also after a run that was killed.
        half = file.with_name(f".{file.name}.half")
        try:
            with progress(count(user), label="exporting", unit="rows", after=SOON) as bar:
                _write(user, half, file.suffix, lambda: bar.update(1))
            half.replace(file)
        except OSError as fault:
            raise CommandError(f"{file} cannot be written: {fault.strerror}.") from fault
        self.stdout.write(f"All data of {username} is in {file}.")


def _write(user: User, path: Path, suffix: str, step: Any) -> None:
    # Readable for its owner alone: it holds everything of a person.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    if suffix == ".json":
        with open(descriptor, "w", encoding="utf-8") as text:
            write_json(user, text, step)
        return
    with open(descriptor, "wb") as target:
        write_zip(user, target, step)
