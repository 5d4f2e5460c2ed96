"""Tasks that make and delete volumes."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from penstock.executors.process.volumes import VolumeRefused, VolumeWork, run


def work(folder: Path, *, create: bool = True, task: str = "run/createpvc", **inputs: Any) -> dict[str, Any]:
    """The outputs of such a task."""
    asked = VolumeWork(
        create=create, root=str(folder / "volumes"), task=task, inputs=inputs, output=str(folder / "output.json")
    )
    assert run(msgspec.json.encode(asked)) == b""
    outputs: dict[str, Any] = msgspec.json.decode((folder / "output.json").read_bytes())
    return outputs.get("parameterValues", {})


def test_a_named_volume_is_made_once_and_kept(tmp_path: Path) -> None:
    assert work(tmp_path, pvc_name="data", size="5Gi", access_modes=["ReadWriteOnce"]) == {"name": "data"}
    (tmp_path / "volumes/data/file").write_text("x")
    assert work(tmp_path, pvc_name="data") == {"name": "data"}
    assert (tmp_path / "volumes/data/file").read_text() == "x"


def test_a_made_up_name_is_the_tasks_own_however_often_it_is_tried(tmp_path: Path) -> None:
    name = work(tmp_path, pvc_name_suffix="-my-pvc")["name"]
    assert name.endswith("-my-pvc")
    assert work(tmp_path, pvc_name_suffix="-my-pvc") == {"name": name}
    assert work(tmp_path, task="run/loop[1].createpvc", pvc_name_suffix="-my-pvc") != {"name": name}
    assert work(tmp_path) == {"name": name.removesuffix("-my-pvc")}


def test_a_volume_is_deleted_with_what_is_in_it_and_a_linked_one_is_not(tmp_path: Path) -> None:
    work(tmp_path, pvc_name="data")
    (tmp_path / "volumes/data/file").write_text("x")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "file").write_text("x")
    (tmp_path / "volumes/linked").symlink_to(mine)
    for name in ("data", "linked", "linked"):
        assert work(tmp_path, create=False, pvc_name=name) == {}
    assert list((tmp_path / "volumes").iterdir()) == []
    assert (mine / "file").read_text() == "x"


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"pvc_name": "../../etc"}, r"'\.\./\.\./etc' is no name for one"),
        ({"pvc_name": "A"}, "'A' is no name"),
        ({"pvc_name": "a", "pvc_name_suffix": "-b"}, "both `pvc_name` and `pvc_name_suffix`"),
        ({"pvc_name": "a", "data_source": {"kind": "VolumeSnapshot"}}, "`data_source` names something of a cluster's"),
        ({"pvc_name": "a", "volume_name": "pv-1"}, "`volume_name` names something of a cluster's"),
    ],
)
def test_what_no_folder_can_be_is_refused(tmp_path: Path, inputs: dict[str, Any], reason: str) -> None:
    with pytest.raises(VolumeRefused, match=reason):
        work(tmp_path, **inputs)
    assert not (tmp_path / "volumes").exists()


@pytest.mark.parametrize("name", ["..", ".", "", None, "a/b", 5])
def test_nothing_outside_is_deleted(tmp_path: Path, name: object) -> None:
    (tmp_path / "volumes").mkdir()
    with pytest.raises(VolumeRefused, match="is no name for one"):
        work(tmp_path, create=False, pvc_name=name)
    assert (tmp_path / "volumes").is_dir()
