"""PyTorch modules as exported programs (`data/model.pt2`): a graph and its weights, and no class of the author's.

PyTorch's own loader would unpickle what such a file says is pickled. So a file is read only if nothing in it is a
pickle, but for tensors that its restricted reader takes.
"""

# ruff: noqa: ARG002 - the interface has the arguments

import json
import zipfile
from pathlib import Path
from typing import Any, ClassVar

from penstock.data.naming import type_name
from penstock.models.errors import NotPackaged, UnreadablePackage
from penstock.models.flavours.flavour import Asked, Flavour, Written
from penstock.models.modules import version_of
from penstock.models.package import Package, checked

FOLDER = "data"
FILE = "data/model.pt2"
_WORDS = frozenset({"archive_format", "archive_version", "byteorder", "version", "serialization_id"})
_TENSORS = ("weight_", "tensor_")
_TRACED_ROWS = 2
"""PyTorch takes a dimension of one for a constant, so that two rows are traced."""


class Torch(Flavour):
    """A `torch.nn.Module` that takes one tensor: rows × columns."""

    name = "pytorch"
    type_names: ClassVar[tuple[str, ...]] = ("torch.nn.modules.module.Module",)
    needs: ClassVar[tuple[str, ...]] = ("torch", "numpy", "pandas")

    def write(self, value: Any, folder: Path, *, example: Any, allow_pickle: bool) -> Written:
        """Trace the module with the example, with any number of rows, and write the program."""
        import torch

        what = type_name(type(value))
        if example is None:
            raise NotPackaged(
                what=what,
                reason="PyTorch exports a module by tracing it, and there are no rows to trace it with",
                advice="pass them: `Model(module, data=rows)` or `Model(module, example=array)`",
            )
        was_training = value.training
        rows = torch.from_numpy(_matrix(example))
        rows = rows if len(rows) > 1 else rows.repeat((_TRACED_ROWS, *([1] * (rows.dim() - 1))))
        try:
            program = torch.export.export(value.eval(), (rows,), dynamic_shapes=({0: torch.export.Dim.AUTO},))
        except Exception as error:  # whatever the author's module and PyTorch's tracer raise
            reason = f"PyTorch cannot export it: {type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
            advice = "make its `forward` take one float32 tensor [rows, columns] and branch on no values"
            raise NotPackaged(what=what, reason=reason, advice=advice) from error
        finally:
            value.train(was_training)
        for node in program.graph.nodes:  # they name the author's files
            node.meta.pop("stack_trace", None)
        (folder / FOLDER).mkdir()
        torch.export.save(program, folder / FILE)
        return Written(
            flavours={"pytorch": {"code": None, "model_data": FOLDER, "pytorch_version": str(torch.__version__)}},
            loader={"loader_module": "mlflow.pytorch", "data": FOLDER, "model_config": {"device": None}},
            types=["torch.nn.modules.module.Module"],
        )

    def read(self, folder: Path, package: Package, *, trust: bool) -> Any:
        """Load the program, if there is no pickle in it."""
        if not version_of("torch"):
            raise ModuleNotFoundError("the model needs the package 'torch', which is not installed here", name="torch")
        import torch

        file = checked(folder, package, package.file or FILE)
        check_archive(file)
        try:
            return torch.export.load(file).module()
        except Exception as error:  # PyTorch has no one class for it
            reason = f"'{FILE}' is no exported program: {str(error).strip().partition(chr(10))[0]}"
            raise UnreadablePackage(place=str(folder), reason=reason) from error

    def ask(self, value: Any) -> Asked:
        """As MLflow asks it: a float32 tensor in, what comes out as an array."""

        def predict(rows: Any) -> Any:
            import torch

            with torch.no_grad():
                found = value(torch.from_numpy(_matrix(rows)))
            if not isinstance(found, torch.Tensor):
                raise TypeError(f"the module returned a `{type_name(type(found))}` and not one tensor")
            made = found.numpy()
            return made.reshape(-1) if made.ndim == 2 and made.shape[1] == 1 else made

        return Asked(predict=predict)


def check_archive(file: Path) -> None:
    """Refuse an exported program with anything in it that loading would run.

    Raises:
        UnreadablePackage: It is no such program, or holds a pickle of more than tensors.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            raw = _raw_tensors(archive, entries)
            for entry in entries:
                if entry.filename not in raw and not _harmless(entry.filename, archive.read(entry)):
                    reason = f"'{entry.filename}' in '{FILE}' is a pickle of more than tensors"
                    raise UnreadablePackage(place=str(file), reason=reason)
    except (zipfile.BadZipFile, LookupError, ValueError, OSError, RecursionError, NotImplementedError) as error:
        if isinstance(error, UnreadablePackage):
            raise
        raise UnreadablePackage(place=str(file), reason=f"it is no exported program: {error}") from error


def _raw_tensors(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> set[str]:
    """The records that are read as the bytes of tensors and never unpickled."""
    raw: set[str] = set()
    pickled: set[str] = set()
    for entry in entries:
        if not entry.filename.endswith(
            ("/weights/model_weights_config.json", "/constants/model_constants_config.json")
        ):
            continue
        place = entry.filename.rpartition("/")[0]
        for one in json.loads(archive.read(entry))["config"].values():
            name = str(one["path_name"])
            plain = one.get("use_pickle") is False and name.startswith(_TENSORS) and "/" not in name
            (raw if plain else pickled).add(f"{place}/{name}")
    return raw - pickled


def _harmless(name: str, content: bytes) -> bool:
    if name.rpartition("/")[2] in _WORDS and len(content) <= 64 and content.strip().isalnum():
        return True
    try:
        json.loads(content)
        return True
    except ValueError:
        pass
    import io

    import torch

    try:
        torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception:  # noqa: BLE001 - anything but tensors and containers of them
        return False
    return True


def _matrix(rows: Any) -> Any:
    import numpy as np

    values = rows.to_numpy(dtype=np.float32) if hasattr(rows, "to_numpy") else rows
    return np.array(values, dtype=np.float32, order="C")  # a copy: PyTorch warns of arrays that it must not write to
