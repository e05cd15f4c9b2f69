"""What browsers fetch by themselves."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from tests.browser import Sit, text
from tests.world import World

STATIC = Path(settings.BASE_DIR) / "static"


class TestOffline:
    def test_says_the_same_to_everybody(self, world: World, sit: Sit) -> None:
        page = sit("alice").get("/offline/")
        assert page.content == Client(headers={"accept-language": "zh"}).get("/offline/").content
        assert "没有网络" in text(page)
        assert "No connection" in text(page)
        assert "alice" not in text(page)

    def test_needs_no_database(self, client: Client) -> None:
        assert client.get("/offline/").status_code == 200

    def test_all_that_it_links_is_kept(self, client: Client) -> None:
        linked = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text(client.get("/offline/"))))
        assert linked <= set(facts(client)["shell"])


def facts(client: Client) -> dict[str, Any]:
    found = re.match(r"const OFFLINE = (\{.*?\});\n", text(client.get("/sw.js")))
    assert found
    known: dict[str, Any] = json.loads(found[1])
    return known


class TestWorker:
    def test_sees_the_whole_site_and_is_always_asked_for_anew(self, client: Client) -> None:
        answer = client.get("/sw.js")
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert "no-cache" in answer.headers["Cache-Control"]
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert not answer.cookies

    def test_keeps_nothing_private(self, client: Client) -> None:
        assert facts(client)["shell"] == ["/offline/", "/static/site.css", "/static/icon.svg"]
        assert text(client.get("/sw.js")).count(".addAll(") == 1
        assert ".put(" not in text(client.get("/sw.js"))

    def test_a_new_style_is_a_new_version(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        from storefront.views import offline

        before = facts(client)["version"]
        monkeypatch.setattr(offline, "CACHED_FILES", ("icon.svg",))
        offline._worker.cache_clear()
        after = facts(client)["version"]
        monkeypatch.undo()
        offline._worker.cache_clear()
        assert before != after

    def test_is_started_by_the_pages(self) -> None:
        assert 'register("/sw.js")' in (STATIC / "site.js").read_text()

    def test_takes_no_posts(self, client: Client) -> None:
        assert client.post("/sw.js").status_code == 405


def test_manifest_and_its_pictures(client: Client, db: None) -> None:
    assert 'rel="manifest" href="/static/manifest.webmanifest"' in text(client.get("/login/"))
    manifest = json.loads((STATIC / "manifest.webmanifest").read_text(encoding="utf-8"))
    assert manifest["name"] == "安心售后"
    for icon in manifest["icons"]:
        assert finders.find(icon["src"])
        if icon["sizes"] != "any":
            with Image.open(STATIC / icon["src"]) as picture:
                assert f"{picture.width}x{picture.height}" == icon["sizes"]


def test_no_browser_misses_its_icon(client: Client) -> None:
    assert client.get("/favicon.ico").headers["Location"] == "/static/icon-192.png"


def test_robots_stay_out(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"] == "text/plain"
    assert text(answer) == "User-agent: *\nDisallow: /\n"
