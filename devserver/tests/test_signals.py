"""A signal that comes at the worst moment, while a process is being started, still ends everything."""

import sys

import pytest

from tests.checkout import Checkout, eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see what is left running")

# The supervisor with children that need nothing; each fork is followed at once by a signal, in the hooks of the fork
# itself, where an exception is printed and lost.
SCRIPT = """
import os, signal
from devserver import run

class Quick(run.Supervisor):
    def __init__(self):
        super().__init__()
        sleeper = ["timeit", "-n", "1", "-r", "1", "import time; time.sleep(60)"]
        self.children = [run.Child(name, sleeper) for name in ("web", "worker", "beat")]

    def _prepare(self):
        pass

    def _print_address(self):
        pass

    def _until_ready(self, web):
        if {when!r} == "fork":
            os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGTERM))
        else:
            os.kill(os.getpid(), signal.SIGTERM)

Quick().run()
"""


@pytest.mark.parametrize("when", ["fork", "any time"])
def test_a_signal_is_never_lost(checkout: Checkout, when: str) -> None:
    ended = checkout.run("-c", SCRIPT.format(when=when))
    assert ended.returncode == 0, ended.stdout
    assert "Traceback" not in ended.stdout
    assert ended.stdout.count("Stopping") == 1
    assert eventually(lambda: not checkout.processes(), 20), checkout.processes()
