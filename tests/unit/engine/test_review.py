"""What of a second document is honoured, what is noted, and what is refused before the run: one line for each."""

import os
from typing import Any

import pytest

from penstock.core.json import Json
from penstock.engine.errors import NotRunnable
from penstock.engine.lacks import NotGranted
from penstock.engine.plan import Plan
from penstock.engine.review import Review, review
from penstock.ir.spec import ContainerSpec, ExecutorSpec
from support.platforms import FilledVault, pipeline

SECRETS = {"db": {"password": b"hunter2", "user": b"ada"}}
CONFIG_MAPS = {"cm": {"setting": b"on"}}
KEY = [{"secretKey": "password", "envVar": "PASSWORD"}]


def reviewed(asked: dict[str, Any], mounting: str = "", **more: Any) -> Review:
    return looked_at(pipeline({"train": {}}, {"train": asked}, **more), mounting=mounting)


def looked_at(document: Any, parameters: dict[str, Json] | None = None, *, mounting: str = "") -> Review:
    vault = FilledVault(secrets=SECRETS, config_maps=CONFIG_MAPS)
    return review(Plan(document), parameters or {}, vault, lambda _container, _paths: mounting)


HONOURED: dict[str, dict[str, Any]] = {
    "a secret as a variable": {"secretAsEnv": [{"secretName": "db", "keyToEnv": KEY}]},
    "a secret as a folder": {"secretAsVolume": [{"secretName": "db", "mountPath": "/mnt/my_vol"}]},
    "an optional secret that lacks": {"secretAsEnv": [{"secretName": "no", "keyToEnv": KEY, "optional": True}]},
    "an optional folder that lacks": {"secretAsVolume": [{"secretName": "no", "mountPath": "/x", "optional": True}]},
    "a config map as a variable": {
        "configMapAsEnv": [{"configMapName": "cm", "keyToEnv": [{"configMapKey": "setting", "envVar": "A"}]}]
    },
    "a config map as a folder": {"configMapAsVolume": [{"configMapName": "cm", "mountPath": "/cm"}]},
    "a fresh folder": {"emptyDirMounts": [{"volumeName": "e", "mountPath": "/scratch", "sizeLimit": "1Gi"}]},
    "a fresh folder, said otherwise": {"genericEphemeralVolume": [{"volumeName": "e", "mountPath": "/scratch"}]},
    "fields of a pod": {"fieldPathAsEnv": [{"name": "A", "fieldPath": "metadata.name"}]},
    "annotations that the task reads": {
        "podMetadata": {"annotations": {"a.b/c": "x"}},
        "fieldPathAsEnv": [{"name": "A", "fieldPath": "metadata.annotations['a.b/c']"}],
    },
    "a time limit": {"activeDeadlineSeconds": "20"},
    "the user who runs it anyway": {"securityContext": {"runAsUser": str(os.getuid()), "runAsGroup": os.getgid()}},
}


@pytest.mark.parametrize("asked", HONOURED.values(), ids=HONOURED)
def test_what_can_be_honoured_is_taken_in_silence(asked: dict[str, Any]) -> None:
    assert reviewed(asked) == Review()


NOTED: dict[str, tuple[dict[str, Any], str]] = {
    "nodeSelector": ({"nodeSelector": {"labels": {"gpu": "a100"}}}, "nodeSelector of train: there is one machine"),
    "tolerations": ({"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}]}, "tolerations of train: there"),
    "nodeAffinity": ({"nodeAffinity": [{"weight": 50.0, "matchExpressions": []}]}, "nodeAffinity of train: there"),
    "podAffinity": ({"podAffinity": [{"topologyKey": "zone"}]}, "podAffinity of train: there is one machine"),
    "imagePullSecret": ({"imagePullSecret": [{"secretName": "no"}]}, "imagePullSecret of train: images are pulled as"),
    "imagePullPolicy": ({"imagePullPolicy": "Always"}, "imagePullPolicy of train: the executor decides"),
    "podMetadata": ({"podMetadata": {"labels": {"team": "ml"}}}, "podMetadata of train: labels and annotations"),
    "enabledSharedMemory": ({"enabledSharedMemory": {"volumeName": "s"}}, "enabledSharedMemory of train: /dev/shm"),
}


@pytest.mark.parametrize(("asked", "note"), NOTED.values(), ids=NOTED)
def test_what_does_no_harm_is_noted(asked: dict[str, Any], note: str) -> None:
    (ignored,) = reviewed(asked).ignored
    assert ignored.startswith(note)


def test_notes_are_put_together() -> None:
    asked = {"nodeSelector": {"labels": {"a": "b"}}, "tolerations": [{"key": "k"}]}
    found = looked_at(pipeline({"a": {}, "b": {}}, {"a": asked, "b": asked}))
    assert found.ignored == ["nodeSelector, tolerations of a, b: there is one machine"]


def test_settings_of_the_whole_pipeline_and_of_other_platforms_are_noted() -> None:
    config = {"resourceTtlOnCompletion": 60, "activeDeadlineSeconds": 5, "workspace": {"size": "1Gi"}}
    found = reviewed({}, pipeline_config=config, vertex={"config": {"a": 1}})
    assert found.ignored == [
        "resourceTtlOnCompletion: the run's record is kept",
        "settings for vertex: they are for another platform",
    ]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "another container": ({"initContainers": [{"name": "x"}]}, "train: initContainers: there is no pod"),
    "a setting of the future": ({"someNewSetting": 1}, "train: someNewSetting: this version of Penstock does not know"),
    "a detail of the future": (
        {"secretAsVolume": [{"secretName": "db", "mountPath": "/x", "items": []}]},
        "secretAsVolume.items: this version of Penstock does not know",
    ),
    "another user": ({"securityContext": {"runAsUser": "65533"}}, "securityContext.runAsUser: tasks run as the user"),
    "another group": ({"securityContext": {"runAsGroup": "65533"}}, "securityContext.runAsGroup: tasks run in the"),
    "a field without meaning": ({"fieldPathAsEnv": [{"name": "A", "fieldPath": "status.phase"}]}, "has no meaning"),
    "two folders at one path": (
        {
            "emptyDirMounts": [{"volumeName": "e", "mountPath": "/x"}, {"volumeName": "f", "mountPath": "/x/"}],
        },
        "two folders at /x: a task can find only one there",
    ),
}


@pytest.mark.parametrize(("asked", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_matters_and_cannot_be_honoured_is_refused(asked: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotRunnable) as caught:
        reviewed(asked)
    assert reason in str(caught.value)
    assert caught.value.hint()


def test_a_folder_is_refused_where_the_machine_does_not_allow_it() -> None:
    asked = {"secretAsVolume": [{"secretName": "db", "mountPath": "/mnt/x"}]}
    with pytest.raises(NotRunnable, match="train: a folder that the task is to find: not on this machine"):
        reviewed(asked, mounting="not on this machine")


def test_an_unknown_setting_of_the_pipeline_is_refused() -> None:
    with pytest.raises(NotRunnable, match=r"pipelineConfig\.mutexName: this version of Penstock does not know"):
        reviewed({}, pipeline_config={"mutexName": "m"})


# --- what lacks --------------------------------------------------------------------------------------------

NEEDS_GIVEN = {"secretAsEnv": [{"secretNameParameter": {"componentInputParameter": "secret"}, "keyToEnv": KEY}]}
TEXT = {"parameterType": "STRING"}


def test_all_that_lacks_is_told_at_once_with_the_commands_that_mend_it() -> None:
    asked = {
        "secretAsEnv": [
            {"secretName": "db", "keyToEnv": [{"secretKey": "token", "envVar": "T"}]},
            {"secretName": "other", "keyToEnv": [{"secretKey": "a", "envVar": "A"}, {"secretKey": "b", "envVar": "B"}]},
        ],
        "secretAsVolume": [{"secretName": "other", "mountPath": "/x"}],
        "configMapAsEnv": [{"configMapName": "no", "keyToEnv": [{"configMapKey": "k", "envVar": "K"}]}],
        "pvcMount": [{"constant": "data", "mountPath": "/data"}],
    }
    with pytest.raises(NotGranted) as caught:
        reviewed(asked)
    assert caught.value.message() == (
        "tasks need what is not here:"
        "\n  train: the secret 'db' has no key 'token'"
        "\n  train: there is no secret 'other'"
        "\n  train: there is no config map 'no'"
        "\n  train: there is no volume 'data'"
    )
    assert caught.value.hint() == (
        "`penstock secrets set db token`, `penstock secrets set other a b`, `penstock config-maps set no k=VALUE`,"
        " `penstock volumes create data`"
    )


@pytest.mark.parametrize(
    ("parameters", "lacks"),
    [({"secret": "db"}, False), ({"secret": "no"}, True), ({}, False)],
    ids=["there", "not there", "none given"],
)
def test_a_name_that_the_run_is_given_is_looked_up(parameters: dict[str, Json], lacks: bool) -> None:
    document = pipeline({"train": {}}, {"train": NEEDS_GIVEN}, inputs={"secret": TEXT | {"isOptional": True}})
    if lacks:
        with pytest.raises(NotGranted, match="task train: there is no secret 'no'"):
            looked_at(document, parameters)
    else:
        assert looked_at(document, parameters) == Review()


def nested(**task: Any) -> Any:
    """A pipeline within the pipeline, which hands on the name of a secret."""
    inner = {
        "dag": {"tasks": {"train": {"componentRef": {"name": "comp-train"}}}},
        "inputDefinitions": {
            "parameters": {"secret": TEXT | {"defaultValue": "fallback"}, "item": TEXT | {"isOptional": True}}
        },
    }
    outer = {"componentRef": {"name": "comp-inner"}, **task}
    return pipeline({"inner": outer}, {"train": NEEDS_GIVEN}, components={"comp-inner": inner})


GIVEN = {"parameters": {"secret": {"runtimeValue": {"constant": "given"}}}}


def test_names_are_followed_into_nested_pipelines() -> None:
    with pytest.raises(NotGranted, match="there is no secret 'fallback'"):
        looked_at(nested())
    with pytest.raises(NotGranted, match="there is no secret 'given'"):
        looked_at(nested(inputs=GIVEN))


def test_what_may_never_run_is_noted_and_not_refused() -> None:
    note = ["train: there is no secret 'given': `penstock secrets set given password`"]
    assert looked_at(nested(inputs=GIVEN, triggerPolicy={"condition": "true"})).warnings == note
    empty = {"items": {"raw": "[]"}, "itemInput": "item"}
    assert looked_at(nested(inputs=GIVEN, parameterIterator=empty)).warnings == note


def test_a_loop_that_is_sure_to_go_round_is_sure_to_need_it() -> None:
    loop = {"items": {"raw": '["a"]'}, "itemInput": "item"}
    with pytest.raises(NotGranted, match="there is no secret 'given'"):
        looked_at(nested(inputs=GIVEN, parameterIterator=loop))


def test_what_only_the_run_can_tell_is_left_to_it() -> None:
    by_item = {"parameterIterator": {"items": {"raw": '["a"]'}, "itemInput": "secret"}}
    assert looked_at(nested(**by_item)) == Review()
    name = {"taskOutputParameter": {"producerTask": "name", "outputParameterKey": "Output"}}
    asked = {"secretAsEnv": [{"secretNameParameter": name, "keyToEnv": KEY}]}
    document = pipeline({"name": {}, "train": {"dependentTasks": ["name"]}}, {"train": asked})
    assert looked_at(document) == Review()


def test_a_pipeline_that_makes_volumes_is_not_asked_for_them() -> None:
    document = pipeline({"train": {}, "make": {}}, {"train": {"pvcMount": [{"constant": "v", "mountPath": "/data"}]}})
    with pytest.raises(NotGranted, match="task train: there is no volume 'v'"):
        looked_at(document)
    maker = ExecutorSpec(container=ContainerSpec(image="argostub/createpvc"))
    document.pipeline.deployment_spec.executors["exec-make"] = maker
    assert looked_at(document).ignored == ["size, access modes and storage class of volumes: a volume is a folder"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            {"taskOutputParameter": {"producerTask": "far", "outputParameterKey": "n"}},
            "the task 'far', which is not beside",
        ),
        ({"componentInputParameter": "nowhere"}, "the input 'nowhere', which is not declared"),
    ],
)
def test_a_name_that_comes_from_nowhere_is_refused(source: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotRunnable, match=f"train: it is to come from {reason}"):
        reviewed({"secretAsEnv": [{"secretNameParameter": source, "keyToEnv": KEY}]})


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        (
            {"data_source": {"kind": "VolumeSnapshot"}, "pvc_name_suffix": "-a"},
            "`data_source` names something of a cluster",
        ),
        ({"pvc_name": "Data"}, "'Data' is no name for one"),
        ({"pvc_name_suffix": "/../x"}, "'0/../x' is no name for one"),
    ],
)
def test_a_volume_that_cannot_be_made_is_refused_before_the_run(inputs: dict[str, Any], reason: str) -> None:
    parameters = {name: {"runtimeValue": {"constant": value}} for name, value in inputs.items()}
    asked = {"train": {"pvcMount": [{"constant": "v", "mountPath": "/data"}]}}
    document = pipeline({"make": {"inputs": {"parameters": parameters}}}, asked)
    maker = ExecutorSpec(container=ContainerSpec(image="argostub/createpvc"))
    document.pipeline.deployment_spec.executors["exec-make"] = maker
    with pytest.raises(NotRunnable, match=f"make: no such volume can be had here: {reason}"):
        looked_at(document)
