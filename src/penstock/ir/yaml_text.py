"""YAML as pipeline documents use it: plain JSON values in and out, nothing guessed, long text readable.

Differs from PyYAML's safe dialect in what would change a value or refuse it: dates stay text, `1e-5` is a
number, `=` is text, a key that is given twice is an error. PyYAML is imported when first needed.
"""

import re
from functools import cache
from typing import Any

from penstock.ir.errors import MalformedDocument

_EXPONENT = re.compile(r"[-+]?(?:\d[\d_]*)(?:\.\d*)?[eE][-+]?\d+\Z|[-+]?\.\d+[eE][-+]?\d+\Z")
_FLOAT = "tag:yaml.org,2002:float"
_NOT_JSON = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")

MAX_EXPANDED = 20_000_000
"""More values than this after aliases are expanded is an attack or an accident, not a pipeline."""

MAX_DEPTH = 1_000
"""More levels than this, too. The C library would go down them all, past the end of its stack."""


def parse_yaml(text: str) -> list[Any]:
    """Every document of a YAML text that is not empty, as plain values.

    Raises:
        MalformedDocument: It is not YAML, or says a key twice, or expands without end.
    """
    import yaml

    try:
        _refuse_deep(text)
        documents = [document for document in yaml.load_all(text, _loader()) if document is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = error.problem or error.context or "it cannot be parsed"
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise MalformedDocument(reason=reason, line=line, column=column) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise MalformedDocument(reason=str(error).splitlines()[0]) from None
    except RecursionError:
        raise MalformedDocument(reason="it is nested too deeply") from None
    if "&" in text and "*" in text:
        _refuse_endless(documents)
    return documents


def write_yaml_documents(documents: list[Any]) -> str:
    """The documents one after the other, keys in the given order, text of several lines as blocks."""
    import yaml

    text: str = yaml.dump_all(documents, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=120)
    return text


@cache
def _loader() -> Any:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen = set()
            for key, _ in node.value:
                name = key.value
                if isinstance(name, str) and name != "<<":
                    if name in seen:
                        raise yaml.constructor.ConstructorError(
                            None, None, f"the key {name!r} is given twice", key.start_mark
                        )
                    seen.add(name)
            return super().construct_mapping(node, deep)

    Loader.yaml_implicit_resolvers = {
        start: [(tag, pattern) for tag, pattern in resolvers if tag not in _NOT_JSON]
        for start, resolvers in Loader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver(_FLOAT, _EXPONENT, list("-+.0123456789"))
    return Loader


@cache
def _dumper() -> Any:
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        def ignore_aliases(self, _data: Any) -> bool:
            return True

    def represent_text(dumper: Any, text: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)

    Dumper.yaml_implicit_resolvers = {key: list(value) for key, value in Dumper.yaml_implicit_resolvers.items()}
    # Other readers take these for numbers, so text that looks like one is quoted.
    Dumper.add_implicit_resolver(_FLOAT, _EXPONENT, list("-+.0123456789"))
    Dumper.add_representer(str, represent_text)
    return Dumper


def _refuse_deep(text: str) -> None:
    import yaml

    depth = 0
    for event in yaml.parse(text, _loader()):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise RecursionError
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _refuse_endless(documents: list[Any]) -> None:
    sizes: dict[int, int] = {}

    def size(value: Any) -> int:
        if not isinstance(value, dict | list):
            return 1
        if id(value) not in sizes:
            sizes[id(value)] = MAX_EXPANDED + 1  # what it is until it is known: met again inside itself, it is endless
            items = value.values() if isinstance(value, dict) else value
            sizes[id(value)] = 1 + sum(size(item) for item in items)
        return sizes[id(value)]

    if size(documents) > MAX_EXPANDED:
        raise MalformedDocument(reason="its aliases (`*name`) refer to one another without end")
