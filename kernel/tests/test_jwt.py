"""Signed claims: what is not signed with this key, or is too old, is not read."""

import json
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any

import pytest

from kernel.crypto import jwt

KEY = "k" * 43
NOW = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
CLAIMS: dict[str, Any] = {"sub": "ticket:AS1", "amount": "20.00", "exp": int(NOW.timestamp())}
SECOND = timedelta(seconds=1)


def packed(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(("off", "read"), [(-SECOND, True), (timedelta(0), False), (SECOND, False)])
def test_until_its_second(off: timedelta, read: bool) -> None:
    token = jwt.sign(CLAIMS, KEY)
    if read:
        assert jwt.read(token, KEY, now=NOW + off) == CLAIMS
    else:
        with pytest.raises(jwt.BadToken):
            jwt.read(token, KEY, now=NOW + off)


def test_it_is_the_format_of_the_rfc() -> None:
    """The signature of a header and claims that were signed by another implementation (RFC 7515, A.1)."""
    body = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    )
    assert jwt._packed({"alg": "HS256", "typ": "JWT"}) == "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    assert jwt.unread(f"{body}.x") == {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}


SIGNED = jwt.sign(CLAIMS, KEY)
HEAD, BODY, MAC = SIGNED.split(".")
DEARER = packed({**CLAIMS, "amount": "0.01"})


@pytest.mark.parametrize(
    "token",
    [
        "", ".", "..", "a.b.c", SIGNED[:-1], f"{SIGNED}x", f"{HEAD}.{DEARER}.{MAC}", f"{HEAD}.{BODY}.",
        f"{packed({'alg': 'none'})}.{BODY}.", jwt.sign(CLAIMS, "x" * 43), jwt.sign({"sub": "no exp"}, KEY),
        jwt.sign({**CLAIMS, "exp": "soon"}, KEY), jwt.sign({**CLAIMS, "exp": None}, KEY), "é.é.é",
        jwt.sign({**CLAIMS, "pad": "x" * jwt.MAX_LENGTH}, KEY),
    ],
)  # fmt: skip
def test_everything_else_is_refused(token: str) -> None:
    with pytest.raises(jwt.BadToken):
        jwt.read(token, KEY, now=NOW - SECOND)


def test_another_algorithm_with_the_right_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jwt, "HEADER", {"alg": "HS512", "typ": "JWT"})
    token = jwt.sign(CLAIMS, KEY)
    monkeypatch.undo()
    with pytest.raises(jwt.BadToken):
        jwt.read(token, KEY, now=NOW - SECOND)


def test_without_a_key_nothing_is_read() -> None:
    with pytest.raises(jwt.BadToken):
        jwt.read(jwt.sign(CLAIMS, ""), "", now=NOW - SECOND)
