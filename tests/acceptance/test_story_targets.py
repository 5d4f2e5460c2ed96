"""The same pipeline, however one names it and wherever one stands, compiled or not: one result, one cache."""

import json
from collections.abc import Iterator

import pytest

from support.ir_judge import official
from support.stories import Author, executed, states

PACKAGE = {
    "src/shop/__init__.py": "",
    "src/shop/pipelines/__init__.py": "",
    "src/shop/pipelines/daily.py": '''
from typing import NamedTuple

from penstock import Metrics, Text, component, each, one_of, otherwise, pipeline, when

from ..core import rules
from ..core.words import Word, shout
from . import names


class Parts(NamedTuple):
    words: list[str]
    text: Text


@component
def parts(text: str) -> Parts:
    return Parts(rules.split(text), Text(text))


@component
def loud(word: str) -> str:
    return shout(Word(word))


@component
def join(words: list[str], text: Text) -> str:
    return names.JOIN.join(words) + f" of {len(text)}"


@component
def count(words: list[str]) -> Metrics:
    return Metrics(words=len(words))


@pipeline
def daily(text: str = "a b", loudly: bool = True) -> str:
    """Says it loudly, or not."""
    words, whole = parts(text)
    count(words)
    with when(loudly == True):  # noqa: E712
        high = join([loud(word) for word in each(words)], whole)
    with otherwise():
        low = join(words, whole)
    return one_of(high, low)


@pipeline
def weekly() -> str:
    return daily("x y z")
''',
    "src/shop/pipelines/names.py": "JOIN = '-'\n",
    "src/shop/core/rules.py": "def split(text: str) -> list[str]:\n    return text.split()\n",
    "src/shop/core/words.py": """
from dataclasses import dataclass


@dataclass
class Word:
    text: str


def shout(word: Word) -> str:
    from .marks import MARK

    return word.text.upper() + MARK
""",
    "src/shop/core/marks.py": "MARK = '!'\n",
    "notes/README": "somewhere else to stand",
}

DAILY = "src/shop/pipelines/daily.py"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Author]:
    """A project with a `src` layout, packages in packages, relative imports, a namespace package; run and compiled."""
    with Author(tmp_path_factory.mktemp("a shop")) as author:
        for name, text in PACKAGE.items():
            author.write(name, text)
        first = author.run(f"{DAILY}:daily")
        assert first.output == "A!-B! of 3"
        assert first.metrics == {"count": {"words": 2.0}}
        author.says("compile", f"{DAILY}:daily", "-o", "daily of 1.yaml")
        author.says("compile", "shop.pipelines.daily:daily", "-o", "daily.json")
        yield author


@pytest.mark.parametrize(
    ("target", "within"),
    [
        (f"{DAILY}:daily", "."),
        ("shop.pipelines.daily:daily", "."),
        ("pipelines/daily.py:daily", "src/shop"),
        ("../src/shop/pipelines/daily.py:daily", "notes"),
        ("{folder}/src/shop/pipelines/daily.py:daily", "/"),
    ],
)
def test_every_way_to_name_it_from_anywhere_gives_the_same_from_cache(shop: Author, target: str, within: str) -> None:
    run = shop.run(target.format(folder=shop.folder), within=within)
    assert executed(run) == set()
    assert run.output == "A!-B! of 3"


@pytest.mark.parametrize("name", ["daily of 1.yaml", "daily.json"])
def test_the_compiled_document_gives_the_same_from_the_same_cache(shop: Author, name: str) -> None:
    source = shop.run(f"{DAILY}:daily")
    run = shop.run(f"../{name}", within="notes")
    assert executed(run) == set()
    assert run.outputs == source.outputs
    assert states(run) == states(source)


def test_a_document_takes_parameters_as_its_source_does(shop: Author) -> None:
    assert shop.run("daily.json", "--param", "loudly=false").output == "a-b of 3"


def test_the_document_is_valid_for_kubeflow(shop: Author) -> None:
    import yaml

    document = next(iter(yaml.load_all((shop.folder / "daily of 1.yaml").read_text(), Loader=yaml.CSafeLoader)))
    assert document["schemaVersion"] == "2.1.0"
    pipeline, _ = official(document)
    assert pipeline.pipeline_info.name == "daily"
    assert set(pipeline.root.input_definitions.parameters) == {"text", "loudly"}
    assert json.loads((shop.folder / "daily.json").read_text()).items() >= document.items()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
def test_the_sdk_of_kubeflow_loads_the_document(shop: Author) -> None:
    from kfp.components import load_component_from_file

    loaded = load_component_from_file(str(shop.folder / "daily of 1.yaml"))
    assert loaded.name == "daily"
    assert set(loaded.component_spec.inputs) == {"text", "loudly"}
    assert set(loaded.component_spec.outputs) == {"Output"}


def test_a_document_that_is_printed_is_the_one_that_is_written(shop: Author) -> None:
    assert shop.says("compile", f"{DAILY}:daily") == (shop.folder / "daily of 1.yaml").read_text()


def test_a_document_runs_where_its_code_is_not(shop: Author, tmp_path_factory: pytest.TempPathFactory) -> None:
    with Author(tmp_path_factory.mktemp("elsewhere")) as elsewhere:
        elsewhere.write("daily.yaml", (shop.folder / "daily of 1.yaml").read_text())
        run = elsewhere.run("daily.yaml", "--param", "text=c d e")
        assert run.output == "C!-D!-E! of 5"
        assert "parts" in executed(run)


def test_a_pipeline_in_a_pipeline_shares_the_cache_with_it(shop: Author) -> None:
    shop.run(f"{DAILY}:daily", "--param", "text=x y z")
    run = shop.run(f"{DAILY}:weekly")
    assert executed(run) == set()
    assert run.output == "X!-Y!-Z! of 5"


def test_a_helper_changed_between_runs_counts_in_every_package(shop: Author) -> None:
    shop.write("src/shop/core/marks.py", "MARK = '?'\n")
    run = shop.run(f"{DAILY}:daily")
    assert run.output == "A?-B? of 3"
    changed = {path.rpartition(".")[2] for path in executed(run)}
    assert changed == {"loud", "join"}
    assert "code of src/shop/core/marks.py:MARK changed" in shop.says("runs", "explain", "last")
    shop.write("src/shop/core/marks.py", PACKAGE["src/shop/core/marks.py"])
    assert executed(shop.run(f"{DAILY}:daily")) == set()
    shop.write("src/shop/pipelines/names.py", "from ..core.rules import split\nJOIN = split('+ -')[0]\n")
    assert shop.run(f"{DAILY}:daily").output == "A!+B! of 3"
    shop.write("src/shop/pipelines/names.py", PACKAGE["src/shop/pipelines/names.py"])


def test_a_document_with_a_broken_manifest_is_refused_before_anything_runs(shop: Author) -> None:
    text = (shop.folder / "daily.json").read_text()
    shop.write("broken.json", text.replace('\\"module\\":', '\\"modul\\":'))
    ended = shop.penstock("run", "broken.json", timeout=60)
    assert (ended.code, ended.out) == (2, "")
    assert "the component's container arguments cannot be read" in ended.err
