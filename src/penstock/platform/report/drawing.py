"""A run's graph as SVG: nodes colored by state, nested pipelines and loops as frames around what they hold."""

from itertools import pairwise

from msgspec import Struct

from penstock.engine.plan import Plan
from penstock.metadata.records import ExecutionKind
from penstock.platform.report.layout import Layout, Point, lay_out
from penstock.platform.report.markup import Markup, join, tag
from penstock.platform.report.tree import Place
from penstock.platform.report.words import CACHED, GLYPHS, condition, duration, one_line, shorten

MOST_PLACES = 250
WIDEST = 1040.0
NODE = (176.0, 48.0)
PADDING = 16.0
TITLE = 30.0


class _Figure(Struct):
    """A place with its size; one that holds others with where these are."""

    place: Place
    width: float
    height: float
    layout: Layout | None = None
    inner: dict[str, "_Figure"] = {}


def draw_graph(root: Place, plan: Plan) -> Markup | None:
    """The graph, or None if there are no tasks, or too many for a picture to help."""
    if not root.children or sum(1 for _ in root.walk()) > MOST_PLACES:
        return None
    figures = {name: _figure(child, plan) for name, child in root.children.items()}
    layout = _lay_out(figures, root, plan)
    body = _draw_inner(figures, layout, 0.0, 0.0)
    width, height = layout.width + 4, layout.height + 4
    return tag(
        "svg",
        body,
        viewBox=f"-2 -2 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        class_="graph",
        role="img",
        aria_label="The run's graph",
    )


def _figure(place: Place, plan: Plan) -> _Figure:
    if place.kind not in (ExecutionKind.DAG, ExecutionKind.LOOP) or not place.children:
        return _Figure(place, *NODE)
    inner = {name: _figure(child, plan) for name, child in place.children.items()}
    layout = _lay_out(inner, place, plan)
    title = PADDING * 2 + 7.5 * min(len(place.task), 40) + 6.5 * len(_note(place)) + 30
    width = max(layout.width + 2 * PADDING, NODE[0] + 2 * PADDING, title)
    return _Figure(place, width, layout.height + 2 * PADDING + TITLE, layout, inner)


def _lay_out(figures: dict[str, _Figure], holder: Place, plan: Plan) -> Layout:
    """From left to right if that fits the page, else from top to bottom if that is narrower."""
    sizes = {name: (figure.width, figure.height) for name, figure in figures.items()}
    known = plan.dag(holder.component).upstream
    upstream = {name: [source for source in known[name] if source in sizes] for name in sizes}
    across = lay_out(sizes, upstream)
    if across.width <= WIDEST:
        return across
    down = lay_out(sizes, upstream, downwards=True)
    return down if down.width < across.width else across


def _draw_inner(figures: dict[str, _Figure], layout: Layout, x: float, y: float) -> Markup:
    edges = [_edge(layout, points, x, y) for _, _, points in layout.edges]
    nodes = [_draw(figure, x + layout.nodes[name][0], y + layout.nodes[name][1]) for name, figure in figures.items()]
    return join([*edges, *nodes])


def _draw(figure: _Figure, x: float, y: float) -> Markup:
    return _draw_node(figure, x, y) if figure.layout is None else _draw_frame(figure, figure.layout, x, y)


def _draw_node(figure: _Figure, x: float, y: float) -> Markup:
    place = figure.place
    word = place.state
    width, height = NODE
    seconds = duration(place.seconds()) if word != CACHED else ""
    below = f"{GLYPHS.get(word, '')} {word}  {seconds}" if place.total <= 1 else _counts(place)
    behind = [_sheet(width, height, offset) for offset in (6, 3)] if place.total > 1 else []
    return tag(
        "g",
        tag("title", f"{'.'.join(place.key)}: {below}"),
        *behind,
        tag("rect", width=width, height=height, rx=8, class_="box"),
        tag("rect", width=5, height=height - 16, x=7, y=8, rx=2.5, class_="mark"),
        tag("text", shorten(one_line(place.task), 21), x=22, y=20, class_="name"),
        tag("text", below, x=22, y=37, class_="state"),
        transform=f"translate({x:.1f} {y:.1f})",
        class_=f"node s-{word.lower()}",
    )


def _sheet(width: float, height: float, offset: float) -> Markup:
    """One of the sheets that lie behind a node that stands for several executions."""
    return tag("rect", width=width, height=height, x=offset, y=offset, rx=8, class_="box sheet")


def _draw_frame(figure: _Figure, layout: Layout, x: float, y: float) -> Markup:
    place = figure.place
    word = place.state
    rest = (figure.width - layout.width) / 2
    return tag(
        "g",
        tag("title", f"{'.'.join(place.key)}: {word}"),
        tag("rect", width=f"{figure.width:.1f}", height=f"{figure.height:.1f}", rx=10, class_="frame"),
        tag(
            "text",
            tag("tspan", f"{GLYPHS.get(word, '')} {shorten(one_line(place.task), 40)}", class_="name"),
            tag("tspan", _note(place), dx=8, class_="state"),
            x=PADDING,
            y=22,
        ),
        _draw_inner(figure.inner, layout, rest, PADDING + TITLE),
        transform=f"translate({x:.1f} {y:.1f})",
        class_=f"node s-{word.lower()}",
    )


def _note(place: Place) -> str:
    """What stands beside a frame's name."""
    if place.kind is ExecutionKind.LOOP:
        return f"{place.iterations.total():,} iterations  {duration(place.seconds())}"
    if place.condition:
        return shorten(f"if {condition(place.condition)}", 40)
    return duration(place.seconds())


def _counts(place: Place) -> str:
    return "  ".join(f"{GLYPHS.get(word, '')} {count:,}" for word, count in place.counts.items() if count)


def _edge(layout: Layout, points: list[Point], x: float, y: float) -> Markup:
    """A smooth line through the points; it leaves and arrives along the layers."""
    moved = [(px + x, py + y) for px, py in points]
    path = f"M{moved[0][0]:.1f} {moved[0][1]:.1f}"
    for (ax, ay), (bx, by) in pairwise(moved):
        mx, my = (ax + bx) / 2, (ay + by) / 2
        sideways, down = f"{mx:.1f} {ay:.1f} {mx:.1f} {by:.1f}", f"{ax:.1f} {my:.1f} {bx:.1f} {my:.1f}"
        turn = down if layout.downwards else sideways
        path += f"C{turn} {bx:.1f} {by:.1f}"
    return tag("path", d=path, class_="edge")
