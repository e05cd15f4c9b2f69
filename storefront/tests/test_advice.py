"""What buyers are advised before they apply (S-077, S-145), in the shop's words or the usual ones."""

import re

import pytest

from accounts import services as accounts
from kernel.errors import Forbidden
from tests.browser import page, text

pytestmark = pytest.mark.usefixtures("now")
USUAL = "These aren't quality problems on their own"
REFUSE = "take photos and refuse it"


def test_what_is_no_quality_problem_is_said_with_that_reason_alone(world, alice):
    order = world.delivered()
    html = text(alice.get(f"/orders/{order.order_no}/apply/"))
    with_it = [note for note in html.split('class="as-chips__n')[1:] if USUAL in note.split("</div>")[0]]
    assert html.count(USUAL) == len(with_it) > 0
    for note in with_it:
        assert re.match(r'[^>]*id="note-\w+-quality"', note), note[:80]


def test_when_to_refuse_a_parcel_is_said_while_it_is_on_its_way(world, alice):
    for order, said in ((world.shipped(), True), (world.delivered(), False), (world.place_order(), False)):
        assert (REFUSE in text(alice.get(f"/orders/{order.order_no}/"))) is said


def test_in_the_shops_own_words_in_both_languages(world, now, alice):
    mei = world.actor("mei")
    accounts.revise_advice(world.lantern, not_quality_en=" Loose <threads> ", not_quality_zh="线头", actor=mei, now=now)
    order = world.delivered()
    address = f"/orders/{order.order_no}/apply/"
    assert "Loose &lt;threads&gt;" in text(alice.get(address))
    assert USUAL not in text(alice.get(address))
    assert "线头" in text(alice.get(address, headers={"accept-language": "zh-hans"}))
    assert REFUSE in text(alice.get(f"/orders/{world.shipped().order_no}/"))  # not written: the usual text


def test_a_manager_writes_it_and_an_empty_text_is_the_usual_one(world, now, sit):
    values = {"not_quality_zh": "", "not_quality_en": "", "refuse_parcel_zh": "拒收", "refuse_parcel_en": "Refuse it."}
    assert USUAL in text(sit("mei").get(page(world.lantern, "advice")))
    assert sit("mei").post(page(world.lantern, "advice"), values).status_code == 302
    world.lantern.refresh_from_db()
    assert (world.lantern.refuse_parcel_en, world.lantern.not_quality_en) == ("Refuse it.", "")
    assert "Refuse it." in text(sit("mei").get("/admin/settings/"))
    too_long = values | {"not_quality_en": "x" * 601}
    assert sit("mei").post(page(world.lantern, "advice"), too_long).status_code == 400
    for name in ("wen", "sun"):
        with pytest.raises(Forbidden):
            accounts.revise_advice(world.lantern, not_quality_en="x", actor=world.actor(name), now=now)
    assert sit("rui").get(page(world.lantern, "advice")).status_code == 404


def test_the_api_says_it(world, api):
    shop = api("alice").get("/api/v1/shops/lantern/").json()
    assert USUAL in shop["advice"]["not_quality"]
    assert REFUSE in shop["advice"]["refuse_parcel"]
