"""Which Chromium the browser tests use. `python -m scripts.chromium`: install Debian's where there is none."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# No screen, no sandbox for root, and no calls home: a closed network would refuse them one by one.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PACKAGES = ("chromium", "fonts-noto-cjk")


def path() -> str:
    """The browser's path; "" where there is none. `CHROMIUM` names another."""
    return os.environ.get("CHROMIUM") or next((where for name in NAMES if (where := shutil.which(name))), "")


def found() -> str:
    if where := path():
        return where
    raise SystemExit("Chromium is missing. Install Debian's package `chromium`, or name a browser in CHROMIUM.")


def install() -> None:
    apt = shutil.which("apt-get")
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if apt is None:
        found()
        return
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    get = [*sudo, apt, "-q", "-o", "DPkg::Lock::Timeout=300"]
    subprocess.run([*get, "update"], env=quiet, check=False)
    subprocess.run([*get, "install", "-y", "--no-install-recommends", *PACKAGES], env=quiet, check=False)
    found()


if __name__ == "__main__":
    if not path():
        install()
    print(path(), file=sys.stderr)
