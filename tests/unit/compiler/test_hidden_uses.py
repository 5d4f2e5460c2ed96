"""Code that is used without being named: lists that are filled at import, modules named by text, docstrings, order."""

import os
from pathlib import Path

import pytest

from support.author import Author, changed, wire

# --- lists that are filled at import --------------------------------------------------------------------------

STEPS = """
    STEPS = {}

    def add(function):
        STEPS[function.__name__] = function
        return function

    class Steps:
        def __init__(self):
            self.all = []

        def add(self, function):
            self.all.append(function)
            return function

    steps = Steps()

    class Registered:
        known = []

        def __init_subclass__(cls, **options):
            Registered.known.append(cls)

    class Further(Registered):
        pass

    class Meta(type):
        def __new__(cls, name, bases, body):
            made = super().__new__(cls, name, bases, body)
            STEPS[name] = made
            return made

    class Field:
        def __set_name__(self, owner, name):
            STEPS[name] = owner

    def harmless(function):
        return function
"""


@pytest.mark.parametrize(
    "registering",
    [
        "def clean(x):\n    return x + 1\n\nclean_step = steps.add(clean)",
        "def clean(x):\n    return x + 1\n\nclean_step = add(clean)",
        "def clean(x):\n    return x + 1\n\n_ = print(clean)",
        "clean = add(lambda x: x + 1)",
        "def clean(x):\n    return x + 1\n\nfirst, second = add(clean), 1",
        "class Clean(Registered):\n    def run(self, x):\n        return x + 1",
        "class Clean(Further, option=1):\n    def run(self, x):\n        return x + 1",
        "class Clean(metaclass=Meta):\n    def run(self, x):\n        return x + 1",
        "class Base(metaclass=Meta):\n    pass\n\nclass Clean(Base):\n    def run(self, x):\n        return x + 1",
        "class Clean:\n    field = Field()\n    def run(self, x):\n        return x + 1",
        "class Clean:\n    @steps.add\n    def run(self, x):\n        return x + 1",
        "def clean(x, step=add(lambda x: x + 1)):\n    return x",
        "@steps.add\nclass Clean:\n    def run(self, x):\n        return x + 1",
        "@add\ndef clean(x):\n    return x + 1",
        "if True:\n    def clean(x):\n        return x + 1\n    steps.add(clean)",
        "steps.all.append(lambda x: x + 1)",
        "steps.more = lambda x: x + 1",
        "for number in range(3):\n    steps.add(lambda x: x + 1)",
    ],
)
def test_what_puts_itself_on_a_list_counts_where_its_module_is_loaded(author: Author, registering: str) -> None:
    author.write("steps.py", STEPS)
    author.write("cleaning.py", f"from steps import *\n\n{registering}\n")
    wire(author, "import cleaning\n    from steps import STEPS", first="STEPS['clean'](x)")
    assert changed(author, "cleaning.py", "x + 1", "x + 2") == {"first", "second"}


@pytest.mark.parametrize(
    "definition",
    [
        "def clean(x):\n    return x + 1",
        "clean = harmless(lambda x: x + 1)",
        "import functools\n\nclean = functools.partial(lambda x: x + 1)",
        "class Clean:\n    def run(self, x):\n        steps.add(x + 1)\n\ncleaner = Clean",
        "import dataclasses\n\n@dataclasses.dataclass\nclass Clean:\n    x: int = 0 + 1\n    y = 'x + 1'",
        "import enum\n\nclass Clean(enum.Enum):\n    A = 'x + 1'",
        "import re\n\nPATTERN = re.compile('x + 1')",
        "TABLE = {'a': 'x + 1'.split('+')}",
    ],
)
def test_what_only_gives_a_name_to_a_thing_counts_for_those_that_name_it(author: Author, definition: str) -> None:
    author.write("steps.py", STEPS)
    author.write("cleaning.py", f"from steps import *\n\n{definition}\n")
    wire(author, "import cleaning", first="cleaning.other")
    author.write("cleaning.py", f"from steps import *\n\n{definition}\n\nother = 1\n")
    assert changed(author, "cleaning.py", "x + 1", "x + 2") == set()


def test_subclasses_count_for_who_asks_a_class_for_them(author: Author) -> None:
    author.write("bases.py", "class Base:\n    pass\n")
    author.write("cleaning.py", "from bases import Base\n\nclass Clean(Base):\n    limit = 1\n")
    wire(author, "import cleaning\n    import bases", first="bases.Base.__subclasses__()[0].limit")
    assert changed(author, "cleaning.py", "limit = 1", "limit = 2") == {"first"}


def test_tables_of_a_library_that_keeps_them_count_where_they_are_loaded(author: Author) -> None:
    author.write(
        "tables.py",
        """
        from sqlalchemy.orm import DeclarativeBase, declarative_base

        class Base(DeclarativeBase):
            pass

        Old = declarative_base()

        class User(Base):
            size = 1
            __abstract__ = True

        class Thing(Old):
            length = 1
            __abstract__ = True
        """,
    )
    wire(author, "import tables", first="tables.Base.metadata")
    assert changed(author, "tables.py", "size = 1", "size = 2") == {"first", "second"}
    assert changed(author, "tables.py", "length = 1", "length = 2") == {"first", "second"}


# --- modules and names that a text gives ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        "importlib.import_module('plugins.clean').run(x)",
        "importlib.import_module('.clean', 'plugins').run(x)",
        "importlib.import_module('.clean', package='plugins').run(x)",
        "__import__('plugins.clean').clean.run(x)",
        "importlib.import_module(f'plugins.{x}').run(x)",
        "importlib.import_module('plugins.' + str(x)).run(x)",
        "importlib.import_module(f'{plugins.__name__}.{x}').run(x)",
        "[importlib.import_module(one.name) for one in pkgutil.iter_modules(plugins.__path__)]",
        "sys.modules['plugins.clean'].run(x)",
        "sys.modules[str(x)].run(x)",
        "importlib.import_module(str(x)).run(x)",
        "plugins.__dict__['clean'].run(x)",
        "plugins.__getattribute__('clean').run(x)",
        "vars(plugins)['clean'].run(x)",
        "pkgutil.resolve_name('plugins.clean:run')(x)",
        "make({'_target_': 'plugins.clean.run'}, x)",
        "operator.attrgetter('clean.run')(plugins)(x)",
    ],
)
def test_a_module_that_a_text_names_counts(author: Author, use: str) -> None:
    author.write("plugins/__init__.py", "from . import clean\n")
    author.write("plugins/clean.py", "def run(x):\n    return x + 1\n")
    wire(author, "import importlib, operator, pkgutil, sys\n    import plugins", first=use)
    assert changed(author, "plugins/clean.py", "x + 1", "x + 2") == {"first"}


def test_modules_that_are_found_by_name_travel_with_the_component(author: Author) -> None:
    author.write("plugins/__init__.py", "")
    author.write("plugins/clean.py", "def run(x):\n    return x + 1\n")
    wire(author, "import importlib", first="importlib.import_module(f'plugins.{x}').run(x)")
    assert "plugins/clean.py:*" in author.compile().code("first")


@pytest.mark.parametrize("use", ["vars(a)", "print(locals())", "str.split('a.b')", "print('features.nothing')"])
def test_what_only_looks_like_it_does_not_count(author: Author, use: str) -> None:
    author.write("features.py", "def clean(x):\n    return x + 1\n")
    wire(author, "import features", first=f"(lambda a: {use})(x)")
    assert changed(author, "features.py", "x + 1", "x + 2") == set()


@pytest.mark.parametrize("use", ["(lambda: vars())", "eval", "HIDDEN"])
def test_names_that_something_unseen_gives_a_meaning_may_be_any(author: Author, use: str) -> None:
    wire(author, "LIMIT = 1\n    globals().update(HIDDEN=LIMIT)", first=f"str({use}) + str(x)")
    assert "first" in changed(author, "pipeline.py", "LIMIT = 1", "LIMIT = 2")


def test_a_name_that_is_bound_within_an_expression_counts(author: Author) -> None:
    author.write("features.py", "TWICE = (LIMIT := 3) * 2\nOTHER = 1\n")
    wire(author, "from features import LIMIT\n    import features", first="LIMIT", second="features.OTHER")
    assert changed(author, "features.py", "LIMIT := 3", "LIMIT := 4") == {"first"}


# --- docstrings and source as data ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use", ["prompts.ask.__doc__", "inspect.getdoc(prompts.ask)", "getattr(prompts.ask, '__doc__')"]
)
def test_a_docstring_that_is_read_counts(author: Author, use: str) -> None:
    author.write("prompts.py", 'def ask(x):\n    """Answer briefly."""\n    return x\n')
    wire(author, "import inspect\n    import prompts", first=use, second="prompts.ask(x)")
    assert changed(author, "prompts.py", "briefly", "at length") == {"first"}


def test_the_docstring_of_a_module_counts_where_it_is_named(author: Author) -> None:
    author.write("prompts.py", '"""Answer briefly."""\n\nPROMPT = __doc__\n\ndef ask(x):\n    return x\n')
    wire(author, "import prompts", first="prompts.PROMPT", second="prompts.ask(x)")
    assert changed(author, "prompts.py", "briefly", "at length") == {"first"}


def test_the_docstring_of_a_class_counts_whose_base_is_a_librarys(author: Author) -> None:
    author.write(
        "models.py",
        """
        import msgspec

        class Base(msgspec.Struct):
            pass

        class Model(Base):
            '''A request, briefly.'''

        class Plain:
            '''A thing, at length.'''
        """,
    )
    wire(author, "import models", first="models.Model", second="models.Plain")
    assert changed(author, "models.py", "briefly", "in full") == {"first"}
    assert changed(author, "models.py", "at length", "in full") == set()


def test_comments_count_for_who_reads_source(author: Author) -> None:
    author.write("prompts.py", "def ask(x):\n    return x  # briefly\n")
    wire(author, "import inspect\n    import prompts", first="inspect.getsource(prompts.ask)", second="prompts.ask(x)")
    assert changed(author, "prompts.py", "briefly", "at length") == {"first"}


# --- order ----------------------------------------------------------------------------------------------------


def reordered(author: Author, name: str, before: str, after: str) -> set[str]:
    author.write(name, before)
    one = author.compile().codes()
    author.write(name, after)
    other = author.compile().codes()
    return {component for component in one if one[component] != other[component]}


def test_a_constant_that_is_computed_before_or_after_another_is_set_again_is_not_the_same(author: Author) -> None:
    wire(author, "import features", first="features.Y", second="features.Z")
    before = "X = 1\n\ndef f():\n    return X\n\nZ = 5\nY = f()\nX = 2\n"
    after = "X = 1\n\ndef f():\n    return X\n\nZ = 5\nX = 2\nY = f()\n"
    assert reordered(author, "features.py", before, after) == {"first"}


def test_two_modules_that_fill_one_list_do_so_in_their_order(author: Author) -> None:
    author.write("steps.py", "ALL = []\n")
    author.write("one.py", "import steps\n\nsteps.ALL.append(1)\n")
    author.write("two.py", "import steps\n\nsteps.ALL.append(2)\n")
    wire(author, "import features", first="features.steps.ALL", second="x")
    assert reordered(
        author, "features.py", "import steps\nimport one\nimport two\n", "import steps\nimport two\nimport one\n"
    ) == {"first", "second"}


def test_an_effect_before_an_import_is_not_the_same_as_one_behind_it(author: Author) -> None:
    author.write("settings.py", "LIMIT = 1\n")
    author.write("late.py", "import settings\n\nTWICE = settings.LIMIT * 2\n")
    wire(author, "from features import TWICE", first="TWICE")
    before = "import settings\nsettings.LIMIT = 5\nfrom late import TWICE\n"
    after = "import settings\nfrom late import TWICE\nsettings.LIMIT = 5\n"
    assert "first" in reordered(author, "features.py", before, after)


def test_the_order_of_imports_and_definitions_does_not_count_where_nothing_acts(author: Author) -> None:
    author.write("one.py", "import re\n\nA = re.compile('a')\n")
    author.write("two.py", "B = len('ab')\n")
    wire(author, "import features", first="features.both()")
    before = "import one\nimport two\n\nLIMIT = 1\n\ndef both():\n    return one.A, two.B, LIMIT\n"
    after = "import two\nimport one\n\ndef both():\n    return one.A, two.B, LIMIT\n\nLIMIT = 1\n"
    assert reordered(author, "features.py", before, after) == set()


# --- files and variables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        "open('data/rules.csv').read()",
        "Path('data/rules.csv').read_text()",
        "(Path('data') / 'rules.csv').read_text()",
        "(Path('data') / Path('rules.csv')).read_text()",
        "(DATA / 'rules.csv').read_text()",
        "rules.read()",
    ],
)
def test_a_file_that_code_names_is_in_the_manifest(author: Author, use: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(author.folder)
    author.write("data/rules.csv", "a")
    author.write("rules.py", "def read():\n    return open('data/rules.csv').read()\n")
    wire(author, "from pathlib import Path\n    import rules\n\n    DATA = Path('data')", first=use)
    compiled = author.compile()
    assert compiled.manifest("first").files == [str(Path("data", "rules.csv"))]
    assert compiled.manifest("second").files == []


@pytest.mark.parametrize(
    "use",
    [
        "open('rules.csv', 'w').write('b')",
        "Path('rules.csv').write_text('b')",
        "x.to_csv('rules.csv')",
        "logging.basicConfig(filename='rules.csv')",
        "Path('rules.csv').open('a').write('b')",
        "open('app.log').read()",
        "open('nowhere.csv').read()",
        "open('/etc/hostname').read()",
        "open('pipeline.py').read()",
        "'https://example.org/rules.csv'",
    ],
)
def test_what_is_written_to_or_lies_elsewhere_is_not(author: Author, use: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(author.folder)
    author.write("rules.csv", "a")
    author.write("app.log", "a")
    wire(author, "import logging\n    from pathlib import Path", first=use)
    assert author.compile().manifest("first").files == []


def test_variables_that_code_reads_are_in_the_manifest_and_secrets_are_not(author: Author) -> None:
    author.write(
        "settings.py",
        """
        import os
        from os import environ, getenv

        MODE = os.environ["MODE"]
        LEVEL = environ.get("LEVEL", "1")
        SPEED = getenv("SPEED")
        CHECKED = "CHECKED" in os.environ
        PASSWORD = os.environ["DATABASE_PASSWORD"], os.environ.get("API_KEY"), os.getenv("HF_TOKEN")
        HOME = os.environ["HOME"], os.environ.get("OMP_NUM_THREADS")
        """,
    )
    names = "(s.MODE, s.LEVEL, s.SPEED, s.CHECKED, s.PASSWORD, s.HOME)"
    os.environ |= {"MODE": "a", "DATABASE_PASSWORD": "b"}
    try:
        wire(author, "import settings as s", first=names)
        compiled = author.compile()
    finally:
        del os.environ["MODE"], os.environ["DATABASE_PASSWORD"]
    assert compiled.manifest("first").variables == ["CHECKED", "LEVEL", "MODE", "SPEED"]
    assert compiled.manifest("second").variables == []


def test_a_component_says_which_results_it_takes(author: Author) -> None:
    author.write(
        "pipeline.py",
        """
        from penstock.dsl import Cache, component, pipeline

        @component(cache=Cache(version="2026-05", fresh_for="6h"))
        def first(x: int) -> int:
            return x

        @pipeline
        def main(x: int = 1):
            first(x)
            first.with_options(cache=Cache(fresh_for=60))(x)
            first.with_options(cache=Cache(key="mine"))(x)
            first.with_options(cache=False)(x)
        """,
    )
    compiled = author.compile()
    manifests = {name: compiled.manifest(name) for name in ("first", "first-2", "first-3")}
    assert {name: (one.version, one.fresh_for) for name, one in manifests.items()} == {
        "first": ("2026-05", 21600.0),
        "first-2": ("", 60.0),
        "first-3": ("", None),
    }
    dag = compiled.spec.root.dag
    assert dag is not None
    options = {name: task.caching_options for name, task in dag.tasks.items()}
    assert {name: (one.enable_cache, one.cache_key) for name, one in options.items() if one} == {
        "first": (True, ""),
        "first-2": (True, ""),
        "first-3": (True, "mine"),
        "first-4": (False, ""),
    }
    assert {task.component_ref.name for task in dag.tasks.values()} == {"comp-first", "comp-first-2", "comp-first-3"}
