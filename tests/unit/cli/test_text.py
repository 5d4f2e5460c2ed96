"""Lines and columns: widths of wide characters, what gives way, what is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.cli.text import columns, crop, line, line_width, width


def plain(spans: object) -> str:
    return "".join(text for text, _ in spans)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "columns"), [("train", 5), ("训练", 4), ("🚕", 2), ("e\u0301", 1), ("", 0), ("\u200d", 0)]
)
def test_a_text_takes_the_columns_that_a_terminal_gives_it(text: str, columns: int) -> None:
    assert width(text) == columns


def test_what_is_cut_ends_in_an_ellipsis_of_the_same_style() -> None:
    assert crop(line("load ", ("from cache", "dim")), 9) == (("load ", ""), ("fro", "dim"), ("…", "dim"))


def test_half_of_a_wide_character_is_never_shown() -> None:
    assert plain(crop(line("训练模型"), 4)) == "训…"


@given(st.lists(st.text(max_size=12), max_size=4), st.integers(min_value=0, max_value=30))
def test_a_cropped_line_is_never_wider_than_asked(texts: list[str], limit: int) -> None:
    assert line_width(crop(line(*texts), limit)) <= limit


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    rows = [[line("load"), line("1.2s")], [line("validate"), line("12.0s")]]
    assert [plain(one) for one in columns(rows, limit=80, right=(1,))] == ["load       1.2s", "validate  12.0s"]


def test_a_row_that_ends_early_has_no_trailing_blanks() -> None:
    rows = [[line("load"), line("CACHED")], [line("validate")]]
    assert [plain(one) for one in columns(rows, limit=80)] == ["load      CACHED", "validate"]


def test_cells_give_way_in_the_order_given() -> None:
    rows = [[line("a" * 20), line("b" * 20)]]
    shrunk = columns(rows, limit=30, shrink=((1, 12), (0, 4)))
    assert plain(shrunk[0]) == "a" * 15 + "…" + "  " + "b" * 11 + "…"


@given(
    st.lists(st.lists(st.text(max_size=15), min_size=1, max_size=4), max_size=5),
    st.integers(min_value=1, max_value=60),
)
def test_no_row_is_wider_than_the_terminal(cells: list[list[str]], limit: int) -> None:
    rows = [[line(text) for text in row] for row in cells]
    assert all(line_width(one) <= limit for one in columns(rows, limit=limit, right=(1,), shrink=((0, 3), (1, 3))))
