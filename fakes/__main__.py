"""`python -m fakes`: the fake channels on local ports, and the settings that make this program use them."""

import argparse
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from devserver import local

from .alipay.launch import launch as alipay
from .kdniao.launch import launch as kdniao
from .kuaidi100.launch import launch as kuaidi100
from .launched import Launched
from .stripe.launch import launch as stripe
from .wechatpay.launch import launch as wechatpay

Launch = Callable[[int, Path, str], Launched]
# Channel: its port, and what starts it there.
CHANNELS: dict[str, tuple[int, Launch]] = {
    "alipay": (8101, alipay),
    "wechatpay": (8102, wechatpay),
    "stripe": (8103, stripe),
    "kuaidi100": (8104, kuaidi100),
    "kdniao": (8105, kdniao),
}
# Scans come from one of them.
COURIERS = ("kuaidi100", "kdniao")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for channel, (port, _) in CHANNELS.items():
        parser.add_argument(f"--{channel}-port", type=int, help=f"{port} where nothing else is said")
    parser.add_argument("--free-ports", action="store_true", help="those that aren't named are chosen by the system")
    parser.add_argument("--folder", type=Path, default=local.VAR / "fakes", help="where the keys are kept")
    parser.add_argument("--settings", type=Path, help="a file to write them into, as JSON, instead of printing them")
    parser.add_argument("--notify", default="http://127.0.0.1:8000", help="where this program listens for notices")
    parser.add_argument("--courier", choices=COURIERS, default=COURIERS[0], help="the one that scans come from")
    chosen = parser.parse_args()
    launched = {
        channel: _launch(launch, _port(chosen, channel), chosen)
        for channel, (_, launch) in CHANNELS.items()
        if channel not in COURIERS or channel == chosen.courier
    }
    for fake in launched.values():
        fake.serve()
    if chosen.settings:
        write(launched, chosen.settings)
    else:
        print(*(line for fake in launched.values() for line in fake.lines()), sep="\n")
        print("# Ctrl-C ends them; they forget what they did", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        for fake in launched.values():
            fake.server.shutdown()


def _port(chosen: argparse.Namespace, channel: str) -> int:
    named: int | None = getattr(chosen, f"{channel}_port")
    if named is not None:
        return named
    return 0 if chosen.free_ports else CHANNELS[channel][0]


def _launch(launch: Launch, port: int, chosen: argparse.Namespace) -> Launched:
    try:
        return launch(port, chosen.folder, chosen.notify)
    except OSError as error:
        sys.exit(f"Port {port} cannot be used: {error.strerror}. Take another one (python -m fakes --help).")


def write(launched: dict[str, Launched], path: Path) -> None:
    """In one step, so that no reader sees half a file. It holds secrets of the fakes: mode 600."""
    settings = {name: value for fake in launched.values() for name, value in fake.settings.items()}
    records = {channel: fake.records_url for channel, fake in launched.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({"settings": settings, "records": records}, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    main()
