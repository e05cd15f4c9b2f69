"""A Redis of one's own, on a free port: it is killed, stopped and emptied without harm to anybody else's."""

import os
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import redis

from devserver.ports import free_port
from devserver.processes import die_with_parent

START_SECONDS = 20


def installed() -> bool:
    return shutil.which("redis-server") is not None


class OwnRedis:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        options = {"port": str(self.port), "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": str(folder)}
        words = [part for name, value in options.items() for part in (f"--{name}", value)]
        self.command = ["redis-server", *words]
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
        give_up = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > give_up:
                raise RuntimeError("the own Redis did not start")
            time.sleep(0.02)

    def answers(self) -> bool:
        with suppress(redis.RedisError), self.link() as link:
            return bool(link.ping())
        return False

    def link(self) -> "redis.Redis":
        return redis.Redis.from_url(self.url, socket_timeout=1, decode_responses=True)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)

    def signal(self, number: int) -> None:
        if self.process is not None:
            os.kill(self.process.pid, number)
