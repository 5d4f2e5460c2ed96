"""What is refused before a run starts."""

import pytest

from penstock.ir.spec import ContainerSpec, ExecutorSpec, ImporterSpec
from penstock.platform.submission import unsupported


@pytest.mark.parametrize(
    ("executor", "reason"),
    [
        (ExecutorSpec(container=ContainerSpec(image="x")), ""),
        (ExecutorSpec(importer=ImporterSpec()), ""),
        (ExecutorSpec(custom_job={"customJob": {}}), "only Google Cloud runs"),
        (ExecutorSpec(resolver={"outputArtifactQueries": {}}), "resolver"),
        (ExecutorSpec(unknown_fields={"quantumJob": {}}), "does not know: quantumJob"),
    ],
)
def test_what_only_google_cloud_runs_is_refused(executor, reason):
    assert reason in unsupported(executor)
    assert bool(reason) == bool(unsupported(executor))
