"""The calendar of official holidays: shipped, edited, a year of it from a file (part C, holiday pause)."""

from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils.translation import override

from accounts.holidays import coming, import_file
from accounts.models import Holiday
from accounts.pauses import MAX_A_YEAR
from tests.browser import Sit, listing, page, text
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
HEAD = "name_zh,name_en,first,last"
LIST = listing(Holiday)


def own(world: World, first: date, days: int = 1, name: str = "Own") -> Holiday:
    return Holiday.objects.create(
        shop=world.lantern, name_zh=name, name_en=name, first=first, last=first + (days - 1) * DAY
    )


def entry(**values: object) -> dict[str, object]:
    return {"shop": "", "name_zh": "厂休", "name_en": "Shutdown", "first": "2027-08-01", "last": "2027-08-05"} | values


# --- what is shipped -------------------------------------------------------------------------------------


def test_the_days_of_2026_are_those_of_the_notice() -> None:
    rows = list(Holiday.objects.filter(shop=None))
    assert [(f"{one.first:%m-%d}", (one.last - one.first).days + 1) for one in rows] == [
        ("01-01", 3), ("02-15", 9), ("04-04", 3), ("05-01", 5), ("06-19", 3), ("09-25", 3), ("10-01", 7),
    ]  # fmt: skip
    assert all(one.first.year == one.last.year == 2026 for one in rows)
    assert all(one.ends_at - one.starts_at <= MAX_A_YEAR for one in rows)  # else it could not be announced
    with override("zh-hans"):
        assert str(rows[1]) == "春节 · 2026-02-15–02-23"


@pytest.mark.parametrize(("seconds", "still"), [(-1, True), (0, False), (1, False)])
def test_a_holiday_is_coming_until_it_begins(world: World, seconds: int, still: bool) -> None:
    for number, holiday in enumerate(rows := list(Holiday.objects.filter(shop=None))):
        now = holiday.starts_at + seconds * SECOND
        assert coming(world.lantern, now) == rows[number if still else number + 1 :]


def test_a_shops_own_stands_in_the_place_of_the_one_for_all(world: World) -> None:
    now = Holiday.objects.get(first=date(2026, 10, 1)).starts_at - SECOND
    mine, later = own(world, date(2026, 10, 1), 9), own(world, date(2026, 11, 11))
    assert coming(world.lantern, now) == [mine, later]
    assert [one.shop_id for one in coming(world.harbor, now)] == [None]


# --- what is no holiday ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "possible"), [(0, False), (1, True), (31, True), (32, False)])
def test_it_has_one_day_to_thirty_one(world: World, days: int, possible: bool) -> None:
    row = Holiday(name_zh="x", name_en="x", first=date(2027, 3, 1), last=date(2027, 3, 1) + (days - 1) * DAY)
    if possible:
        row.full_clean()
        row.save()
    else:
        with pytest.raises(ValidationError, match="up to 31 days"):
            row.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


def test_one_a_day_for_all_and_one_for_a_shop(world: World) -> None:
    own(world, date(2026, 10, 1))
    for shop in (None, world.lantern):
        row = Holiday(shop=shop, name_zh="x", name_en="x", first=date(2026, 10, 1), last=date(2026, 10, 1))
        with pytest.raises(ValidationError, match="already a holiday starting on this day"):
            row.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


EDGES = ["0001-01-01", "1989-12-31", "2200-01-01", "9999-12-31"]


@pytest.mark.parametrize("day", EDGES)
def test_no_day_at_the_edge_of_the_calendar(world: World, sit: Sit, day: str) -> None:
    refused = sit("root").post(f"{LIST}add/", entry(first=day, last=day))
    assert refused.status_code in (200, 400)
    assert "Enter a year between 1990 and 2199" in text(refused)
    summary = import_file(["name_zh,name_en,first,last", f"x,x,{day},{day}"], None)
    assert [line for line, _ in summary.rejected] == [2]
    with pytest.raises(IntegrityError), transaction.atomic():
        Holiday.objects.create(name_zh="x", name_en="x", first=date.fromisoformat(day), last=date.fromisoformat(day))


@pytest.mark.parametrize("day", ["1990-01-01", "2199-12-31"])
def test_the_first_and_the_last_day_of_the_calendar(world: World, day: str) -> None:
    only = date.fromisoformat(day)
    row = Holiday(name_zh="x", name_en="x", first=only, last=only)
    row.full_clean()
    row.save()
    assert row.ends_at - row.starts_at == DAY


# --- at the desk -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["root", "song"])
def test_those_for_all_are_edited_by_who_looks_after_all_shops(world: World, sit: Sit, name: str) -> None:
    who = sit(name)
    assert who.post(f"{LIST}add/", entry()).status_code == 302
    row = Holiday.objects.get(first=date(2027, 8, 1))
    assert (row.shop_id, row.last) == (None, date(2027, 8, 5))
    assert who.post(page(row), entry(last="2027-08-06")).status_code == 302
    row.refresh_from_db()
    assert row.last == date(2027, 8, 6)
    assert who.post(page(row, "delete"), {"post": "yes"}).status_code == 302
    assert not Holiday.objects.filter(pk=row.pk).exists()
    assert "up to 31 days" in text(who.post(f"{LIST}add/", entry(last="2027-07-31")))


def test_a_manager_has_the_shops_own_and_reads_those_for_all(world: World, sit: Sit) -> None:
    mei, shared = sit("mei"), Holiday.objects.get(first=date(2026, 10, 1))
    assert "National Day" in text(mei.get(LIST))
    assert mei.post(page(shared), entry()).status_code == 403
    assert mei.post(page(shared, "delete"), {"post": "yes"}).status_code == 403
    assert mei.post(f"{LIST}add/", entry()).status_code == 200  # a shop has to be chosen
    assert mei.post(f"{LIST}add/", entry(shop=world.harbor.pk)).status_code == 200  # and one's own
    assert mei.post(f"{LIST}add/", entry(shop=world.lantern.pk)).status_code == 302
    assert Holiday.objects.get(first=date(2027, 8, 1)).shop == world.lantern
    assert "Shutdown" not in text(sit("rui").get(LIST))


@pytest.mark.parametrize("name", ["wen", "sun"])
def test_who_keeps_nothing_only_reads(world: World, sit: Sit, name: str) -> None:
    assert sit(name).get(LIST).status_code == 200
    assert sit(name).post(f"{LIST}add/", entry()).status_code == 403


# --- a year from a file ----------------------------------------------------------------------------------


def run(folder: Path, *rows: str, head: str = HEAD, **options: object) -> tuple[str, str]:
    file = folder / "holidays.csv"
    file.write_text("\n".join([head, *rows]), encoding="utf-8-sig")
    out, err = StringIO(), StringIO()
    try:
        call_command("import_holidays", file, stdout=out, stderr=err, **options)
    except CommandError as fault:
        err.write(str(fault))
    return out.getvalue().strip(), err.getvalue().strip()


def test_a_year_in_one_command(world: World, tmp_path: Path) -> None:
    rows = ("春节,Spring Festival,2027-02-05,2027-02-12", "国庆节,National Day,2027-10-01,2027-10-07")
    said = "dry run, nothing written: 2 added, 0 changed, 0 as they were, 0 rejected"
    assert run(tmp_path, *rows, dry_run=True) == (said, "")
    assert not Holiday.objects.filter(first__year=2027).exists()
    assert run(tmp_path, *rows) == ("2 added, 0 changed, 0 as they were, 0 rejected", "")
    assert run(tmp_path, *rows) == ("0 added, 0 changed, 2 as they were, 0 rejected", "")
    longer = rows[1].replace("10-07", "10-08")
    assert run(tmp_path, rows[0], longer) == ("0 added, 1 changed, 1 as they were, 0 rejected", "")
    assert Holiday.objects.get(first=date(2027, 10, 1)).last == date(2027, 10, 8)
    assert run(tmp_path, *rows, shop="lantern")[0].startswith("2 added")
    assert Holiday.objects.filter(shop=world.lantern).count() == 2


def test_bad_rows_are_listed_and_the_others_taken(tmp_path: Path) -> None:
    rows = (
        "春节,Spring Festival,5 February,2027-02-12",
        "清明节,Qingming,2027-04-05,2027-04-03",
        ",Labour Day,2027-05-01,2027-05-05",
        "国庆节,National Day,2027-10-01,2027-10-07",
        "中秋节,Mid-Autumn,2027-10-06,2027-10-08",
        "端午节,Dragon Boat",
    )
    out, err = run(tmp_path, *rows)
    assert out == "1 added, 0 changed, 0 as they were, 5 rejected"
    listed = err.splitlines()
    assert [line.split(":")[0] for line in listed[:5]] == ["line 2", "line 3", "line 4", "line 6", "line 7"]
    assert "isn't a date" in listed[0]
    assert "up to 31 days" in listed[1]
    assert "another holiday: National Day" in listed[3]
    assert list(Holiday.objects.filter(first__year=2027).values_list("name_en", flat=True)) == ["National Day"]


def test_a_file_that_is_none_is_said(tmp_path: Path) -> None:
    assert "There is no column first" in run(tmp_path, "x,y,2027-01-01", head="name_zh,name_en,last")[1]
    assert "There is no shop" in run(tmp_path, shop="nowhere")[1]
    with pytest.raises(CommandError):
        call_command("import_holidays", tmp_path / "none.csv")
