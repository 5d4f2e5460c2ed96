"""What code a component is made of: a change anywhere must change the components that use it, and no others."""

import pytest

from support.author import Author, changed, wire


def test_each_component_is_made_of_itself(author: Author) -> None:
    wire(author)
    codes = author.compile().codes()
    assert {name: list(parts) for name, parts in codes.items()} == {
        "first": ["pipeline.py:first"],
        "second": ["pipeline.py:second"],
    }
    assert changed(
        author, "pipeline.py", "def first(x: int) -> int:\n    return x", "def first(x: int) -> int:\n    return -x"
    ) == {"first"}


def test_comments_docstrings_layout_and_options_do_not_count(author: Author) -> None:
    author.compile(
        pipeline="""
        from penstock.dsl import component, pipeline

        @component
        def first(x: int) -> int:
            return x + 1

        @pipeline
        def main(x: int = 1):
            first(x)
        """
    )
    before = author.compile().codes()
    author.write(
        "pipeline.py",
        '''
        """A module."""
        from penstock.dsl import component, pipeline


        @component(memory="2G", retries=3)
        def first(
            x: int,
        ) -> int:
            """Add one."""
            # really
            return (x
                    + 1)

        @pipeline
        def main(x: int = 1):
            """Run it."""
            first(x)
            first(x)
        ''',
    )
    assert author.compile().codes() == before


def test_a_helper_in_another_module_counts_for_those_that_use_it(author: Author) -> None:
    wire(author, "import features", first="features.clean(x)", second="features.scale(x)")
    author.write(
        "features.py",
        """
        def clean(x):
            return inner(x)

        def inner(x):
            return x + 1

        def scale(x):
            return x * 2

        def unused(x):
            return x
        """,
    )
    assert list(author.compile().code("first")) == ["features.py:clean", "features.py:inner", "pipeline.py:first"]
    assert changed(author, "features.py", "x + 1", "x + 2") == {"first"}
    assert changed(author, "features.py", "x * 2", "x * 3") == {"second"}
    assert changed(author, "features.py", "def unused(x):\n    return x", "def unused(x):\n    return 0") == set()


@pytest.mark.parametrize(
    ("imports", "use"),
    [
        ("from features import clean", "clean(x)"),
        ("from features import clean as tidy", "tidy(x)"),
        ("import features as f", "f.clean(x)"),
        ("import lib.features", "lib.features.clean(x)"),
        ("from lib import features", "features.clean(x)"),
        ("from lib.features import clean", "clean(x)"),
        ("from lib import clean", "clean(x)"),
        ("import lib", "lib.clean(x)"),
        ("from features import *", "clean(x)"),
        ("from relative.deep import features", "features.clean(x)"),
        ("from relative import clean", "clean(x)"),
    ],
)
def test_every_way_to_import_leads_to_the_definition(author: Author, imports: str, use: str) -> None:
    body = "def clean(x):\n    return x + 1\n\ndef other(x):\n    return x\n"
    author.write("features.py", body)
    author.write("lib/__init__.py", "from .features import clean\n")
    author.write("lib/features.py", body)
    author.write("relative/__init__.py", "from .deep.features import clean\n")
    author.write("relative/deep/__init__.py", "")
    author.write("relative/deep/features.py", body)
    wire(author, imports, first=use)
    parts = author.compile().code("first")
    assert any(part.endswith("features.py:clean") for part in parts)
    assert not any(part.endswith((":other", ":*")) for part in parts)
    assert set(author.compile().code("second")) == {"pipeline.py:second"}


def test_an_import_inside_of_a_function_counts(author: Author) -> None:
    author.write("features.py", "def clean(x):\n    return x + 1\n")
    author.compile(
        pipeline="""
        from penstock.dsl import component, pipeline

        @component
        def first(x: int) -> int:
            from features import clean
            return clean(x)

        @component
        def second(x: int) -> int:
            def inner():
                import features
                return features.clean(x)
            return inner()

        @pipeline
        def main(x: int = 1):
            second(first(x))
        """
    )
    assert changed(author, "features.py", "x + 1", "x + 2") == {"first", "second"}


def test_constants_classes_methods_and_bases_count(author: Author) -> None:
    author.write(
        "features.py",
        """
        LIMIT = 3
        LOW, HIGH = 1, 2

        class Base:
            def run(self, x):
                return x + LIMIT

        class Cleaner(Base):
            pass

        cleaner = Cleaner()
        """,
    )
    wire(author, "import features", first="features.cleaner.run(x)", second="features.HIGH")
    assert set(author.compile().code("first")) == {
        "pipeline.py:first",
        "features.py:cleaner",
        "features.py:Cleaner",
        "features.py:Base",
        "features.py:LIMIT",
    }
    assert changed(author, "features.py", "LIMIT = 3", "LIMIT = 4") == {"first"}
    assert changed(author, "features.py", "LOW, HIGH = 1, 2", "LOW, HIGH = 1, 3") == {"second"}


def test_decorators_defaults_and_annotations_count(author: Author) -> None:
    author.write(
        "marks.py",
        """
        import functools

        def twice(function):
            @functools.wraps(function)
            def run(x):
                return function(function(x))
            return run

        DEFAULT = 1
        Number = int
        """,
    )
    author.compile(
        pipeline="""
        import marks
        from penstock.dsl import component, pipeline

        @component
        @marks.twice
        def first(x: int) -> int:
            return x

        @component
        def second(x: int, y: int = marks.DEFAULT) -> "marks.Number":
            return x

        @pipeline
        def main(x: int = 1):
            second(first(x))
        """
    )
    assert set(author.compile().code("first")) == {"pipeline.py:first", "marks.py:twice"}
    assert set(author.compile().code("second")) == {"pipeline.py:second", "marks.py:DEFAULT", "marks.py:Number"}


def test_recursion_and_cyclic_imports_end(author: Author) -> None:
    author.write("one.py", "import two\n\ndef down(x):\n    return two.up(x - 1) if x else 0\n")
    author.write(
        "two.py",
        """
        import one

        def up(x):
            return one.down(x) + factorial(x)

        def factorial(x):
            return x * factorial(x - 1) if x else 1
        """,
    )
    wire(author, "import one", first="one.down(x)")
    assert set(author.compile().code("first")) == {
        "pipeline.py:first",
        "one.py:down",
        "two.py:up",
        "two.py:factorial",
    }


def test_statements_with_effects_count_for_all_that_load_the_module(author: Author) -> None:
    author.write("settings.py", "import warnings\nTABLE = {}\nwarnings.simplefilter('default')\nTABLE['a'] = 1\n")
    author.write("features.py", "import settings\n\ndef clean(x):\n    return x\n")
    wire(author, "import features", first="features.clean(x)")
    assert set(author.compile().code("second")) == {"pipeline.py:second", "settings.py:<module>", "settings.py:TABLE"}
    assert changed(author, "settings.py", "TABLE['a'] = 1", "TABLE['a'] = 2") == {"first", "second"}


def test_what_only_a_script_or_a_type_checker_sees_does_not_count(author: Author) -> None:
    author.write("heavy.py", "def never():\n    return 1\n")
    author.compile(
        pipeline="""
        from typing import TYPE_CHECKING
        from penstock.dsl import component, pipeline

        if TYPE_CHECKING:
            import heavy

        @component
        def first(x: int) -> int:
            return x

        @pipeline
        def main(x: int = 1):
            first(x)

        if __name__ == "__main__":
            main.run(x=2)
        """
    )
    assert author.compile().codes() == {
        "first": {"pipeline.py:first": author.compile().code("first")["pipeline.py:first"]}
    }
    assert changed(author, "pipeline.py", "main.run(x=2)", "main.run(x=3)") == set()


def test_conditional_imports_lead_to_all_that_may_be_taken(author: Author) -> None:
    author.write("fast.py", "def clean(x):\n    return x\n")
    author.write("slow.py", "def clean(x):\n    return x\n")
    wire(
        author,
        "try:\n        from fast import clean\n    except ImportError:\n        from slow import clean",
        first="clean(x)",
    )
    assert {"fast.py:clean", "slow.py:clean", "pipeline.py:<module>"} <= set(author.compile().code("first"))


@pytest.mark.parametrize("use", ["getattr(features, 'clean')(x)", "run(features, x)", "features.missing(x)"])
def test_a_module_whose_used_names_cannot_be_told_counts_as_a_whole(author: Author, use: str) -> None:
    author.write(
        "features.py", "LIMIT = 1\n\ndef clean(x):\n    return x\n\ndef __getattr__(name):\n    return clean\n"
    )
    wire(author, "import features\n    run = lambda module, x: module.clean(x)", first=use)
    assert "features.py:*" in author.compile().code("first")
    assert changed(author, "features.py", "LIMIT = 1", "LIMIT = 2") == {"first"}


def test_a_local_name_does_not_stand_for_the_global_one(author: Author) -> None:
    author.write("features.py", "def clean(x):\n    return x\n\ndef scale(x):\n    return x\n")
    author.compile(
        pipeline="""
        from features import clean, scale
        from penstock.dsl import component, pipeline

        @component
        def first(x: int) -> int:
            clean = x + 1
            return clean + sum(scale for scale in range(3))

        @component
        def second(clean: int) -> int:
            return (lambda scale: scale)(clean)

        @pipeline
        def main(x: int = 1):
            second(first(x))
        """
    )
    assert {name: set(parts) for name, parts in author.compile().codes().items()} == {
        "first": {"pipeline.py:first"},
        "second": {"pipeline.py:second"},
    }


def test_a_component_made_by_a_factory_at_the_top_level_travels(author: Author) -> None:
    author.write(
        "factories.py",
        """
        from penstock.dsl import component

        def adder(n):
            @component
            def add(x: int) -> int:
                return x + n
            return add
        """,
    )
    compiled = author.compile(
        pipeline="""
        from factories import adder
        from penstock.dsl import component, pipeline

        add_three = adder(3)

        @pipeline
        def main(x: int = 1):
            add_three(x)
        """
    )
    manifest = compiled.manifest("add")
    assert (manifest.module, manifest.function) == ("pipeline", "add_three")
    assert set(manifest.code) == {"pipeline.py:add_three", "factories.py:adder"}
    assert changed(author, "pipeline.py", "adder(3)", "adder(4)") == {"add"}


def test_installed_packages_count_by_their_version(author: Author) -> None:
    compiled = author.compile(
        pipeline="""
        import yaml
        from penstock.dsl import component, pipeline

        @component
        def first(x: int) -> str:
            return yaml.safe_dump(x)

        @component
        def second(x: int) -> int:
            import msgspec.json
            return x

        @pipeline
        def main(x: int = 1):
            first(x)
            second(x)
        """
    )
    first, second = compiled.manifest("first"), compiled.manifest("second")
    assert set(first.environment) == {"python", "pyyaml"}
    assert set(second.environment) == {"python", "msgspec"}
    assert "yaml" in second.imports
    assert "msgspec.json" in second.imports


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from statistics import mean as average", "from statistics import median as average"),
        ("from math import sqrt as average", "from cmath import sqrt as average"),
        ("from features import low as average, high", "from features import high as average, low"),
        ("import math as average", "import cmath as average"),
    ],
)
def test_what_an_imported_name_stands_for_counts(author: Author, before: str, after: str) -> None:
    author.write("features.py", "def low(x):\n    return x\n\n\ndef high(x):\n    return x + 1\n")
    wire(author, before, first="average(x)")
    assert changed(author, "pipeline.py", before, after) == {"first"}


def test_what_a_star_may_bring_counts(author: Author) -> None:
    wire(author, "from math import *", first="sqrt(x)")
    assert changed(author, "pipeline.py", "from math", "from cmath") == {"first"}


REGISTRY = """
    STEPS = {}


    def step(function):
        STEPS[function.__name__] = function
        return function
"""


def test_what_the_authors_decorator_may_put_on_a_list_counts_where_its_module_is_loaded(author: Author) -> None:
    author.write("registry.py", REGISTRY)
    author.write("steps.py", "import registry\n\n\n@registry.step\ndef clean(x):\n    return x + 1\n")
    wire(author, "import steps\n    from registry import STEPS", first="STEPS['clean'](x)")
    assert changed(author, "steps.py", "x + 1", "x + 2") == {"first", "second"}


def test_a_decorator_of_others_puts_nothing_on_a_list_of_the_authors(author: Author) -> None:
    author.write("steps.py", "import functools\n\n\n@functools.cache\ndef clean(x):\n    return x + 1\n")
    wire(author, "import steps", first="steps.clean(x)")
    assert changed(author, "steps.py", "x + 1", "x + 2") == {"first"}


@pytest.mark.parametrize(
    "use",
    ["globals()['clean'](x)", "eval('clean(x)')", "getattr(sys.modules[__name__], 'clean')(x)"],
)
def test_names_that_are_looked_up_as_text_may_be_any_of_the_module(author: Author, use: str) -> None:
    wire(author, "import sys\n\n    def clean(x):\n        return x + 1", first=use)
    assert changed(author, "pipeline.py", "x + 1", "x + 2") == {"first"}


def test_code_for_when_a_module_is_not_the_script_counts(author: Author) -> None:
    wire(author, "LIMIT = 1\n    if __name__ != '__main__':\n        LIMIT = 2", first="LIMIT")
    assert "first" in changed(author, "pipeline.py", "LIMIT = 2", "LIMIT = 3")
