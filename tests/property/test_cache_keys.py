"""Keys of caches over whole projects: the same work has the same key wherever it stands, and any change another."""

import ast
import importlib
import random
import re
import shutil
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.engine.fingerprint import cache_key, fingerprint, work_of
from penstock.metadata.records import Bindings
from support.author import Author, Compiled, fresh_imports

FILES = {
    "shop/__init__.py": "from .prices import net\n\nRATE = 0.19\n",
    "shop/prices.py": '''
        """Prices."""
        from shop.rounding import to_cents
        import shop.taxes as taxes

        FLOOR = 1

        def net(gross):
            return to_cents(gross - taxes.of(gross))

        def gross(net):
            return max(FLOOR, net + 2)
    ''',
    "shop/rounding.py": """
        import math

        DIGITS = 3

        def to_cents(x):
            return math.floor(x * 10 ** DIGITS)

        def unused(x):
            return x + 4
    """,
    "shop/taxes.py": """
        from dataclasses import dataclass

        @dataclass
        class Tax:
            rate: float = 5

            def of(self, x):
                return x * self.rate

        class Reduced(Tax):
            rate: float = 6

        STANDARD = Tax()

        def of(x, tax=STANDARD):
            return tax.of(x)

        def reduced(x):
            return Reduced().of(x + 7)
    """,
    "registry.py": """
        STEPS = {}

        def step(function):
            STEPS[function.__name__] = function
            return function

        def run(name, x):
            return STEPS[name](x + 8)
    """,
    "steps.py": """
        from registry import step

        @step
        def clean(x):
            return x + 9

        LIMIT = 20
    """,
    "texts.py": '''
        def ask():
            """Answer."""
            return ask.__doc__ * 11

        TABLE = {12: "a"}
        TABLE[13] = "b"
    ''',
    "pipeline.py": """
        import shop
        import steps
        from registry import run
        from shop import taxes
        from penstock.dsl import component, pipeline

        OWN = 14

        @component
        def price(x: int) -> int:
            return shop.net(x) + 15

        @component
        def reduce(x: int) -> int:
            return taxes.reduced(x) + shop.prices.gross(x)

        @component
        def clean(x: int) -> int:
            return run("clean", x)

        @component
        def ask(x: int) -> int:
            import texts
            return len(texts.ask()) + OWN

        @component
        def alone(x: int) -> int:
            return (lambda y=16: y)() + x

        @pipeline
        def main(x: int = 17):
            for one in (price, reduce, clean, ask, alone):
                one(x)
    """,
}

ALL = {"price", "reduce", "clean", "ask", "alone"}
USERS = {
    3: {"price"},
    4: set[str](),
    5: {"price", "reduce"},
    6: {"reduce"},
    7: {"reduce"},
    8: {"clean"},
    9: ALL,  # it is put on a list, when `pipeline` imports `steps`
    10: {"price"},
    20: set[str](),
    11: {"ask"},
    12: {"ask"},
    13: {"ask"},
    14: {"ask"},
    15: {"price"},
    1: {"reduce"},
    2: {"reduce"},
    16: {"alone"},
    17: set[str](),
}
"""By the number that stands once in the project: the components that a change of it changes."""


def written(folder: Path, files: dict[str, str]) -> Author:
    shutil.rmtree(folder, ignore_errors=True)
    author = Author(folder)
    for name, text in files.items():
        author.write(name, text)
    return author


def keys(compiled: Compiled, x: int = 1) -> dict[str, str]:
    """The fingerprint of each component, for the same input."""
    found = {}
    for label, executor in compiled.spec.deployment_spec.executors.items():
        assert executor.container is not None
        component = compiled.spec.components[f"comp-{label.removeprefix('exec-')}"]
        key = cache_key(work_of(component, executor.container), Bindings(parameters={"x": x}), {})
        found[label.removeprefix("exec-")] = fingerprint(key)
    return found


def differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    assert one.keys() == other.keys()
    return {name for name in one if one[name] != other[name]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("projects")


@pytest.fixture(scope="module")
def original(folder: Path) -> dict[str, str]:
    return keys(written(folder / "original", FILES).compile())


@pytest.mark.parametrize("number", sorted(USERS))
def test_a_changed_constant_changes_what_depends_on_it_and_nothing_else(
    folder: Path, original: dict[str, str], number: int
) -> None:
    files = {name: _with_number(text, number, number + 100) for name, text in FILES.items()}
    assert files != FILES
    assert differing(original, keys(written(folder / "changed", files).compile())) == USERS[number]


def _with_number(text: str, old: int, new: int) -> str:
    """The same source with another number, where that stands alone."""
    return re.sub(rf"(?<![\w.]){old}(?![\w.])", str(new), text)


# --- the same work ------------------------------------------------------------------------------------------


def test_where_a_project_lies_and_what_a_pipeline_is_called_does_not_count(
    folder: Path, original: dict[str, str]
) -> None:
    files = dict(FILES) | {"pipeline.py": FILES["pipeline.py"].replace("def main(", "def another_name(")}
    assert keys(written(folder / "elsewhere" / "deep", files).compile()) == original


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_layout_comments_and_the_order_of_functions_do_not_count(
    folder: Path, original: dict[str, str], seed: int
) -> None:
    chance = random.Random(seed)
    files = {name: _laid_out_anew(text, chance, docs="shop" in name) for name, text in FILES.items()}
    assert keys(written(folder / "moved", files).compile()) == original


def _laid_out_anew(text: str, chance: random.Random, *, docs: bool) -> str:
    """The same module in other words: functions in another order, comments, and with `docs` docstrings."""
    tree = ast.parse(textwrap.dedent(text))
    movable = [at for at, node in enumerate(tree.body) if _is_movable(node)]
    moved = [tree.body[at] for at in movable]
    chance.shuffle(moved)
    for at, node in zip(movable, moved, strict=True):
        tree.body[at] = node
    lines = []
    for line in ast.unparse(tree).splitlines():
        if chance.random() < 0.3 and not line.startswith(" "):
            lines += ["", "# a remark"]
        lines.append(f"{line}  # why" if chance.random() < 0.3 and '"""' not in line else line)
        if docs and line.startswith("def ") and line.endswith(":") and chance.random() < 0.5:
            lines.append(f"    'Number {chance.randrange(100)}.'")
    return "\n".join(lines) + "\n"


def _is_movable(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and not node.decorator_list and not node.args.defaults


# --- other work ---------------------------------------------------------------------------------------------

HIDDEN = FILES | {
    "hooks.py": """
        class Base:
            known = {}

            def __init_subclass__(cls, **options):
                Base.known[cls.__name__] = cls

            def run(self, x):
                return x + 30

        class Late(Base):
            def run(self, x):
                return super().run(x) + 31

        def best(x):
            return [one().run(x) for one in Base.known.values()]

        def classes(x):
            return [one.__name__ for one in Base.__subclasses__()] + [x + 32]
    """,
    "state.py": """
        from hooks import *
        import steps

        A = 33
        B = A + 34
        A = 35
        TOTAL = 0

        def add(n):
            global TOTAL
            TOTAL += n
            return TOTAL

        one = add(36)
        two = add(37)

        def get(x):
            return A, B, TOTAL, x, steps.LIMIT

        class Box:
            size = 38

        Box.size += 39
        setattr(Box, "more", 40)
        name = "Box"

        def box(x):
            return getattr(globals()[name](), "size") + Box.more
    """,
    "wrapping.py": """
        import functools

        def plus(n):
            def around(function):
                @functools.wraps(function)
                def run(*args, **kwargs):
                    return function(*args, **kwargs) + n
                return run
            return around

        @plus(41)
        def wrapped(x):
            return x + 42

        partial = functools.partial(wrapped, x=43)
        table = {"a": lambda x: x + 44, "b": wrapped}

        @functools.singledispatch
        def kind(x):
            return 45

        @kind.register
        def _(x: str):
            return 46

        def by_name(x):
            import importlib
            return importlib.import_module("hook" + "s").best(x) + [table["a"](x), partial(), kind("a"), kind(x)]
    """,
    "patches.py": "import shop.prices\nimport hooks\n\nshop.prices.FLOOR = 47\nhooks.Base.known.clear()\n",
    "pipeline.py": """
        import patches
        import hooks
        import shop
        import state
        import steps
        import wrapping
        from registry import run
        from state import box
        from penstock.dsl import component, pipeline

        class Further(hooks.Base):
            def run(self, x):
                return x + 48

        @component
        def price(x: int) -> int:
            return shop.net(x), shop.prices.gross(x - 100)

        @component
        def known(x: int) -> int:
            return hooks.best(x), hooks.classes(x), [one.__doc__ for one in hooks.Base.known.values()]

        @component
        def stated(x: int) -> int:
            return state.get(x), box(x)

        @component
        def wrapped(x: int) -> int:
            return wrapping.by_name(x), wrapping.wrapped.__name__, run("clean", x)

        @component
        def ask(x: int) -> int:
            import texts
            return texts.ask(), texts.TABLE

        @pipeline
        def main(x: int = 17):
            for one in (price, known, stated, wrapped, ask):
                one(x)
    """,
}


def behaviour(author: Author, names: set[str]) -> dict[str, str]:
    """What each component gives for some numbers, in this process."""
    found = {}
    with fresh_imports():
        sys.path.insert(0, str(author.folder))
        importlib.invalidate_caches()
        module: Any = importlib.import_module("pipeline")
        for name in sorted(names):
            found[name] = "; ".join(_given(getattr(module, name).function, x) for x in (0, 1, 50))
    return found


def _given(function: Callable[[int], object], x: int) -> str:
    try:
        return re.sub(r" at 0x\w+", "", repr(function(x)))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.fixture(scope="module")
def hidden(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    author = written(folder / "hidden", HIDDEN)
    found = keys(author.compile())
    return found, behaviour(author, set(found))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_what_gives_something_else_has_another_key(
    folder: Path, hidden: tuple[dict[str, str], dict[str, str]], seed: int
) -> None:
    """Any mutation: where a component behaves differently, its key must differ. (Not the other way round.)"""
    before, gave = hidden
    chance = random.Random(seed)
    files = dict(HIDDEN)
    name = chance.choice(sorted(files))
    files[name] = _mutated(files[name], chance)
    author = written(folder / "mutated", files)
    try:
        after = keys(author.compile())
        gives = behaviour(author, set(before))
    except Exception:  # also `SystemError` and whatever else a mutation brings about
        return  # it cannot be imported any more
    if after.keys() != before.keys():
        return
    other = {one for one in before if gives[one] != gave[one]}
    assert other <= differing(before, after), f"{name} became:\n{files[name]}"


def _mutated(text: str, chance: random.Random) -> str:
    """A module with one thing changed."""
    tree = ast.parse(textwrap.dedent(text))
    change = chance.choice([_other_constant, _other_operator, _swapped, _dropped, _doubled, _other_name, _moved])
    change(tree, chance)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _pick(tree: ast.Module, kind: Any, chance: random.Random) -> Any:
    found = [node for node in ast.walk(tree) if isinstance(node, kind)]
    return chance.choice(found) if found else None


def _other_constant(tree: ast.Module, chance: random.Random) -> None:
    node = _pick(tree, ast.Constant, chance)
    if node is not None:
        node.value = node.value + 1000 if isinstance(node.value, int | float) else f"{node.value}x"


def _other_operator(tree: ast.Module, chance: random.Random) -> None:
    node = _pick(tree, ast.BinOp, chance)
    if node is not None:
        node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()


def _other_name(tree: ast.Module, chance: random.Random) -> None:
    names = sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)})
    node = _pick(tree, ast.Name, chance)
    if node is not None:
        node.id = chance.choice(names)


def _body(tree: ast.Module, chance: random.Random) -> list[ast.stmt]:
    holders = [tree, tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef))]
    return chance.choice(holders).body  # type: ignore[attr-defined,no-any-return]


def _swapped(tree: ast.Module, chance: random.Random) -> None:
    body = _body(tree, chance)
    at = chance.randrange(len(body))
    body[at - 1], body[at] = body[at], body[at - 1]


def _moved(tree: ast.Module, chance: random.Random) -> None:
    body = tree.body
    body.insert(chance.randrange(len(body)), body.pop(chance.randrange(len(body))))


def _dropped(tree: ast.Module, chance: random.Random) -> None:
    body = _body(tree, chance)
    body.pop(chance.randrange(len(body)))
    body or body.append(ast.Pass())


def _doubled(tree: ast.Module, chance: random.Random) -> None:
    body = _body(tree, chance)
    body.insert(chance.randrange(len(body) + 1), chance.choice(body))
