"""Where a service outside may be: over https, or a fake on this machine."""

import pytest

from kernel.calls.addresses import is_local, is_safe


@pytest.mark.parametrize(
    ("url", "safe", "local"),
    [
        ("https://poll.kuaidi100.com/poll", True, False),
        ("http://poll.kuaidi100.com/poll", False, False),
        ("http://127.0.0.1:8101/gateway.do", True, True),
        ("https://127.0.0.1/", True, True),
        ("https://localhost", True, True),
        ("https://LOCALHOST./poll", True, True),
        ("https://a.localhost/", True, True),
        ("http://[::1]:80/", True, True),
        ("https://[::ffff:127.0.0.1]/", True, True),
        ("https://127.9/", True, True),
        ("https://0.0.0.0/", True, True),
        ("https://localhost.example.org/", True, False),
        ("https://10.0.0.1/", True, False),
        ("https://[::1", False, False),
        ("ftp://127.0.0.1/", False, True),
        ("poll.kuaidi100.com", False, False),
        ("https://", False, False),
        ("", False, False),
    ],
)
def test_an_address(url: str, safe: bool, local: bool) -> None:
    assert (is_safe(url), is_local(url)) == (safe, local)
