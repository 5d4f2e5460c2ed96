"""Converters of one's own: registered, or brought by an installed package."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from penstock.data import ArtifactUse, Converter, classify, register, registry
from penstock.data.errors import UnknownType


class Graph:
    def __init__(self, edges: list[tuple[int, int]]) -> None:
        self.edges = edges


class Tree(Graph):
    pass


class GraphConverter(Converter[Graph]):
    type_names = (f"{__name__}.Graph",)
    kind = "graph"
    suffix = ".txt"

    def save(self, value: Graph, target: Path) -> dict[str, Any]:
        target.write_text("\n".join(f"{a} {b}" for a, b in value.edges))
        return {"edges": len(value.edges)}

    def load(self, source: Path, annotation: type[Graph], metadata: dict[str, Any]) -> Graph:
        return annotation([(int(a), int(b)) for a, b in map(str.split, source.read_text().splitlines())])


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_registered", [])


def test_a_registered_converter_is_used_for_its_type_and_what_is_below() -> None:
    with pytest.raises(UnknownType, match=r"Graph` is neither .*\n  hint: .*`Converter`.*register"):
        classify(Graph)
    register(GraphConverter())
    for annotation in (Graph, Tree):
        use = classify(annotation)
        assert isinstance(use, ArtifactUse)
        assert use.kind == "graph"


def test_registering_again_replaces() -> None:
    register(GraphConverter())
    newer = GraphConverter()
    register(newer)
    assert registry.converter_for(Graph) is newer
    assert registry.converters().count(newer) == 1


def test_one_s_own_converter_wins_over_a_built_in_one() -> None:
    class MyBytes(Converter[bytes]):
        type_names = ("builtins.bytes",)
        kind = "mine"

    register(MyBytes())
    found = registry.converter_for(bytes)
    assert found is not None
    assert found.kind == "mine"
    assert not found.readable


def test_an_installed_package_can_bring_converters(tmp_path: Path) -> None:
    package = tmp_path / "graphs-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: graphs\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[penstock.converters]\ngraph = graphs:GraphConverter\n")
    (tmp_path / "graphs.py").write_text(
        "from penstock.data import Converter\n"
        "class Graph: pass\n"
        "class GraphConverter(Converter):\n"
        "    type_names = ('graphs.Graph',)\n"
        "    kind = 'graph'\n"
    )
    code = "import graphs; from penstock.data import classify; print(classify(graphs.Graph).kind)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(tmp_path)}
    )
    assert result.stdout.strip() == "graph"


def test_every_built_in_converter_says_what_it_is() -> None:
    for converter in registry.converters():
        assert converter.type_names
        assert converter.kind
        assert converter.schema_title.startswith("system.")
        assert type(converter).__doc__
