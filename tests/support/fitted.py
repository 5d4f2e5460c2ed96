"""Whether two fitted scikit-learn objects know the same."""

from typing import Any

import numpy as np
from scipy import sparse


def assert_same(ours: Any, theirs: Any, at: str = "", rtol: float = 1e-9) -> None:
    """Compare all that two objects hold: their parts, arrays (types too) and parameters; numbers up to rounding."""
    if isinstance(theirs, np.integer):  # scikit-learn's vocabularies hold them at times
        theirs = int(theirs)
    if isinstance(ours, np.integer):
        ours = int(ours)
    assert type(ours) is type(theirs), f"{at}: {type(ours)} is not {type(theirs)}"
    if sparse.issparse(ours):
        assert_same(ours.toarray(), theirs.toarray(), at, rtol)
    elif isinstance(ours, np.ndarray):
        assert ours.dtype == theirs.dtype, f"{at}: {ours.dtype} is not {theirs.dtype}"
        assert ours.shape == theirs.shape, f"{at}: {ours.shape} is not {theirs.shape}"
        if ours.dtype.kind == "f":
            np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-11, err_msg=at)
        else:
            for index, (a, b) in enumerate(zip(ours.ravel().tolist(), theirs.ravel().tolist(), strict=True)):
                assert_same(a, b, f"{at}[{index}]", rtol)
    elif isinstance(ours, float | np.floating):
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-11, err_msg=at)
    elif isinstance(ours, dict):
        assert ours.keys() == theirs.keys(), f"{at}: {ours.keys()} is not {theirs.keys()}"
        for key in ours:
            assert_same(ours[key], theirs[key], f"{at}.{key}", rtol)
    elif isinstance(ours, list | tuple):
        assert len(ours) == len(theirs), at
        for index, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            assert_same(a, b, f"{at}[{index}]", rtol)
    elif hasattr(ours, "get_params"):
        assert_same(vars(ours), vars(theirs), f"{at}({type(ours).__name__})", rtol)
    elif hasattr(ours, "__dict__") and not callable(ours) and type(ours).__module__.startswith("sklearn."):
        assert_same(vars(ours), vars(theirs), at, rtol)
    elif type(ours).__module__ == "builtins":
        assert ours == theirs or (ours is None and theirs is None), f"{at}: {ours!r} is not {theirs!r}"
