"""What an attempt is given: values by the names that hold when it starts, never in a text that is made of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from penstock.core.ids import TaskPath
from penstock.core.masking import mask_text
from penstock.engine.executor import Failed, Grants, Mount, Succeeded
from penstock.engine.grants import grants_of, key_parts, masked_texts
from penstock.engine.lacks import Lack, NotGranted, NotHonoured
from penstock.engine.masking import masked
from penstock.ir.runtime import ExecutorOutput, TaskFailure
from penstock.metadata.records import Execution, Usage
from support.platforms import FilledVault, pipeline
from support.simulation import Simulation

KEYS = [{"secretKey": "password", "envVar": "PASSWORD"}]
TEXT = {"parameterType": "STRING"}


@pytest.fixture
def vault(tmp_path: Path) -> FilledVault:
    found = FilledVault(
        tmp_path,
        secrets={
            "db": {"password": b"hunter2"},
            "big": {"key": b"-----BEGIN-----\nAAAABBBB\nab\n"},
            "raw": {"x": b"\xff"},
        },
        config_maps={"cm": {"setting": b"on"}},
    )
    found.volumes.add("vol")
    return found


def begun(asked: dict[str, Any], parameters: dict[str, Any] | None = None, **more: Any) -> Simulation:
    """A run of which the task `train` has started."""
    inputs = {name: TEXT | {"isOptional": True} for name in parameters or {}}
    document = pipeline({"train": {}}, {"train": asked}, inputs=inputs, **more)
    return Simulation(document, parameters=parameters or {}).start()


def given(asked: dict[str, Any], vault: FilledVault, tmp_path: Path, **more: Any) -> Grants:
    return grants_of(begun(asked, **more).state, TaskPath("train"), vault, tmp_path)


def test_who_asks_for_nothing_is_given_nothing(vault: FilledVault, tmp_path: Path) -> None:
    assert given({"activeDeadlineSeconds": 5}, vault, tmp_path) == Grants()


def test_a_secret_is_given_as_variable_and_as_files(vault: FilledVault, tmp_path: Path) -> None:
    asked = {
        "secretAsEnv": [{"secretName": "db", "keyToEnv": KEYS}],
        "secretAsVolume": [{"secretName": "db", "mountPath": "/mnt/db"}],
    }
    found = given(asked, vault, tmp_path)
    assert found.environ == {"PASSWORD": "hunter2"}
    assert found.mounts == (Mount(path="/mnt/db", files={"password": b"hunter2"}),)
    assert found.secrets == ("hunter2",)


def test_no_text_of_what_is_given_shows_a_value(vault: FilledVault, tmp_path: Path) -> None:
    asked = {
        "secretAsEnv": [{"secretName": "db", "keyToEnv": KEYS}],
        "secretAsVolume": [{"secretName": "db", "mountPath": "/mnt/db"}],
    }
    found = given(asked, vault, tmp_path)
    for text in (repr(found), str(found), f"{found.mounts}"):
        assert "hunter2" not in text
    assert "PASSWORD" in repr(found)


def test_a_config_map_is_given_and_is_not_secret(vault: FilledVault, tmp_path: Path) -> None:
    asked = {
        "configMapAsEnv": [{"configMapName": "cm", "keyToEnv": [{"configMapKey": "setting", "envVar": "S"}]}],
        "configMapAsVolume": [{"configMapName": "cm", "mountPath": "/cm"}],
    }
    found = given(asked, vault, tmp_path)
    assert found == Grants(environ={"S": "on"}, mounts=(Mount(path="/cm", files={"setting": b"on"}),))


def test_volumes_are_folders_and_fresh_ones_are_shared_by_name(vault: FilledVault, tmp_path: Path) -> None:
    asked = {
        "pvcMount": [{"constant": "vol", "mountPath": "/data", "subPath": "a/b"}],
        "emptyDirMounts": [{"volumeName": "e", "mountPath": "/one"}, {"volumeName": "e", "mountPath": "/two"}],
    }
    data, one, two = given(asked, vault, tmp_path).mounts
    assert data == Mount(path="/data", source=str(tmp_path / "vol/a/b"))
    assert Path(data.source).is_dir()
    assert one.source == two.source
    assert list(Path(one.source).iterdir()) == []


def test_a_sub_path_stays_in_its_volume(vault: FilledVault, tmp_path: Path) -> None:
    with pytest.raises(NotHonoured, match=r"'\.\./\.\./etc' leaves the volume"):
        given({"pvcMount": [{"constant": "vol", "mountPath": "/d", "subPath": "../../etc"}]}, vault, tmp_path)


def test_a_name_comes_from_the_pipelines_input(vault: FilledVault, tmp_path: Path) -> None:
    name = {"secretNameParameter": {"componentInputParameter": "secret"}}
    asked = {"secretAsEnv": [{**name, "keyToEnv": KEYS}], "secretAsVolume": [{**name, "mountPath": "/x"}]}
    found = given(asked, vault, tmp_path, parameters={"secret": "db"})
    assert found.environ == {"PASSWORD": "hunter2"}
    assert given(asked, vault, tmp_path, parameters={"secret": None}) == Grants()
    with pytest.raises(NotGranted, match="task train: there is no secret 'nope'"):
        given(asked, vault, tmp_path, parameters={"secret": "nope"})


def test_a_name_comes_from_a_task_before(vault: FilledVault, tmp_path: Path) -> None:
    name = {"taskOutputParameter": {"producerTask": "name", "outputParameterKey": "Output"}}
    asked = {"secretAsEnv": [{"secretNameParameter": name, "keyToEnv": KEYS}]}
    tasks: dict[str, dict[str, Any]] = {"name": {}, "train": {"dependentTasks": ["name"]}}
    document = pipeline(tasks, {"train": asked}, outputs={"name": {"Output": TEXT}})

    def name_it(execution: Execution) -> dict[str, Any]:
        return {"Output": "db"} if execution.task == "name" else {}

    run = Simulation(document, name_it).start()
    run.step()
    assert grants_of(run.state, TaskPath("train"), vault, tmp_path).environ == {"PASSWORD": "hunter2"}


def test_a_missing_key_is_told_with_the_command_that_sets_it(vault: FilledVault, tmp_path: Path) -> None:
    asked = {"secretAsEnv": [{"secretName": "db", "keyToEnv": [{"secretKey": "token", "envVar": "T"}]}]}
    with pytest.raises(NotGranted, match="task train: the secret 'db' has no key 'token'") as caught:
        given(asked, vault, tmp_path)
    assert caught.value.hint() == "`penstock secrets set db token`"
    assert caught.value.lacks == [Lack(task="train", kind="secret", name="db", key="token")]


def test_what_is_optional_may_lack(vault: FilledVault, tmp_path: Path) -> None:
    asked = {
        "secretAsEnv": [{"secretName": "no", "keyToEnv": KEYS, "optional": True}],
        "secretAsVolume": [{"secretName": "no", "mountPath": "/x", "optional": True}],
    }
    assert given(asked, vault, tmp_path) == Grants(mounts=(Mount(path="/x"),))


def test_what_is_no_text_can_be_no_variable(vault: FilledVault, tmp_path: Path) -> None:
    asked = {"secretAsEnv": [{"secretName": "raw", "keyToEnv": [{"secretKey": "x", "envVar": "X"}]}]}
    with pytest.raises(NotHonoured, match="key 'x' of the secret 'raw' is not text") as caught:
        given(asked, vault, tmp_path)
    assert caught.value.hint() == "mount it as a file instead"


def test_a_task_is_told_of_itself(vault: FilledVault, tmp_path: Path) -> None:
    fields = {
        "NAME": "metadata.name",
        "SPACE": "metadata.namespace",
        "UID": "metadata.uid",
        "NODE": "spec.nodeName",
        "IP": "status.podIP",
        "TEAM": "metadata.labels['team']",
        "RUN": "metadata.annotations['pipelines.kubeflow.org/run_name']",
        "NONE": "metadata.annotations['no']",
    }
    asked = {
        "podMetadata": {"labels": {"team": "ml"}},
        "fieldPathAsEnv": [{"name": name, "fieldPath": path} for name, path in fields.items()],
    }
    found = given(asked, vault, tmp_path).environ
    assert found.pop("NODE")
    assert len(found.pop("UID")) == 36
    assert found == {"NAME": "r-train-1", "SPACE": "default", "IP": "127.0.0.1", "TEAM": "ml", "RUN": "r", "NONE": ""}


def test_the_cache_key_has_the_names_of_secrets_and_the_values_of_config_maps(vault: FilledVault) -> None:
    asked = {
        "secretAsEnv": [{"secretName": "db", "keyToEnv": KEYS}],
        "secretAsVolume": [{"secretName": "db", "mountPath": "/db"}],
        "configMapAsEnv": [{"configMapName": "cm", "keyToEnv": [{"configMapKey": "setting", "envVar": "S"}]}],
        "configMapAsVolume": [{"configMapName": "cm", "mountPath": "/cm"}],
        "pvcMount": [{"constant": "vol", "mountPath": "/data"}],
    }
    state = begun(asked).state
    before = key_parts(state, TaskPath("train"), vault)
    assert before["secret:PASSWORD"] == "db/password"
    assert before["secret:/db"] == "db"
    assert before["volume:/data"] == "vol"
    vault.stores["secret"]["db"]["password"] = b"another"
    assert key_parts(state, TaskPath("train"), vault) == before
    vault.stores["config map"]["cm"]["setting"] = b"off"
    after = key_parts(state, TaskPath("train"), vault)
    assert {name for name in after if after[name] != before[name]} == {"config map:S", "config map:/cm"}
    assert "hunter2" not in str(before)


def test_long_secrets_are_masked_line_by_line_and_short_ones_not_at_all() -> None:
    assert masked_texts("abc") == []
    assert masked_texts("abcd\n") == ["abcd"]
    key = "-----BEGIN-----\nAAAABBBB\nab"
    assert masked_texts(key) == [key, r"-----BEGIN-----\nAAAABBBB\nab", "-----BEGIN-----", "AAAABBBB"]


@pytest.mark.parametrize("value", ['it\'s "quoted"', "back\\slash", "pässwörd", "tab\tbed", "p🔑ssw"])
def test_a_secret_is_masked_as_python_and_json_write_it_too(value: str) -> None:
    shown = f"{value} {value!r} {json.dumps(value)} {json.dumps({'pw': value}, ensure_ascii=False)} {[value]}"
    masked_away = mask_text(shown, masked_texts(value))
    assert masked_away.replace("***", "").strip("\"' {}[]:pw") == ""


def test_a_failure_is_stored_without_the_secret_that_it_shows() -> None:
    shown = TaskFailure(
        kind="task",
        code="LAU001",
        message="ValueError: bad password 'hunter2'",
        hint="hunter2?",
        traceback="login('hunter2')",
        details={"values": ["hunter2", 3]},
    )
    outcome = masked(Failed(failure=shown, usage=Usage()), ["hunter2"])
    assert isinstance(outcome, Failed)
    assert "hunter2" not in repr(outcome)
    assert outcome.failure.message == "ValueError: bad password '***'"
    fine = Succeeded(output=ExecutorOutput(), usage=Usage())
    assert masked(fine, ["hunter2"]) is fine


def test_a_name_that_comes_from_nowhere_fails_the_task_and_not_the_engine(vault: FilledVault, tmp_path: Path) -> None:
    name = {"taskOutputParameter": {"producerTask": "far", "outputParameterKey": "n"}}
    asked = {"secretAsEnv": [{"secretNameParameter": name, "keyToEnv": KEYS}]}
    with pytest.raises(NotHonoured, match="task train: a name cannot be honoured: it is to come from the task 'far'"):
        given(asked, vault, tmp_path)
    assert "far" in key_parts(begun(asked).state, TaskPath("train"), vault)["grants"]
