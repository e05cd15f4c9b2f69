"""Evidence: what is taken, what becomes of it, who may look."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from accounts.models import Policy
from aftersales.models import Evidence
from aftersales.services import evidence as services
from tests.world import NOW

from .desk_api import ROOT, ApiDesk, file, files_in, picture, with_exif

URL = f"{ROOT}evidence/"
GIF = b"GIF89a/*\x01\x00\x01\x00*/=1;alert(1)//" + b"\x00" * 20
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
PDF = b"%PDF-1.7\n" + b"0" * 100
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 500


def send(apidesk: ApiDesk, content: bytes, *, name: str = "photo.jpg", who: str = "alice", **data: Any) -> Any:
    return apidesk.api(who).post(URL, {"file": file(content, name), **data}, format="multipart")


def fetched(apidesk: ApiDesk, url: str, who: str = "alice") -> Any:
    return apidesk.api(who).get(url, HTTP_ACCEPT="image/avif,image/webp,*/*;q=0.8")


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


# --- what is taken -------------------------------------------------------------------------------------


def test_a_photo_is_turned_and_loses_its_metadata(apidesk: ApiDesk, tmp_path: Path) -> None:
    answer = send(apidesk, with_exif() + b"<script>alert(1)</script>", name="../../x.php", kind="inspection")
    assert answer.status_code == 201
    row = answer.json()
    assert (row["kind"], row["kind_label"], row["media_type"]) == ("inspection", "inspection report", "image/jpeg")
    assert files_in(tmp_path) == [f"{row['id']}-small.jpg", f"{row['id']}.jpg"]
    stored = content(fetched(apidesk, row["url"]))
    image = Image.open(io.BytesIO(stored))
    assert image.size == (20, 40)
    assert not dict(image.getexif())
    for secret in (b"SecretCamera", b"SecretComment", b"script"):
        assert secret not in stored


def test_what_is_no_picture_is_refused(apidesk: ApiDesk, tmp_path: Path) -> None:
    for raw in (GIF, SVG, HTML, PDF, b"\xff", b"\x89PNG", b"RIFF\x00\x00\x00\x00WEBP", MP4, b"PK\x03\x04"):
        for name in ("photo.jpg", "photo.mp4"):
            answer = send(apidesk, raw, name=name)
            assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media"), raw
    assert files_in(tmp_path) == []
    assert not Evidence.objects.exists()


def test_eight_mebibytes_are_the_limit(apidesk: ApiDesk) -> None:
    fits = picture() + b"\0" * (8 * 2**20 - len(picture()))
    assert send(apidesk, fits).status_code == 201
    answer = send(apidesk, fits + b"\0")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_request_far_too_large_is_not_read(apidesk: ApiDesk) -> None:
    answer = apidesk.api("alice").post(URL, {"file": file()}, format="multipart", CONTENT_LENGTH=str(10**9))
    assert answer.status_code == 413


@pytest.mark.parametrize("data", [{}, {"file": "text"}, {"file": file(b"")}, {"file": file(), "kind": "odd"}])
def test_bad_forms_are_400(apidesk: ApiDesk, data: dict[str, Any]) -> None:
    assert apidesk.api("alice").post(URL, data, format="multipart").status_code == 400


def test_json_is_not_a_file(apidesk: ApiDesk) -> None:
    assert apidesk.api("alice").post(URL, {"file": "x"}, format="json").status_code == 415


def test_fifty_unused_files_are_enough(apidesk: ApiDesk) -> None:
    alice = apidesk.world.alice
    Evidence.objects.bulk_create(
        Evidence(uploader=alice, media_type="image/jpeg", file="x.jpg", created_at=NOW) for _ in range(50)
    )
    answer = send(apidesk, picture())
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_files")
    assert send(apidesk, picture(), who="bob").status_code == 201


# --- videos ----------------------------------------------------------------------------------------------


def allow_videos(apidesk: ApiDesk) -> None:
    shop = apidesk.world.lantern
    shop.policy = Policy.objects.create(shop=shop, video_allowed=True)
    shop.save()


def test_a_video_only_where_the_shop_allows_it(apidesk: ApiDesk) -> None:
    order = apidesk.world.place_order()
    assert send(apidesk, MP4, shop="lantern").status_code == 415
    allow_videos(apidesk)
    assert send(apidesk, MP4).status_code == 415
    assert send(apidesk, MP4, shop="harbor").status_code == 415
    assert send(apidesk, MP4, shop="nowhere").status_code == 415
    assert send(apidesk, MP4, shop="lantern").status_code == 201
    assert send(apidesk, MP4, order_no=order.order_no, who="bob").status_code == 404
    row = send(apidesk, MP4, order_no=order.order_no, name="x.html").json()
    assert (row["media_type"], row["thumbnail_url"]) == ("video/mp4", None)
    answer = fetched(apidesk, row["url"])
    assert answer["Content-Disposition"] == f'attachment; filename="{row["id"]}.mp4"'
    assert content(answer) == MP4
    assert fetched(apidesk, f"{row['url']}thumbnail/").status_code == 404


def test_too_long_a_video(apidesk: ApiDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    allow_videos(apidesk)
    monkeypatch.setattr(services, "MAX_VIDEO_BYTES", len(MP4) - 1)
    assert send(apidesk, MP4, shop="lantern").status_code == 413


# --- who may look ----------------------------------------------------------------------------------------


def test_headers_of_a_file(apidesk: ApiDesk) -> None:
    row = send(apidesk, picture(), name='"x\r\nSet-Cookie: a=b.html').json()
    answer = fetched(apidesk, row["url"])
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == f'inline; filename="{row["id"]}.jpg"'
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert answer["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer


def test_an_unused_upload_is_its_uploaders(apidesk: ApiDesk) -> None:
    url = f"{URL}{apidesk.photo()}/"
    for address in (url, f"{url}thumbnail/"):
        assert fetched(apidesk, address).status_code == 200
        for name in ("bob", "eve", "mei", "sun", "oms"):
            assert fetched(apidesk, address, name).status_code == 404
        answer = fetched(apidesk, address, "")
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_a_used_one_is_for_the_parties(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered(), "return_refund", "quality", evidence=[apidesk.photo()])
    row = ticket["evidence"][0]
    for url in (row["url"], row["thumbnail_url"]):
        for name in ("alice", "mei", "wen", "sun", "oms"):
            assert fetched(apidesk, url, name).status_code == 200
        for name in ("bob", "eve", "rui"):
            assert fetched(apidesk, url, name).status_code == 404


def test_a_session_will_do(apidesk: ApiDesk) -> None:
    url = f"{URL}{apidesk.photo()}/"
    client = apidesk.api("")
    client.force_login(apidesk.world.alice, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(url).status_code == 200


def test_a_file_that_is_gone_is_404(apidesk: ApiDesk) -> None:
    url = f"{URL}{apidesk.photo()}/"
    default_storage.delete(str(Evidence.objects.get().file.name))
    assert fetched(apidesk, url).status_code == 404


# --- use, deletion, failure ----------------------------------------------------------------------------


def test_only_own_and_unused_files_serve_a_ticket(apidesk: ApiDesk) -> None:
    order = apidesk.world.delivered(lines=[("TEE", "99.00", 4)])
    body = apidesk.body(order, "return_refund", "quality", quantity=1)
    alice, used, foreign = apidesk.api("alice"), apidesk.photo(), apidesk.photo("bob")
    assert alice.post(f"{ROOT}tickets/", body | {"evidence": [used]}).status_code == 201
    for bad in ([used], [foreign], ["7b0c1b0e-3f0a-4b53-9e6a-0d6b6f3a2c11"], ["x"], [1.5], "x", [None], [used] * 51):
        answer = alice.post(f"{ROOT}tickets/", body | {"evidence": bad})
        assert answer.status_code == 400, bad
        assert any(name.startswith("evidence") for name in answer.json()["errors"])
    assert Evidence.objects.get(pk=foreign).ticket is None


def test_deleting_an_unused_file(apidesk: ApiDesk, tmp_path: Path, django_capture_on_commit_callbacks: Any) -> None:
    url = f"{URL}{apidesk.photo()}/"
    assert apidesk.api("bob").delete(url).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert apidesk.api("alice").delete(url).status_code == 204
    assert files_in(tmp_path) == []
    assert apidesk.api("alice").delete(url).status_code == 404


def test_a_used_file_stays(apidesk: ApiDesk) -> None:
    ticket = apidesk.apply(apidesk.world.delivered(), "return_refund", "quality", evidence=[apidesk.photo()])
    url = ticket["evidence"][0]["url"]
    assert apidesk.api("mei").delete(url).status_code == 404
    assert apidesk.api("alice").delete(url).status_code == 409


def test_one_key_is_one_file(apidesk: ApiDesk) -> None:
    answers = [
        apidesk.api("alice").post(
            URL, {"file": file()}, format="multipart", headers={"Idempotency-Key": "k"}
        ).json()["id"]
        for _ in range(3)
    ]  # fmt: skip
    assert len(set(answers)) == 1
    assert Evidence.objects.count() == 1


def test_statements(apidesk: ApiDesk, django_assert_max_num_queries: Any) -> None:
    client, photo = apidesk.api("alice"), file()
    with django_assert_max_num_queries(5):  # token, unused, savepoint, row, savepoint
        row = client.post(URL, {"file": photo}, format="multipart").json()
    with django_assert_max_num_queries(3):
        client.get(row["url"])


def test_damaged_and_oversized_pictures(apidesk: ApiDesk) -> None:
    answer = send(apidesk, picture((200, 200))[:-400])
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["file"])
    assert send(apidesk, picture((8000, 5001), mode="L")).status_code == 413
