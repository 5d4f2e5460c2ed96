"""Where nodes are drawn."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.platform.report.layout import LAYER_GAP, NODE_GAP, lay_out
from penstock.platform.report.order import layers, topological_order


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    names = [f"t{index}" for index in range(draw(st.integers(min_value=1, max_value=10)))]
    chosen = st.lists(st.integers(min_value=0, max_value=9), max_size=4, unique=True)
    return {name: [names[i] for i in draw(chosen) if i < index] for index, name in enumerate(names)}


sizes = st.tuples(st.integers(min_value=10, max_value=300), st.integers(min_value=10, max_value=200))


@given(graphs(), st.lists(sizes, min_size=10, max_size=10), st.booleans())
def test_nodes_lie_inside_and_never_overlap(
    upstream: dict[str, list[str]], chosen: list[tuple[float, float]], downwards: bool
) -> None:
    sized = dict(zip(upstream, chosen, strict=False))
    layout = lay_out(sized, upstream, downwards=downwards)
    boxes = {name: (x, y, x + sized[name][0], y + sized[name][1]) for name, (x, y) in layout.nodes.items()}
    for left, top, right, bottom in boxes.values():
        assert min(left, top) >= -0.01
        assert right <= layout.width + 0.01
        assert bottom <= layout.height + 0.01
    for one, other in combinations(boxes.values(), 2):
        apart = max(one[0] - other[2], other[0] - one[2], one[1] - other[3], other[1] - one[3])
        assert apart >= min(LAYER_GAP, NODE_GAP) - 0.01


@given(graphs(), st.booleans())
def test_edges_lead_forward_from_border_to_border(upstream: dict[str, list[str]], downwards: bool) -> None:
    size = (100.0, 40.0)
    layout = lay_out(dict.fromkeys(upstream, size), upstream, downwards=downwards)
    assert {(source, target) for source, target, _ in layout.edges} == {
        (source, name) for name, sources in upstream.items() for source in sources
    }
    along = 1 if downwards else 0
    for source, target, points in layout.edges:
        assert points[0][along] == pytest.approx(layout.nodes[source][along] + size[along])
        assert points[-1][along] == pytest.approx(layout.nodes[target][along])
        assert all(first[along] <= second[along] + 0.01 for first, second in pairwise(points))


def test_an_empty_graph_takes_no_room() -> None:
    assert (lay_out({}, {}).width, lay_out({}, {}).height) == (0, 0)


def test_a_source_stands_right_before_what_needs_it() -> None:
    upstream = {"a": [], "b": ["a"], "c": ["b", "late"], "late": []}
    nodes = lay_out(dict.fromkeys(upstream, (10.0, 10.0)), upstream).nodes
    assert nodes["late"][0] == nodes["b"][0]


@given(graphs())
def test_the_order_puts_each_task_after_those_it_depends_on(upstream: dict[str, list[str]]) -> None:
    order = topological_order(upstream)
    assert sorted(order) == sorted(upstream)
    assert all(order.index(source) < order.index(name) for name, sources in upstream.items() for source in sources)


def test_a_cycle_does_not_hang() -> None:
    assert layers({"a": ["b"], "b": ["a"]}) == {"a": 0, "b": 0}
