"""What executors ask of Kubernetes, in every spelling."""

from typing import Any

import pytest

from penstock.ir.errors import InvalidField
from penstock.ir.platform import Asked, asked_by, constant, is_resource_name, pipeline_config
from penstock.ir.spec import (
    PipelineDocument,
    PipelineSpec,
    PlatformDeployment,
    PlatformSpec,
    SinglePlatform,
    TaskInputParameter,
    TaskOutputParameter,
)

PARENT = TaskInputParameter(component_input_parameter="secret")
UPSTREAM = TaskInputParameter(task_output_parameter=TaskOutputParameter(producer_task="a", output_parameter_key="n"))


def document(config: dict[str, Any] | None = None, pipeline: dict[str, Any] | None = None) -> PipelineDocument:
    platform = SinglePlatform(
        deployment_spec=PlatformDeployment(executors={"exec-a": config or {}}), pipeline_config=pipeline or {}
    )
    return PipelineDocument(pipeline=PipelineSpec(), platform=PlatformSpec(platforms={"kubernetes": platform}))


def asked(**config: Any) -> Asked:
    return asked_by(document(config), "exec-a")


def test_who_asks_for_nothing_has_nothing() -> None:
    assert asked() == Asked()
    assert asked_by(document(), "another") == Asked()
    assert not asked(activeDeadlineSeconds=5).grants


@pytest.mark.parametrize("number", [20, "20", 20.0])
def test_a_time_limit_is_a_number_in_any_spelling_of_protobuf(number: object) -> None:
    assert asked(activeDeadlineSeconds=number).timeout == 20
    assert pipeline_config(document(pipeline={"activeDeadlineSeconds": number})).active_deadline_seconds == 20


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ({"secretName": "db"}, constant("db")),
        ({"secretName": "old", "secretNameParameter": {"runtimeValue": {"constant": "db"}}}, constant("db")),
        ({"secretNameParameter": {"componentInputParameter": "secret"}}, PARENT),
        ({"secret_name_parameter": {"component_input_parameter": "secret"}}, PARENT),
        (
            {"secretNameParameter": {"taskOutputParameter": {"producerTask": "a", "outputParameterKey": "n"}}},
            UPSTREAM,
        ),
    ],
)
def test_a_secrets_name_comes_from_where_the_document_says(name: dict[str, Any], source: TaskInputParameter) -> None:
    keys = [{"secretKey": "password", "envVar": "PASSWORD"}]
    (found,) = asked(secretAsEnv=[{**name, "keyToEnv": keys, "optional": True}]).envs
    assert (found.store, found.name, found.keys, found.optional) == ("secret", source, {"PASSWORD": "password"}, True)
    (folder,) = asked(secretAsVolume=[{**name, "mountPath": "/mnt/vol/"}]).folders
    assert (folder.kind, folder.name, folder.path, folder.optional) == ("secret", source, "/mnt/vol", False)


def test_config_maps_volumes_and_fresh_folders_are_folders_too() -> None:
    found = asked(
        configMapAsVolume=[{"configMapName": "cm", "mountPath": "/cm"}],
        pvcMount=[{"taskOutputParameter": {"producerTask": "a", "outputParameterKey": "n"}, "mountPath": "/data"}],
        emptyDirMounts=[{"volumeName": "e", "mountPath": "/scratch"}],
        genericEphemeralVolume=[{"volumeName": "g", "mountPath": "/more", "size": "5Gi"}],
    )
    kinds = [(one.kind, one.path) for one in found.folders]
    assert kinds == [
        ("config map", "/cm"),
        ("volume", "/data"),
        ("fresh folder", "/scratch"),
        ("fresh folder", "/more"),
    ]
    assert found.folders[1].name == UPSTREAM
    assert found.grants


def test_settings_of_every_kind_are_named_and_unknown_ones_too() -> None:
    found = asked(
        nodeSelector={"labels": {"a": "b"}},
        tolerations=[{"key": "k"}],
        brandNew=1,
        secretAsEnv=[{"secretName": "s", "keyToEnv": [], "items": ["x"]}],
    )
    assert sorted(found.others) == ["brandNew", "nodeSelector", "secretAsEnv.items", "tolerations"]


@pytest.mark.parametrize(
    ("config", "place"),
    [
        (
            {"secretAsEnv": [{"keyToEnv": []}]},
            r"exec-a\.secretAsEnv\[0\]\.secretNameParameter: expected where its name",
        ),
        (
            {"secretAsEnv": [{"secretName": "s", "keyToEnv": [{"secretKey": "k"}]}]},
            "expected the name of an environment",
        ),
        (
            {"secretAsEnv": [{"secretName": "s", "keyToEnv": [{"envVar": "A=B"}]}]},
            "expected the name of an environment",
        ),
        ({"secretAsEnv": [{"secretName": "s", "keyToEnv": [{"envVar": "A"}]}]}, "expected a key for 'A'"),
        ({"secretAsVolume": [{"secretName": "s", "mountPath": "rel"}]}, "mountPath: expected an absolute path"),
        ({"pvcMount": [{"constant": "v", "mountPath": "/a/../etc"}]}, "expected an absolute path without"),
        ({"secretAsEnv": {"secretName": "s"}}, r"deploymentSpec\.executors\.exec-a\.secretAsEnv: expected a list"),
        ({"activeDeadlineSeconds": "soon"}, "activeDeadlineSeconds: expected a whole number"),
    ],
)
def test_a_mistake_is_told_with_its_place(config: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidField, match=place):
        asked(**config)


@pytest.mark.parametrize("name", ["a", "my-secret.v2", "0", "a" * 200])
def test_names_that_kubernetes_takes_are_names(name: str) -> None:
    assert is_resource_name(name)


@pytest.mark.parametrize("name", ["", "A", "-a", "a-", ".", "..", "a/b", "a_b", "ä", "a\n", "a" * 201, "a b"])
def test_other_names_are_none(name: str) -> None:
    assert not is_resource_name(name)
