"""deploy/systemd: the documented commands, started again whatever ends them, with no more rights than they need."""

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from devserver import local
from tests.production import documented

UNITS = {path.stem.removeprefix("aftersales-"): path for path in (local.BASE_DIR / "deploy/systemd").glob("*.service")}
HARDENED = (
    "NoNewPrivileges",
    "PrivateDevices",
    "PrivateTmp",
    "ProtectHome",
    "ProtectKernelTunables",
    "RestrictNamespaces",
    "RestrictSUIDSGID",
    "LockPersonality",
)


def read(path: Path) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(path, encoding="utf-8")
    return unit


@pytest.mark.parametrize("name", ["web", "money", "sweeps", "beat"])
def test_a_unit_runs_the_documented_command(name: str) -> None:
    program, *arguments = shlex.split(read(UNITS[name])["Service"]["ExecStart"].replace("%%", "%"))
    assert [Path(program).name, *arguments] == documented()[name]


@pytest.mark.parametrize("name", ["web", "money", "sweeps", "beat"])
def test_a_unit_is_started_again_and_has_few_rights(name: str) -> None:
    unit = read(UNITS[name])
    service = unit["Service"]
    assert (service["Restart"], unit["Unit"]["StartLimitIntervalSec"]) == ("always", "0")
    assert (service["User"], service["ProtectSystem"], service["CapabilityBoundingSet"]) == ("aftersales", "strict", "")
    assert [setting for setting in HARDENED if service[setting] != "yes"] == []


def test_every_process_has_its_unit() -> None:
    assert sorted(UNITS) == sorted(documented())


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze on this machine")
    for path in UNITS.values():
        text = path.read_text(encoding="utf-8").replace("/srv/aftersales/.venv/bin/gunicorn", "/bin/true")
        text = text.replace("/srv/aftersales/.venv/bin/celery", "/bin/true").replace("/srv/aftersales", "/")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
        done = subprocess.run(
            [program, "verify", str(tmp_path / path.name)], capture_output=True, text=True, check=False
        )
        assert path.name not in done.stderr, done.stderr
