"""NumPy arrays: `.npy` files, which are mapped into memory instead of being read."""

# ruff: noqa: ARG002 - the interface has the arguments

from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.errors import ConversionError

if TYPE_CHECKING:
    import numpy as np

_WHAT = "numpy.ndarray"


class NumpyArray(Converter["np.ndarray[Any, Any]"]):
    """`numpy.ndarray`. Loaded arrays are read-only: `.copy()` gives one that can be changed."""

    type_names = ("numpy.ndarray",)
    kind = "array"
    schema_title = "system.Artifact"
    imports = ("numpy",)
    suffix = ".npy"

    def save(self, value: "np.ndarray[Any, Any]", target: Path) -> dict[str, Json]:
        """Write the array; objects are refused, since only pickle could hold them."""
        import numpy as np

        if isinstance(value, np.ma.MaskedArray):
            raise _refused("its mask would be lost", "store `.filled(…)`, or values and mask apart")
        if value.dtype.hasobject:
            raise _refused(
                "it holds Python objects", "give it a dtype (`.astype(str)`, `.astype(float)`), or use a table"
            )
        try:
            with target.open("xb") as file:  # given a name, NumPy would choose its ending
                np.save(file, value, allow_pickle=False)
        except ValueError as error:
            raise _refused(str(error), "give it a plain dtype") from error
        return {"format": "npy", "shape": list(value.shape), "dtype": str(value.dtype)}

    def load(
        self, source: Path, annotation: type["np.ndarray[Any, Any]"], metadata: dict[str, Json]
    ) -> "np.ndarray[Any, Any]":
        """Map the file; its pages are read when they are used."""
        import numpy as np

        try:
            array: np.ndarray[Any, Any] = np.load(source, mmap_mode="r", allow_pickle=False)
        except ValueError as error:
            raise ConversionError(what=_WHAT, action="loaded", reason=str(error)) from error
        return array


def _refused(reason: str, advice: str) -> ConversionError:
    return ConversionError(what=_WHAT, action="stored", reason=reason, advice=advice)


CONVERTERS: list[Converter[Any]] = [NumpyArray()]
