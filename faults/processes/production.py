"""The processes of production, started by the commands that docs/operations.md shows, with services of their own."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from devserver import local
from devserver.processes import die_with_parent

DOCUMENT = local.BASE_DIR / "docs" / "operations.md"
# What the machine or the test runner says must not reach a system that stands on its own: PGOPTIONS, for one, could
# turn off the very durability that is looked at.
LEFT_OUT = (
    "ALIPAY_",
    "WECHATPAY_",
    "STRIPE_",
    "KUAIDI100_",
    "KDNIAO_",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "CACHE_URL",
    "DJANGO_",
    "AFTERSALES_",
    "FAKE_CHANNELS",
    "FAULTS_",
    "PGOPTIONS",
    "PORT",
    "MAKE",
    "COV_",
)


def documented() -> dict[str, list[str]]:
    """The commands under "Production", by what they start: web, money, sweeps, beat."""
    block = re.search(r"## Production.*?```\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    if block is None:
        raise LookupError(f"{DOCUMENT} has no commands under Production")
    commands = [shlex.split(line, comments=True) for line in block[1].splitlines() if line.strip()]
    return {_name(words): words for words in commands}


def _name(words: list[str]) -> str:
    if words[0] == "gunicorn":
        return "web"
    return words[words.index("-Q") + 1].split(",")[0] if "-Q" in words else "beat"


def own_environment(var: Path, **more: str) -> dict[str, str]:
    """This process's, without what names services, and with a folder of its own for run-time files."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
    return inherited | {"AFTERSALES_VAR": str(var), "PYTHONUNBUFFERED": "1"} | more


def production(database: str, broker: str) -> dict[str, str]:
    """What production has to be told."""
    return {
        "DATABASE_URL": database,
        "CELERY_BROKER_URL": broker,
        "DJANGO_SECRET_KEY": "k" * 50,
        "DJANGO_ALLOWED_HOSTS": "localhost,127.0.0.1",  # notices of channels come to the second
        "NUM_PROXIES": "0",
        "SECURE_COOKIES": "false",
    }


def start(name: str, log: Path, environ: dict[str, str], *words: str) -> "subprocess.Popen[bytes]":
    """`start("money", …)` runs the documented command as it stands, and `words` after it. It writes into `log`: a pipe
    that nobody reads would stop it."""
    program, *arguments = documented()[name]
    with open(log, "ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", program, *arguments, *words],
            cwd=local.BASE_DIR,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
