"""What learns a transformer's state from batches, and the table of which one does it for which transformer.

A transformer of your own becomes streamable by one small class and `register(MyTransformer, MyAccumulator)`.
"""

from abc import ABC, abstractmethod
from importlib import import_module
from typing import Any, ClassVar, Self

from penstock.features.block import Block


class Accumulator(ABC):
    """Statistics of the rows seen so far, small whatever their number, from which a transformer can be fitted.

    One is made for each transformer and worker. `update` sees every row once; what two workers saw is brought together
    by `merge`; `finish` then gives a fitted copy, as scikit-learn's own `fit` on all rows at once would have.
    """

    sparse: ClassVar[bool] = False
    """Whether `update` takes SciPy's sparse matrices."""
    counts: ClassVar[bool] = False
    """Whether it counts texts, and so would rather have them as codes and a dictionary."""

    def __init__(self, transformer: Any) -> None:
        self.transformer = transformer

    @classmethod
    def refuses(cls, transformer: Any) -> str:  # noqa: ARG003
        """Why this transformer, with its parameters, cannot be fitted so; empty if it can."""
        return ""

    @abstractmethod
    def update(self, X: Any, y: Any = None) -> None:
        """Take in a batch: a data frame or matrix of at least one row; `y` is its target, where there is one."""

    def update_block(self, block: Block) -> bool:
        """Take in a batch without the help of pandas, which is faster; False if that cannot be, and nothing was done.

        A batch is then given to `update`. No target comes with it, so only what needs none can do so.
        """
        return False

    @abstractmethod
    def merge(self, other: Self) -> None:
        """Take in what `other` has seen. `other` is not used afterwards."""

    @abstractmethod
    def finish(self) -> Any:
        """A fitted copy of the transformer."""


_REGISTRY: dict[str, str | type[Accumulator]] = {
    "StandardScaler": "penstock.features.scaling:StandardScaling",
    "MinMaxScaler": "penstock.features.scaling:MinMaxScaling",
    "MaxAbsScaler": "penstock.features.scaling:MaxAbsScaling",
    "SimpleImputer": "penstock.features.imputing:Imputing",
    "OneHotEncoder": "penstock.features.categories:Encoding",
    "OrdinalEncoder": "penstock.features.categories:Encoding",
    "TargetEncoder": "penstock.features.targets:TargetEncoding",
    "RobustScaler": "penstock.features.quantiles:RobustScaling",
    "QuantileTransformer": "penstock.features.quantiles:QuantileMapping",
    "KBinsDiscretizer": "penstock.features.quantiles:Binning",
    "CountVectorizer": "penstock.features.text:Vocabulary",
    "TfidfVectorizer": "penstock.features.text:Vocabulary",
}
"""scikit-learn's classes by name: their subclasses may do anything, and are not meant."""

_STATELESS = {
    "FunctionTransformer",
    "FeatureHasher",
    "HashingVectorizer",
    "Normalizer",
    "Binarizer",
    "PolynomialFeatures",
}
"""What `fit` learns from any few rows: the names and number of columns."""


def register(transformer: type, accumulator: type[Accumulator]) -> None:
    """Fit every `transformer` (this very class) by `accumulator` from now on, in this process."""
    _REGISTRY[_key(transformer)] = accumulator


def is_stateless(transformer: Any) -> bool:
    """Whether one batch is enough to fit it."""
    if _key(type(transformer)) in _STATELESS:
        return True
    tags = getattr(transformer, "__sklearn_tags__", None)
    if tags is None or type(transformer).__module__.startswith("sklearn."):
        return False
    return not tags().requires_fit


def accumulator_for(transformer: Any) -> tuple[type[Accumulator] | None, str]:
    """The class that learns its state, or None and the reason why there is none."""
    found = _REGISTRY.get(_key(type(transformer)))
    if found is None:
        return None, f"no streaming fit is known for {type(transformer).__name__}"
    if isinstance(found, str):
        module, _, name = found.partition(":")
        found = getattr(import_module(module), name)
    assert not isinstance(found, str)
    reason = found.refuses(transformer)
    return (None, reason) if reason else (found, "")


def _key(kind: type) -> str:
    """A class of scikit-learn's by its name, which its private modules are not part of; any other in full."""
    if kind.__module__.startswith("sklearn."):
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"
