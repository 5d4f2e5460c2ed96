"""Which emitter belongs to which transformer, by its exact class: a subclass may do anything."""

from collections.abc import Callable
from typing import Any

from penstock.compiled.graph import Block, CannotCompile, Graph

Emitter = Callable[[Any, Block, Graph], Block]

EMITTERS: dict[str, Emitter] = {}
"""By the root package and the name of the class, e.g. `sklearn.StandardScaler`."""


def emits(name: str) -> Callable[[Emitter], Emitter]:
    """Registers the emitter of a class."""

    def register(emitter: Emitter) -> Emitter:
        EMITTERS[name] = emitter
        return emitter

    return register


def class_name(thing: Any) -> str:
    """The root package and the name of an object's class."""
    return f"{type(thing).__module__.partition('.')[0]}.{type(thing).__name__}"


def emit(transformer: Any, block: Block, graph: Graph) -> Block:
    """Write one fitted transformer; `passthrough` and None change nothing."""
    if transformer is None or (isinstance(transformer, str) and transformer == "passthrough"):
        return block
    name = class_name(transformer)
    if name not in EMITTERS:
        raise CannotCompile(f"there is no emitter for `{name}`")
    if any(part.type == "float" for part in block.parts):
        raise CannotCompile(f"`{name}` comes after the cast to float32, which must come right before the estimator")
    try:
        return EMITTERS[name](transformer, block, graph)
    except CannotCompile as error:
        if str(error).startswith("`"):
            raise
        raise CannotCompile(f"`{name}`: {error}") from None


def checked_matrix(transformer: Any, block: Block, graph: Graph) -> str:
    """The block as float64, with the rows refused in which scikit-learn's validation would find fault."""
    matrix = graph.matrix(block)
    graph.refuse(graph.add("IsInf", matrix))
    if not transformer.__sklearn_tags__().input_tags.allow_nan:
        graph.refuse(graph.add("IsNaN", matrix))
    return matrix
