"""Programs that use the API, and do what its contract asks of them: the same key until there is an answer."""

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

TIMEOUT, GIVE_UP, PAUSE = 20.0, 150.0, 0.5
COME_AGAIN = frozenset({"in_flight", "conflict", "throttled", "unavailable"})


class Unanswered(Exception):
    """Nothing but faults within the time."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any

    @property
    def ok(self) -> bool:
        return self.status < 300


@dataclass
class Client:
    """`faults`: answers that the contract excludes, whatever happens to the processes."""

    port: int
    tokens: Mapping[str, str]
    faults: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def post(self, who: str, path: str, body: object, *, key: str = "") -> Answer:
        """The first answer that is one: not “come again”, and no fault of the network."""
        key, give_up = key or uuid.uuid4().hex, time.monotonic() + GIVE_UP
        while time.monotonic() < give_up:
            answer = self._once("POST", who, path, body, key)
            if answer is not None:
                return answer
            time.sleep(PAUSE)
        raise Unanswered(f"POST {path}: no answer within {GIVE_UP:.0f} s")

    def post_twice(self, who: str, path: str, body: object, *, same_key: bool = True) -> list[Answer]:
        """Two requests at the same moment."""
        keys = [uuid.uuid4().hex] * 2 if same_key else [uuid.uuid4().hex, uuid.uuid4().hex]
        with ThreadPoolExecutor(2) as pair:
            sent = [pair.submit(self.post, who, path, body, key=key) for key in keys]
            return [one.result() for one in sent]

    def _once(self, method: str, who: str, path: str, body: object, key: str) -> Answer | None:
        headers = {
            "Host": "localhost",
            "Authorization": f"Token {self.tokens[who]}",
            "Content-Type": "application/json",
            "Accept-Language": "en",
            "Idempotency-Key": key,
        }
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            link.request(method, f"/api/v1/{path}", json.dumps(body), headers)
            answer = link.getresponse()
            text, status, kind = answer.read(), answer.status, answer.headers.get_content_type()
        except (OSError, http.client.HTTPException) as error:
            self._count(type(error).__name__)
            return None
        finally:
            link.close()
        self._count(str(status))
        return self._understood(path, status, kind, text)

    def _understood(self, path: str, status: int, kind: str, text: bytes) -> Answer | None:
        try:
            if kind != "application/json":
                raise ValueError(kind)
            body = json.loads(text)
        except ValueError:
            self._fault(f"{path}: {status} is no JSON: {text[:120]!r}")
            return None
        if status >= 500 and status != 503:
            self._fault(f"{path}: {status} {text[:200]!r}")
            return None
        if status == 503 or (status >= 400 and body.get("code") in COME_AGAIN):
            return None
        return Answer(status, body)

    def _fault(self, text: str) -> None:
        with self.lock:
            self.faults.append(text)

    def _count(self, word: str) -> None:
        with self.lock:
            self.statuses[word] += 1
