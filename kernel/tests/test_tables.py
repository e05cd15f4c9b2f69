"""One reader for every table that people upload: the same cells give the same rows, whatever they are wrapped in."""

import csv
import gzip
import io
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.tables import UPLOAD, Columns, Limits, Misfit, Unreadable, clean_cell, open_table, read_time, shortened

QUICK = settings(max_examples=12, deadline=None, derandomize=True, database=None)
NAMES = ("order_no", "title", "quantity", "price")
COLUMNS = Columns(
    NAMES, needed=("order_no",), also={"order_no": ("订单号",), "title": ("商品名称",), "quantity": ("qty",)}
)
Cells = list[list[str]]


def read(content: bytes, limits: Limits = UPLOAD, columns: Columns = COLUMNS) -> Cells:
    with open_table(io.BytesIO(content), columns, limits) as table:
        return [table.header, *(cells for _number, cells in table)]


def written(rows: Cells, delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def at(*parts: int) -> datetime:
    return datetime(2026, *parts)  # type: ignore[arg-type]  # noqa: DTZ001  (cells of a workbook have no zone)


def is_a_table_or_one_sentence(content: bytes) -> bool:
    try:
        read(content)
    except Unreadable as error:
        return len(str(error).splitlines()) == 1
    return True


def workbook(rows: list[list[object]], before: int = 0) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    for _row in range(before):
        sheet.append(["a title"])
    for row in rows:
        sheet.append(row)
    book.save(out)
    return out.getvalue()


def wrapped(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'="{doubled}"'


ENCODINGS = ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be")


def text_in(encoding: str, delimiter: str) -> Callable[[Cells], bytes]:
    return lambda rows: written(rows, delimiter).encode(encoding)


WRAPPERS = {f"{encoding} {sign!r}": text_in(encoding, sign) for encoding in ENCODINGS for sign in ",;\t"}
WRAPPERS |= {
    "sep=": lambda rows: ("sep=|\n" + written(rows, "|")).encode(),
    "sep=, quoted": lambda rows: ('"sep=;"\r\n' + written(rows, ";")).encode(),
    "lines of a Mac": lambda rows: written(rows, end="\r").encode(),
    "lines of Unix": lambda rows: written(rows, end="\n").encode(),
    "gzip": lambda rows: gzip.compress(written(rows).encode("gbk")),
    "workbook": lambda rows: workbook([list(row) for row in rows]),
    "workbook with titles": lambda rows: workbook([list(row) for row in rows], before=3),
    "gzipped workbook": lambda rows: gzip.compress(workbook([list(row) for row in rows])),
    "titles": lambda rows: ("订单导出,,,\n2026,年\n\n" + written(rows)).encode(),
    "trailing comma": lambda rows: "".join(f"{line},\r\n" for line in written(rows).splitlines()).encode(),
    "rules": lambda rows: written([rows[0], ["----"] * 4, [], *rows[1:], ["====", "", "", ""], [" "] * 4]).encode(),
    "unwrapped": lambda rows: written(
        [rows[0], *(['="' + cell.replace('"', '""') + '"' for cell in row] for row in rows[1:])]
    ).encode(),
    "apostrophes": lambda rows: written([rows[0], *([f"'{cell}" for cell in row] for row in rows[1:])]).encode(),
    "backticks": lambda rows: written([rows[0], *([f" `{cell} " for cell in row] for row in rows[1:])]).encode(),
    "stars and blanks": lambda rows: written([["*订单号", "商品名称 *", " QTY ", "Price"], *rows[1:]]).encode(),
}

# What a cell of a real table holds: with delimiters, quotes and lines in it, but no marks of a spreadsheet around it.
words = st.text(alphabet='ab灯订7,;\t"x \n', max_size=8).map(str.strip)
rows_of_cells = st.lists(
    st.tuples(st.from_regex(r"[A-Z]{1,3}-[0-9]{1,4}", fullmatch=True), words, st.sampled_from("123"), st.just("9.50")),
    min_size=1, max_size=5,
).map(lambda rows: [list(row) for row in rows])  # fmt: skip


@QUICK
@given(rows_of_cells)
def test_the_same_cells_are_the_same_table_in_any_wrapper(body: Cells) -> None:
    rows = [list(NAMES), *body]
    plain = read(written(rows).encode())
    assert plain == rows
    for name, wrap in WRAPPERS.items():
        if not (name.startswith(("lines of", "trailing")) and any("\n" in cell for row in body for cell in row)):
            assert read(wrap(rows)) == plain, name


def test_numbers_of_rows_are_those_of_the_spreadsheet() -> None:
    content = written([["title"], [], list(NAMES), ["A", "", "1", "2"], [], ["B", "", "1", "2"]])
    with open_table(io.BytesIO(content.encode()), COLUMNS) as table:
        assert [number for number, _cells in table] == [4, 6]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('="0012"', "0012"), ('= "a""b"', 'a"b'), ("'0012", "0012"), ("`0012", "0012"), ("  x ", "x"), ("\u3000x", "x"),
        ('="a"&"b"', '="a"&"b"'), ("=1+1", "=1+1"), ("it's", "it's"), ("''x", "'x"), ('=""', ""),
    ],
)  # fmt: skip
def test_what_spreadsheets_put_around_a_cell_is_no_part_of_it(text: str, cell: str) -> None:
    assert clean_cell(text) == cell


@pytest.mark.parametrize("text", ["1.23457E+17", "7E+10", "1,2e+5", "1.5e10", "-1.2E+3", "1.0e-5"])
def test_numbers_that_a_spreadsheet_has_shortened(text: str) -> None:
    assert shortened(text)


@pytest.mark.parametrize("text", ["12E5", "E-1001", "1.5", "ABE+1", "", "2E", "e"])
def test_numbers_that_only_look_alike(text: str) -> None:
    assert not shortened(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345, "12345"), (12.5, "12.5"), (0.1 + 0.2, "0.3"), (True, "TRUE"), (None, ""),
        (999999999999999, "999999999999999"), (10**15, "1.00000000000000E+15"),
        (731234567890123000, "7.31234567890123E+17"), (at(11, 1, 8, 5), "2026-11-01 08:05:00"),
    ],
)  # fmt: skip
def test_cells_of_a_workbook_as_text(value: object, text: str) -> None:
    rows = read(workbook([list(NAMES), ["A", value, 1, "end"]]))
    assert rows[1][1] == text
    assert shortened(text) is text.endswith(("E+15", "E+17"))


def test_a_number_shown_with_leading_zeros_keeps_them() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(list(NAMES))
    book.active.append([12, "x", 1, 2])
    book.active["A2"].number_format = "00000"
    book.save(out)
    assert read(out.getvalue())[1][0] == "00012"


def test_a_formula_without_a_value_is_refused_and_a_literal_is_read() -> None:
    """Read as empty, a quantity or an SKU that was never computed would change what happens."""
    assert read(workbook([list(NAMES), ['="0012"', "x", 1, 2]]))[1][0] == "0012"
    with pytest.raises(Unreadable, match="Cell C2 has a formula without a value"):
        read(workbook([list(NAMES), ["A", "x", "=1+1", 2]]))


def test_two_sheets_with_a_table_are_one_too_many_and_a_hidden_one_is_none() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["read me"])
    for title in ("one", "two"):
        sheet = book.create_sheet(title)
        sheet.append(list(NAMES))
        sheet.append([title, "x", 1, 2])
    book.save(out)
    with pytest.raises(Unreadable, match="one, two"):
        read(out.getvalue())
    book["two"].sheet_state = "hidden"
    book.save(out := io.BytesIO())
    assert read(out.getvalue())[1][0] == "one"


def test_a_row_of_another_width_is_told_and_a_trailing_comma_is_none() -> None:
    rows = read(b"order_no,title,qty\nA,x\nB,x,1,,\nC,x,1,more\nD,x,1\n")
    assert [isinstance(row, Misfit) for row in rows[1:]] == [True, False, True, False]
    assert [row.said for row in rows[1:] if isinstance(row, Misfit)] == [
        "2 columns instead of 3", "4 columns instead of 3",
    ]  # fmt: skip


def test_a_cell_under_no_name_is_told() -> None:
    assert isinstance(read(b"order_no,,title\nA,1,x\n")[1], Misfit)
    assert not isinstance(read(b"order_no,,title\nA,,x\n")[1], Misfit)


def test_unknown_columns_are_named() -> None:
    with open_table(io.BytesIO(b"Order No.,colour,qty\nA,red,1\n"), COLUMNS) as table:
        assert (table.header, table.unknown) == (["order_no", "", "quantity"], {1: "colour"})


@pytest.mark.parametrize("header", ["order_no,订单号", "order_no,Order No", "qty,quantity,order_no"])
def test_a_column_twice(header: str) -> None:
    with pytest.raises(Unreadable, match="duplicate columns"):
        read(f"{header}\n1,2,3\n".encode())


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026/11/1 8:05", at(11, 1, 8, 5)), ("2026/1/2", at(1, 2)),
        ("2026-1-2 23:59:58", at(1, 2, 23, 59, 58)), ("2026-11-01T08:05", at(11, 1, 8, 5)),
    ],
)  # fmt: skip
def test_times_as_spreadsheets_write_them(text: str, time: datetime) -> None:
    assert read_time(text) == time


@pytest.mark.parametrize("text", ["2026/13/1", "2026/2/30 8:05", "1/2/2026", "2026/11-1", "2026/11/1 24:00", "45000.5"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError):
        read_time(text)


def test_gbk_is_not_taken_for_utf_8_with_a_stray_byte_nor_the_other_way_round() -> None:
    assert read("订单号,商品名称,qty\nA,灯,1\n".encode("gbk"))[1] == ["A", "灯", "1"]
    broken = "订单号,商品名称,qty\nA,灯罩,1\nB,#,1\n".encode().replace(b"#", b"\xe9")
    assert read(broken)[1] == ["A", "灯罩", "1"]
    assert read(broken)[2][1] == "\udce9"


@pytest.mark.parametrize("cut", [1, 2, 3, 7, 50, -1, -10])
def test_a_workbook_that_is_damaged_is_one_sentence(cut: int) -> None:
    whole = workbook([list(NAMES), ["A", "x", 1, 2]])
    with pytest.raises(Unreadable):
        read(whole[: len(whole) + cut if cut < 0 else len(whole) // cut - 1])


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b", b"\xff\xfe", b"order_no,title\n"]))
def test_any_bytes_are_a_table_or_one_sentence(content: bytes, start: bytes) -> None:
    assert is_a_table_or_one_sentence(start + content)


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_a_workbook_with_any_bytes_changed_is_a_table_or_one_sentence(data: st.DataObject) -> None:
    """The parts of a workbook, changed inside, so that the archive itself stays whole."""
    source = zipfile.ZipFile(io.BytesIO(workbook([list(NAMES), ["A", "x", 1, 2]])))
    out = io.BytesIO()
    target = data.draw(st.sampled_from(source.namelist()))
    with zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            content = bytearray(source.read(name))
            if name == target:
                place = data.draw(st.integers(0, len(content) - 1))
                content[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=12))
            archive.writestr(name, bytes(content))
    assert is_a_table_or_one_sentence(out.getvalue())


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(b"order_no,title\n" + b"\n" * 3_000_000)
    with pytest.raises(Unreadable, match="too large") as refused:
        read(bomb, Limits(unpacked=1_000_000))
    assert refused.value.too_large
    with pytest.raises(Unreadable, match="too large"):
        read(workbook([list(NAMES), ["A", "x" * 5000, 1, 2]]), Limits(workbook=5_000))


def test_a_line_without_an_end_is_no_row() -> None:
    with pytest.raises(Unreadable, match="isn't a CSV file"):
        read(b"order_no,title\n" + b"x," * 2_000_000)


def test_a_file_of_any_size_is_read_in_constant_memory(tmp_path: Path) -> None:
    path = tmp_path / "many.csv.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write("order_no,title,qty\n")
        for _chunk in range(30):
            file.write("A-1,some lamp of a shop,1\n" * 1000)
    tracemalloc.start()
    with open_table(path, COLUMNS) as table:
        assert sum(1 for _row in table) == 30_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000
