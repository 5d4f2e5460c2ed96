"""The source in a lightweight component of Kubeflow's SDK, for its cache key: what it says, not how it is laid out.

Such a component is a container whose command line installs packages, writes Python source to a file and has the SDK
run a function of it:

```
command: [sh, -c, <pip install …>, sh, -ec, <… python3 -m kfp.dsl.executor_main …>, <source>]
args:    [--executor_input, {{$}}, --function_to_execute, <function>]
```
"""

import hashlib
import re

from msgspec import Struct

from penstock.ir.spec import ContainerSpec

_RUNNERS = ("kfp.dsl.executor_main", "kfp.components.executor_main")
_USUAL_ARGS = 4
_INSTALLED = re.compile(r"""(['"])(.+?)\1""")
_OF_THE_SDK = re.compile(r"(kfp|typing-extensions)\b(?![-_.]\w)")


class LightweightSource(Struct, frozen=True, kw_only=True):
    """What such a component consists of."""

    function: str
    code: str
    """Digest of the source, without comments and docstrings."""
    packages: tuple[str, ...]
    """What the command line installs, and from where; the SDK itself left out."""
    more: tuple[str, ...] = ()
    """Arguments beyond the usual ones."""

    def parts(self, *, resolved: bool) -> dict[str, str]:
        """Parts of a cache key. The packages are left out where what they were resolved to is known."""
        parts = {"component": self.function, f"code:{self.function}": self.code}
        if self.packages and not resolved:
            parts["environment:requirements"] = ", ".join(self.packages)
        if self.more:
            parts["command"] = " ".join(self.more)
        return parts


def read_source(container: ContainerSpec) -> LightweightSource | None:
    """The source in a container's command line; None if it has another form."""
    command, args = container.command, container.args
    if len(command) < 2 or not any(runner in command[-2] for runner in _RUNNERS):
        return None
    try:
        at = args.index("--function_to_execute")
        function = args[at + 1]
    except (ValueError, IndexError):
        return None
    code = _code_digest(command[-1])
    if code is None:
        return None
    more = tuple(args) if len(args) != _USUAL_ARGS else ()
    return LightweightSource(function=function, code=code, packages=_packages(command[:-2]), more=more)


def _packages(command: list[str]) -> tuple[str, ...]:
    installing = " ".join(part for part in command if "pip install" in part)
    quoted = [match[2] for match in _INSTALLED.finditer(installing.replace('"$0" "$@"', ""))]
    plain = re.findall(r"--(?:extra-)?index-url\s+[^\s'\"]+", installing)
    wanted = (one for one in quoted if not one.startswith(("-", "$")) and not _OF_THE_SDK.match(one))
    return tuple(dict.fromkeys([*plain, *wanted]))


def _code_digest(source: str) -> str | None:
    import ast

    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and _is_text(body[0] if body else None):
            body[:1] = []
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:16]


def _is_text(node: object) -> bool:
    import ast

    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
