"""Where artifacts are in a container on Kubeflow, and where on our own machines."""

from pathlib import Path

import pytest

from penstock.artifacts import LocalArtifactStore
from penstock.artifacts.errors import ForeignUri
from penstock.ir.runtime import RuntimeArtifact
from penstock.launcher.errors import NoLocalPath
from penstock.launcher.places import mounted_path, readable_path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("gs://bucket/run/rows", "/gcs/bucket/run/rows"),
        ("s3://bucket/run/rows", "/s3/bucket/run/rows"),
        ("minio://bucket/run/rows", "/minio/bucket/run/rows"),
        ("/data/run/rows", "/data/run/rows"),
        ("file:///data/rows", "/data/rows"),
    ],
)
def test_kubeflow_mounts_uris_at_paths(uri: str, path: str) -> None:
    assert mounted_path(RuntimeArtifact(uri=uri)) == Path(path)


def test_what_lies_in_the_workspace_is_found_there() -> None:
    artifact = RuntimeArtifact(uri="minio://bucket/rows", metadata={"_kfp_workspace": True})
    assert mounted_path(artifact) == Path("/kfp-workspace/.artifacts/minio/bucket/rows")


@pytest.mark.parametrize("uri", ["", "https://example.org/rows", "hdfs://cluster/rows"])
def test_what_is_not_mounted_is_an_error(uri: str) -> None:
    with pytest.raises(NoLocalPath, match="is not mounted in this container"):
        mounted_path(RuntimeArtifact(uri=uri))


def test_an_object_of_the_store_is_read_there(tmp_path: Path) -> None:
    store = LocalArtifactStore(tmp_path / "store")
    source = tmp_path / "rows"
    source.write_text("x")
    stored = store.put_copy(source, "rows")
    artifact = RuntimeArtifact(uri=stored.uri, digest=stored.digest)
    assert readable_path(artifact, store).read_text() == "x"


def test_a_registered_file_is_read_where_it_is_but_an_object_from_elsewhere_is_not(tmp_path: Path) -> None:
    store = LocalArtifactStore(tmp_path / "store")
    file = tmp_path / "rows.csv"
    file.write_text("a\n1\n")
    assert readable_path(RuntimeArtifact(uri=str(file)), store) == file
    with pytest.raises(ForeignUri, match="not an object of the artifact store"):
        readable_path(RuntimeArtifact(uri=str(file), digest="sha256:00"), store)
