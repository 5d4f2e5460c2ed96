"""Folders that are damaged, edited or made to do harm: refused, and nothing of them is executed."""

import json
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from sklearn.linear_model import LogisticRegression

from penstock import Model
from penstock.models import PickleRefused, UnreadablePackage

ROWS = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": ["x", "y", "x", "y"]})


class Owned:
    """What a pickle does when it is loaded."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> Any:
        return (open, (str(self.proof), "w"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = Model(LogisticRegression().fit(ROWS[["a"]], [0, 0, 1, 1]), data=ROWS[["a"]])
    return model.save(tmp_path_factory.mktemp("models") / "model")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "model"))


def foreign(folder: Path, **flavours: Any) -> Path:
    """The same model as MLflow would have written it, with flavours of one's own."""
    shutil.rmtree(folder / "penstock")
    described = yaml.safe_load((folder / "MLmodel").read_text())
    (folder / "MLmodel").write_text(yaml.safe_dump({**described, "flavors": flavours}))
    return folder


def record(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    text = json.loads((folder / "penstock/package.json").read_text())
    change(text)
    (folder / "penstock/package.json").write_text(json.dumps(text))


def use(folder: Path) -> None:
    model = Model.load(folder)
    assert model.example is not None
    model.original()
    model.predict(ROWS)
    assert model.profile is not None


def test_the_package_itself_is_fine(folder: Path) -> None:
    use(folder)


@pytest.mark.parametrize(
    "name", ["model.skops", "input_example.json", "penstock/profile.json", "penstock/package.json"]
)
def test_a_file_that_was_changed_or_cut_is_named(name: str, folder: Path) -> None:
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(UnreadablePackage, match=name):
        use(folder)


@pytest.mark.parametrize("name", ["model.skops", "penstock/profile.json"])
def test_a_file_that_is_gone_is_named(name: str, folder: Path) -> None:
    (folder / name).unlink()
    with pytest.raises(UnreadablePackage, match=rf"the file '{name}' is missing"):
        use(folder)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"flavour": 7}', "[" * 100_000, "\ufffd\x00"])
def test_a_record_that_is_no_record_is_refused(text: str, folder: Path) -> None:
    (folder / "penstock/package.json").write_text(text)
    with pytest.raises(UnreadablePackage, match=r"'penstock/package.json' is damaged"):
        Model.load(folder)


def test_a_newer_format_says_what_to_do(folder: Path) -> None:
    record(folder, lambda text: text.update(format=99))
    with pytest.raises(UnreadablePackage, match=r"it is of format 99.*\n  hint: upgrade Penstock"):
        Model.load(folder)


def test_a_flavour_that_nobody_knows_is_refused(folder: Path) -> None:
    record(folder, lambda text: text.update(flavour="os"))
    with pytest.raises(UnreadablePackage, match=r"it is of flavour 'os'"):
        use(folder)


def test_a_hidden_pickle_is_never_loaded(folder: Path, tmp_path: Path) -> None:
    proof = tmp_path / "owned"
    (folder / "model.pkl").write_bytes(pickle.dumps(Owned(proof)))
    use(folder)
    record(folder, lambda text: text.update(flavour="pickle"))
    with pytest.raises(PickleRefused, match=r"model.pkl"):
        use(folder)
    assert not proof.exists()


def test_a_pickle_in_the_place_of_the_model_is_not_loaded(folder: Path, tmp_path: Path) -> None:
    proof = tmp_path / "owned"
    foreign(folder, sklearn={"pickled_model": "model.skops", "serialization_format": "skops"})
    (folder / "model.skops").write_bytes(pickle.dumps(Owned(proof)))
    with pytest.raises(UnreadablePackage, match=r"it is no skops file"):
        Model.load(folder).original()
    assert not proof.exists()


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../secret", "", 7, None, "a\0b"])
def test_names_that_lead_out_of_the_folder_are_refused(name: Any, folder: Path) -> None:
    (folder.parent / "secret").write_text("secret")
    for flavours in (
        {"sklearn": {"pickled_model": name, "serialization_format": "skops"}},
        {"xgboost": {"data": name}},
        {"lightgbm": {"data": name, "model_class": "lightgbm.basic.Booster"}},
    ):
        shutil.copytree(folder, folder.parent / "copy")
        with pytest.raises(UnreadablePackage, match=r"leads out of the folder|no name of a file"):
            Model.load(foreign(folder.parent / "copy", **flavours))
        shutil.rmtree(folder.parent / "copy")


def test_a_link_that_leads_out_of_the_folder_is_refused(folder: Path) -> None:
    (folder.parent / "secret").write_text("secret")
    (folder / "link").symlink_to(folder.parent / "secret")
    with pytest.raises(UnreadablePackage, match=r"'link' leads out of the folder"):
        Model.load(foreign(folder, sklearn={"pickled_model": "link", "serialization_format": "skops"}))


@pytest.mark.parametrize(
    "text", ["", "7", "flavors: 7", "flavors: {sklearn: 7}", "a: [", "!!python/object/apply:os.system ['true']", "\x00"]
)
def test_a_description_that_is_none_is_refused(text: str, folder: Path) -> None:
    shutil.rmtree(folder / "penstock")
    (folder / "MLmodel").write_text(text)
    with pytest.raises(UnreadablePackage, match=r"'MLmodel' is damaged"):
        Model.load(folder)


def test_a_huge_description_is_refused(folder: Path) -> None:
    shutil.rmtree(folder / "penstock")
    with (folder / "MLmodel").open("wb") as file:
        file.truncate(65 << 20)
    with pytest.raises(UnreadablePackage, match=r"'MLmodel' has more than 64 MiB"):
        Model.load(folder)


def test_a_file_that_unpacks_to_far_more_than_it_is_is_refused(folder: Path) -> None:
    foreign(folder, sklearn={"pickled_model": "model.skops", "serialization_format": "skops"})
    with zipfile.ZipFile(folder / "model.skops", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.npy", bytes(70 << 20))
    with pytest.raises(UnreadablePackage, match=r"would unpack to"):
        Model.load(folder).original()


def test_a_graph_that_was_put_in_later_is_not_run(folder: Path) -> None:
    (folder / "graph.onnx").write_bytes(b"nonsense")
    record(folder, lambda text: (text.update(runtime="graph"), text["files"].pop("graph.onnx", None)))
    with pytest.raises(UnreadablePackage, match=r"'graph.onnx' is not among the files that were packaged"):
        use(folder)


def test_code_that_travels_is_not_imported_unless_it_is_trusted(folder: Path) -> None:
    (folder / "code").mkdir()
    (folder / "code" / "sklearn.py").write_text("raise SystemExit('owned')")
    use(folder)
    with pytest.raises(UnreadablePackage, match=r"its code is in '\.\./model'|leads out of the folder"):
        Model.load(foreign(folder, sklearn={"pickled_model": "model.skops", "code": "../model"}))


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UnreadablePackage, match=r"there is no 'MLmodel' in it"):
            Model.load(place)
