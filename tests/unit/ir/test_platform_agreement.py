"""What Kubeflow's own extension for Kubernetes writes, as we read it; and what we write, as it reads it."""

from pathlib import Path
from typing import Any

import pytest

from penstock.ir.codec import to_json_obj
from penstock.ir.document import read_document
from penstock.ir.kubernetes import FieldPathAsEnv, KubernetesExecutor, SecurityContext
from penstock.ir.platform import Asked, asked_by, constant
from penstock.ir.spec import PipelineDocument

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
GOLDENS = Path(__file__).parents[2] / "golden/compiler/pipelines"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> PipelineDocument:
    """A pipeline that uses all of the extension."""
    from kfp import compiler, dsl, kubernetes

    @dsl.component
    def train() -> None:
        pass

    @dsl.pipeline
    def everything(secret: str = "given") -> None:
        claim = kubernetes.CreatePVC(pvc_name_suffix="-data", access_modes=["ReadWriteOnce"], size="1Gi")
        task = train()
        kubernetes.use_secret_as_env(task, secret_name="db", secret_key_to_env={"password": "PW"})
        kubernetes.use_secret_as_env(task, secret_name=secret, secret_key_to_env={"user": "USER_NAME"}, optional=True)
        kubernetes.use_secret_as_volume(task, secret_name="db", mount_path="/mnt/db")
        kubernetes.use_config_map_as_env(task, config_map_name="cm", config_map_key_to_env={"a": "A"})
        kubernetes.use_config_map_as_volume(task, config_map_name="cm", mount_path="/cm", optional=True)
        kubernetes.use_field_path_as_env(task, env_name="POD", field_path="metadata.name")
        kubernetes.mount_pvc(task, pvc_name=claim.outputs["name"], mount_path="/data")
        kubernetes.empty_dir_mount(task, volume_name="e", mount_path="/scratch", size_limit="1Gi")
        kubernetes.add_pod_label(task, "team", "ml")
        kubernetes.add_node_selector(task, "disk", "ssd")
        kubernetes.add_toleration(task, key="k", operator="Exists", effect="NoSchedule")
        kubernetes.set_image_pull_policy(task, "Always")
        kubernetes.set_image_pull_secrets(task, ["pull"])
        kubernetes.set_timeout(task, 20)
        kubernetes.add_node_affinity(task, match_expressions=[{"key": "z", "operator": "In", "values": ["a"]}])
        kubernetes.set_security_context(task, run_as_user=0)

    file = tmp_path_factory.mktemp("kfp") / "everything.yaml"
    compiler.Compiler().compile(everything, str(file))
    return read_document(file)


def test_everything_that_the_extension_writes_is_understood(document: PipelineDocument) -> None:
    asked = asked_by(document, "exec-train")
    assert [(one.store, one.keys, one.optional) for one in asked.envs] == [
        ("secret", {"PW": "password"}, False),
        ("secret", {"USER_NAME": "user"}, True),
        ("config map", {"A": "a"}, False),
    ]
    assert asked.envs[0].name == constant("db")
    assert asked.envs[1].name.component_input_parameter == "secret"
    assert [(one.kind, one.path, one.optional) for one in asked.folders] == [
        ("secret", "/mnt/db", False),
        ("config map", "/cm", True),
        ("volume", "/data", False),
        ("fresh folder", "/scratch", False),
    ]
    assert asked.folders[2].name.task_output_parameter is not None
    assert asked.fields == (FieldPathAsEnv(name="POD", field_path="metadata.name"),)
    assert (asked.labels, asked.timeout) == ({"team": "ml"}, 20)
    assert asked.security == SecurityContext(run_as_user=0)
    assert sorted(asked.others) == [
        "imagePullPolicy",
        "imagePullSecret",
        "nodeAffinity",
        "nodeSelector",
        "podMetadata",
        "tolerations",
    ]


def test_every_field_of_the_official_message_is_one_of_ours() -> None:
    from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig

    ours = {field for field in KubernetesExecutor.__struct_fields__ if field != "unknown_fields"}
    assert {field.name for field in KubernetesExecutorConfig.DESCRIPTOR.fields} <= ours


def test_what_we_write_for_secrets_is_an_official_message() -> None:
    from google.protobuf.json_format import MessageToDict, ParseDict
    from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig

    document = read_document(GOLDENS / "granted.yaml")
    written: dict[str, Any] = to_json_obj(document.platform)["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    assert {*written} == {"exec-load", "exec-publish"}
    for label, settings in written.items():
        official = ParseDict(settings, KubernetesExecutorConfig())
        kept = MessageToDict(official)
        kept |= {name: int(value) for name, value in kept.items() if name == "activeDeadlineSeconds"}
        assert kept == settings
        assert asked_by(document, label) != Asked()
