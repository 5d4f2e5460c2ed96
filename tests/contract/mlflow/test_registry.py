"""Registered models by MLflow's own client: the same registry that `penstock models` shows."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from penstock.platform.system import System
from penstock.registry.models import ModelRegistry

if TYPE_CHECKING:
    from mlflow import MlflowClient

pytestmark = pytest.mark.filterwarnings("ignore")


def test_a_logged_model_is_registered_promoted_and_loaded(
    mlflow: Any, client: "MlflowClient", model: Any, system: System
) -> None:
    import pandas as pd

    version = mlflow.register_model(model.model_uri, "adder", tags={"k": "v"})
    assert (version.version, version.run_id) == ("1", model.run_id)
    client.set_registered_model_alias("adder", "champion", "1")
    for reference in ("models:/adder@champion", "models:/adder/1", model.model_uri):
        loaded = mlflow.pyfunc.load_model(reference)
        assert loaded.predict(pd.DataFrame({"x": [1, 2]})).tolist() == [2, 3]
    found = client.get_model_version_by_alias("adder", "champion")
    assert (found.version, found.aliases, found.tags["k"], found.status) == ("1", ["champion"], "v", "READY")
    assert client.get_registered_model("adder").aliases == {"champion": "1"}
    registry = ModelRegistry(system.store, system.artifacts, system.clock)
    ours = registry.resolve("adder@champion")
    assert (ours.tags["penstock.model_id"], ours.tags["penstock.replay"]) == (model.model_id, "not done")
    assert (system.artifacts.path(ours.uri) / "MLmodel").is_file()
    assert registry.history("adder")[0].reason == "by a client of MLflow"


def test_models_are_made_described_tagged_renamed_and_removed(client: "MlflowClient", mlflow: Any) -> None:
    client.create_registered_model("größe 日本", tags={"team": "a"}, description="first")
    client.update_registered_model("größe 日本", "second")
    client.set_registered_model_tag("größe 日本", "kind", "b")
    client.delete_registered_model_tag("größe 日本", "team")
    found = client.get_registered_model("größe 日本")
    assert (found.description, found.tags, found.aliases, found.latest_versions) == ("second", {"kind": "b"}, {}, [])
    client.rename_registered_model("größe 日本", "plain")
    assert client.get_registered_model("plain").tags == {"kind": "b"}
    with pytest.raises(mlflow.exceptions.MlflowException, match="RESOURCE_ALREADY_EXISTS"):
        client.create_registered_model("plain")
    client.delete_registered_model("plain")
    with pytest.raises(mlflow.exceptions.MlflowException, match="RESOURCE_DOES_NOT_EXIST"):
        client.get_registered_model("plain")


def test_versions_are_searched_described_tagged_and_removed(mlflow: Any, client: "MlflowClient", model: Any) -> None:
    for number in range(3):
        mlflow.register_model(model.model_uri, "many", tags={"number": str(number)})
    client.update_model_version("many", "2", "the second")
    client.set_model_version_tag("many", "2", "extra", "x")
    client.delete_model_version_tag("many", "2", "number")
    second = client.get_model_version("many", "2")
    assert (second.description, second.tags["extra"], "number" in second.tags) == ("the second", "x", False)
    found = client.search_model_versions("name = 'many'", order_by=["version_number ASC"])
    assert [one.version for one in found] == ["1", "2", "3"]
    assert [one.version for one in client.search_model_versions("name = 'many' and tags.extra = 'x'")] == ["2"]
    assert len(client.search_model_versions(f"run_id = '{model.run_id}' AND name = 'many'")) == 3
    assert client.get_latest_versions("many")[0].version == "3"
    client.delete_model_version("many", "3")
    assert client.get_latest_versions("many")[0].version == "2"
    assert mlflow.register_model(model.model_uri, "many").version == "4"
    assert [one.name for one in client.search_registered_models("name LIKE 'man%'")] == ["many"]


def test_aliases_move_and_are_taken_away(mlflow: Any, client: "MlflowClient", model: Any) -> None:
    for _ in range(2):
        mlflow.register_model(model.model_uri, "moved")
    client.set_registered_model_alias("moved", "challenger", "2")
    client.set_registered_model_alias("moved", "challenger", "1")
    assert client.get_model_version_by_alias("moved", "challenger").version == "1"
    client.delete_registered_model_alias("moved", "challenger")
    with pytest.raises(mlflow.exceptions.MlflowException, match="RESOURCE_DOES_NOT_EXIST"):
        client.get_model_version_by_alias("moved", "challenger")
    with pytest.raises(mlflow.exceptions.MlflowException, match="RESOURCE_DOES_NOT_EXIST"):
        client.set_registered_model_alias("moved", "champion", "9")


def test_a_version_is_copied_to_another_name(mlflow: Any, client: "MlflowClient", model: Any) -> None:
    mlflow.register_model(model.model_uri, "original", tags={"k": "v"})
    copy = client.copy_model_version("models:/original/1", "copied")
    assert (copy.version, copy.tags["k"]) == ("1", "v")
    original = client.get_model_version("original", "1")
    assert (copy.source, copy.run_id) == (original.source, original.run_id)


def test_stages_are_refused_and_aliases_named_instead(mlflow: Any, client: "MlflowClient", model: Any) -> None:
    mlflow.register_model(model.model_uri, "staged")
    with pytest.raises(mlflow.exceptions.MlflowException, match=r"stages of model versions are not kept here.*aliases"):
        client.transition_model_version_stage("staged", "1", "Production")
    with pytest.raises(mlflow.exceptions.MlflowException, match="stages of model versions are not kept here"):
        client.get_latest_versions("staged", stages=["Production"])


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("mlflow-artifacts:/0/none/artifacts/model", "no files were logged at"),
        ("mlflow-artifacts:/../../etc", "is no path of an artifact"),
        ("models:/m-none", "no logged model 'm-none'"),
        ("/no/such/folder", "there is nothing at"),
        ("/etc", "there is no file MLmodel in its folder"),
        ("dbfs:/somewhere", "source: 'dbfs:/somewhere' is neither a folder of this machine nor a URL"),
        ("file:/no/such/folder", "there is nothing at"),
        ("", "source: it is missing"),
    ],
)
def test_a_source_that_is_none_is_refused(mlflow: Any, client: "MlflowClient", source: str, said: str) -> None:
    if not client.search_registered_models("name = 'sourced'"):
        client.create_registered_model("sourced")
    with pytest.raises(mlflow.exceptions.MlflowException, match=said):
        client._get_registry_client().store.create_model_version("sourced", source)


def test_prompts_are_refused(mlflow: Any) -> None:
    with pytest.raises(mlflow.exceptions.MlflowException, match="prompts are not kept here"):
        mlflow.genai.register_prompt("greet", "Hello {{name}}")


def test_a_version_that_penstock_registered_is_loaded_by_mlflow(
    mlflow: Any, client: "MlflowClient", model: Any, system: System, tmp_path: Path
) -> None:
    import pandas as pd

    folder = Path(mlflow.artifacts.download_artifacts(model.model_uri, dst_path=str(tmp_path)))
    ModelRegistry(system.store, system.artifacts, system.clock).register("native", folder)
    loaded = mlflow.pyfunc.load_model("models:/native/1")
    assert loaded.predict(pd.DataFrame({"x": [4]})).tolist() == [5]


def test_a_folder_of_this_machine_is_taken_into_the_store(
    mlflow: Any, client: "MlflowClient", model: Any, system: System, tmp_path: Path
) -> None:
    folder = Path(mlflow.artifacts.download_artifacts(model.model_uri, dst_path=str(tmp_path)))
    client.create_registered_model("local")
    version = client.create_model_version("local", str(folder))
    assert version.source.startswith("mlflow-artifacts:/objects/")
    assert system.store.registry.version("local", 1).digest is not None
