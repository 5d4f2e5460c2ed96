"""The run's and the task's own facts, alone and inside of text; and channels inside of text."""

from kfp import dsl


@dsl.component
def facts(job_name: str, job_id: str, resource: str, task_name: str, task_id: str, root: str, created: str):
    for value in (job_name, job_id, resource, task_name, task_id, created):
        assert value and "{{" not in value, (job_name, job_id, resource, task_name, task_id, created)
    assert task_name == "facts", task_name
    assert "T" in created or "-" in created, created
    assert "{{" not in root, root


@dsl.component
def name() -> str:
    return 'w"x\ny'


@dsl.component
def is_text(text: str, expected: str):
    assert text == expected, (text, expected)


@dsl.component
def is_id(text: str, job_id: str):
    assert text == job_id and "{{" not in text, (text, job_id)


@dsl.pipeline(name="placeholders")
def placeholders(who: str = "W'orld", count: int = 12):
    facts(
        job_name=dsl.PIPELINE_JOB_NAME_PLACEHOLDER,
        job_id=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
        resource=dsl.PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER,
        task_name=dsl.PIPELINE_TASK_NAME_PLACEHOLDER,
        task_id=dsl.PIPELINE_TASK_ID_PLACEHOLDER,
        root=dsl.PIPELINE_ROOT_PLACEHOLDER,
        created=dsl.PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER,
    )
    is_text(text=f"Hello {who}, {count} times", expected="Hello W'orld, 12 times")
    is_text(text=f"<{name().output}>", expected='<w"x\ny>')
    with dsl.ParallelFor(["a", "b"]):
        is_id(text=dsl.PIPELINE_JOB_ID_PLACEHOLDER, job_id=dsl.PIPELINE_JOB_ID_PLACEHOLDER)
