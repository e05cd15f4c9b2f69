"""Every check that is no test, one after the other; all of them run, and the first fault decides the exit code."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

STEPS: dict[str, list[str]] = {
    "style": [f"{BIN}/ruff", "check", "."],
    "format": [f"{BIN}/ruff", "format", "--check", "."],
    "pages": [sys.executable, "scripts/layout.py", "--check"],
    "types": [f"{BIN}/mypy", "."],
    "layers": [f"{BIN}/lint-imports", "--no-cache"],
    "migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    "translations": [sys.executable, "scripts/translations.py", "--check"],
    "API schema": [sys.executable, "manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull],
    "deployment": [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}

# What `check --deploy` looks at is a production environment, not this machine's.
PRODUCTION = {
    "DJANGO_DEBUG": "false",
    "DJANGO_SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ-only-for-the-check",
    "DJANGO_ALLOWED_HOSTS": "example.org",
    "NUM_PROXIES": "1",
    "SSL_REDIRECT": "true",
    "SECURE_COOKIES": "true",
}


def main() -> None:
    failed = []
    for name, command in STEPS.items():
        print(f"--- {name}", flush=True)
        environment = os.environ | (PRODUCTION if name == "deployment" else {})
        if subprocess.run(command, cwd=ROOT, env=environment).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"--- failed: {', '.join(failed)}")
    print("--- all checks passed")


if __name__ == "__main__":
    main()
