"""The lock files are complete: they are installed without resolving, so nothing else would supply what they lack.

Read from what the installed packages say that they need, for every Python and system that is supported; no network.
"""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("requirements", "requirements-dev")
SYSTEMS = {"linux": "Linux", "darwin": "Darwin"}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = [
    {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": name, "platform_system": system}
    for python in PYTHONS
    for name, system in SYSTEMS.items()
]


def asked(name: str) -> Iterator[Requirement]:
    """What people wrote in NAME.txt and in the files that it names with -r."""
    for line in (ROOT / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("-r "):
            yield from asked(text.removeprefix("-r ").removesuffix(".txt"))
        elif text:
            yield Requirement(text)


def lock(name: str) -> str:
    return (ROOT / f"{name}.lock").read_text(encoding="utf-8")


def pins(lock: str, machine: dict[str, str]) -> dict[str, str]:
    """Name to version, of the entries that are installed on this machine."""
    entries = [Requirement(text.rstrip(" \\")) for text in re.findall(r"^[A-Za-z0-9].*$", lock, re.MULTILINE)]
    return {
        canonicalize_name(entry.name): str(entry.specifier).removeprefix("==")
        for entry in entries
        if entry.marker is None or entry.marker.evaluate(machine)
    }


def needs(requirement: Requirement, machine: dict[str, str]) -> Iterator[Requirement]:
    """What an installed package needs on the machine, for itself and for the extras that are asked of it."""
    try:
        texts = distribution(requirement.name).requires or []
    except PackageNotFoundError:  # locked for another Python or system
        return
    for needed in map(Requirement, texts):
        environments = [machine | {"extra": extra} for extra in ("", *requirement.extras)]
        if needed.marker is None or any(needed.marker.evaluate(one) for one in environments):
            yield needed


def faults(wanted: list[Requirement], locked: dict[str, str], machine: dict[str, str]) -> list[str]:
    """What the lock lacks, and what it holds though nothing asks for it. Empty: it can be installed as it is."""
    found, reached, waiting, seen = [], set(), list(wanted), set()
    while waiting:
        requirement = waiting.pop()
        if (key := str(requirement)) in seen:
            continue
        seen.add(key)
        name = canonicalize_name(requirement.name)
        reached.add(name)
        if name not in locked:
            found.append(f"{requirement} is not locked")
        elif not requirement.specifier.contains(locked[name], prereleases=True):
            found.append(f"{requirement} is locked at {locked[name]}")
        waiting += needs(requirement, machine)
    return found + [f"nothing asks for {name}" for name in sorted(locked.keys() - reached)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "machine", MACHINES, ids=lambda machine: f"{machine['sys_platform']}-{machine['python_version']}"
)
def test_the_lock_holds_what_is_needed_and_nothing_else(name: str, machine: dict[str, str]) -> None:
    assert faults(list(asked(name)), pins(lock(name), machine), machine) == []


def test_a_gap_another_version_and_a_leftover_are_faults() -> None:
    machine = MACHINES[0]
    whole = pins(lock("requirements-dev"), machine)
    broken = {name: version for name, version in whole.items() if name != "coverage"}
    broken |= {"celery": "1.0", "left-behind": "1.0"}

    said = faults(list(asked("requirements-dev")), broken, machine)

    assert sorted(fault.split()[-1] for fault in said) == ["1.0", "left-behind", "locked"]


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_is_one_version_with_its_hashes(name: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock(name))
    assert [entry for entry in entries if not re.match(r"\S+==\S+[^\n]*\\\n    --hash=sha256:\w{64}", entry)] == []


@pytest.mark.parametrize("machine", MACHINES, ids=str)
def test_tests_run_on_the_versions_that_the_program_runs_on(machine: dict[str, str]) -> None:
    assert pins(lock("requirements"), machine).items() <= pins(lock("requirements-dev"), machine).items()


def test_what_is_installed_is_what_is_locked() -> None:
    found = {}
    for name, version in pins(lock("requirements-dev"), {}).items():
        try:
            found[name] = distribution(name).version == version
        except PackageNotFoundError:
            found[name] = False
    assert [name for name, right in found.items() if not right] == [], "run `make dev`"
