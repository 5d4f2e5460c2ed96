"""Graphs drawn with rails."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from penstock.cli.rails import MOST_NODES, draw


def picture(upstream: Mapping[str, Sequence[str]]) -> list[str]:
    rows = draw(upstream)
    assert rows is not None
    return [f"{row.before}● {row.after}{row.node}" if row.node else row.before for row in rows]


def test_a_chain_is_a_column() -> None:
    assert picture({"load": [], "split": ["load"], "train": ["split"]}) == ["● load", "● split", "● train"]


def test_branches_leave_and_come_back() -> None:
    upstream = {"load": [], "left": ["load"], "right": ["load"], "join": ["left", "right"]}
    assert picture(upstream) == ["● load", "├─╮", "● │ left", "│ ● right", "├─╯", "● join"]


def test_edges_that_others_imply_are_not_drawn() -> None:
    upstream = {"split": [], "train": ["split"], "evaluate": ["train", "split"]}
    assert picture(upstream) == ["● split", "● train", "● evaluate"]


def test_a_rail_passes_under_another() -> None:
    upstream = {"a": [], "b": [], "c": ["a"], "d": ["b", "a"], "e": ["c", "d"], "f": ["a"], "g": ["f", "e"]}
    assert picture(upstream) == [
        "● a",
        "├─┬─╮",
        "● │ │ c",
        "│ │ ● f",
        "│ │ │ ● b",
        "│ ├─│─╯",
        "│ ● │ d",
        "├─╯ │",
        "●   │ e",
        "╰───┤",
        "    ● g",
    ]


def test_tasks_without_edges_stand_below_each_other() -> None:
    assert picture({"a": [], "b": [], "c": []}) == ["● a", "● b", "● c"]


def test_too_large_a_graph_is_not_drawn() -> None:
    assert draw({str(index): [] for index in range(MOST_NODES + 1)}) is None
    assert draw({"a": [], **{str(index): ["a"] for index in range(40)}}) is None


@st.composite
def graphs(draw_from: st.DrawFn) -> dict[str, list[str]]:
    count = draw_from(st.integers(min_value=0, max_value=9))
    names = [f"t{index}" for index in range(count)]
    chosen = st.lists(st.integers(min_value=0, max_value=8), max_size=4, unique=True)
    return {name: [names[i] for i in draw_from(chosen) if i < index] for index, name in enumerate(names)}


@given(graphs())
def test_every_node_stands_below_those_it_depends_on(upstream: dict[str, list[str]]) -> None:
    rows = draw(upstream)
    assert rows is not None
    order = [row.node for row in rows if row.node]
    assert sorted(order) == sorted(upstream)
    assert all(order.index(source) < order.index(name) for name, sources in upstream.items() for source in sources)


@given(graphs())
def test_rails_join_without_gaps(upstream: dict[str, list[str]]) -> None:
    """Whatever leads down from a row is met by something that leads up in the next, at the same column."""
    rows = draw(upstream) or []
    texts = [row.before + ("●" if row.node else "") + (f" {row.after}" if row.node else "") for row in rows]
    down, up = set("│├┤┬╮╭┼"), set("│├┤┴╯╰┼●")
    for above, below in pairwise(texts):
        for column, char in enumerate(above):
            if char in down:
                assert below.ljust(column + 1)[column] in up, "\n".join(texts)
