"""PyTorch modules: exported programs, read only if there is no pickle in them."""

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from penstock import Model
from penstock.models import NotPackaged, UnreadablePackage
from penstock.models.flavours.torch import check_archive

torch = pytest.importorskip("torch", reason="PyTorch is not installed: `make test-torch`")

ROWS = pd.DataFrame(np.random.default_rng(0).random((20, 3)), columns=list("abc"))


def module() -> "torch.nn.Module":
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Dropout(0.5), torch.nn.ReLU(), torch.nn.Linear(4, 1))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Model(module(), data=ROWS).save(tmp_path_factory.mktemp("models") / "model")


def test_a_module_answers_for_any_number_of_rows(saved: Path) -> None:
    model = Model.load(saved)
    with torch.no_grad():
        expected = module().eval()(torch.tensor(ROWS.to_numpy(dtype=np.float32).tolist())).numpy().reshape(-1)
    np.testing.assert_allclose(model.predict(ROWS), expected, rtol=1e-6)
    np.testing.assert_allclose(model.predict(ROWS.head(1)), expected[:1], rtol=1e-6)
    assert model.predict({"a": 1, "b": 2, "c": 3}).shape == (1,)
    assert [column.name for column in model.signature.inputs] == list("abc")


def test_nothing_of_the_authors_machine_is_in_it(saved: Path) -> None:
    with zipfile.ZipFile(saved / "data" / "model.pt2") as archive:
        assert not [name for name in archive.namelist() if b".py" in archive.read(name)]


def test_what_cannot_be_traced_says_why(tmp_path: Path) -> None:
    class Branches(torch.nn.Module):
        def forward(self, rows: "torch.Tensor") -> "torch.Tensor":
            return rows if rows.sum() > 0 else -rows

    with pytest.raises(NotPackaged, match=r"PyTorch cannot export it.*\n  hint: make its `forward` take one"):
        Model(Branches(), data=ROWS).save(tmp_path / "model")
    with pytest.raises(NotPackaged, match=r"there are no rows to trace it with"):
        Model(module()).save(tmp_path / "model")


def test_a_pickle_in_an_exported_program_is_refused(saved: Path, tmp_path: Path) -> None:
    class Owned:
        def __reduce__(self) -> object:
            return (open, (str(tmp_path / "owned"), "w"))

    file = tmp_path / "model.pt2"
    with zipfile.ZipFile(saved / "data" / "model.pt2") as old, zipfile.ZipFile(file, "w") as new:
        for entry in old.infolist():
            hidden = entry.filename.endswith("sample_inputs/model.pt")
            new.writestr(entry.filename, pickle.dumps(Owned()) if hidden else old.read(entry))
    with pytest.raises(UnreadablePackage, match=r"sample_inputs/model.pt' in 'data/model.pt2' is a pickle of more"):
        check_archive(file)
    assert not (tmp_path / "owned").exists()


def test_a_weight_that_says_it_is_pickled_is_refused(saved: Path, tmp_path: Path) -> None:
    file = tmp_path / "model.pt2"
    with zipfile.ZipFile(saved / "data" / "model.pt2") as old, zipfile.ZipFile(file, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename.endswith("model_weights_config.json"):
                data = data.replace(b'"use_pickle": false', b'"use_pickle": true')
            new.writestr(entry.filename, data)
    with pytest.raises(UnreadablePackage, match=r"weight_0' in 'data/model.pt2' is a pickle"):
        check_archive(file)
