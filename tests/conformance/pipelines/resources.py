"""Requests and limits as text, and the environment of a task."""

from kfp import dsl


@dsl.component
def show() -> str:
    import os

    assert os.environ["GREETING"] == 'hello "w"\'s {' + "{x}} $HOME", os.environ["GREETING"]
    assert os.environ["EMPTY"] == ""
    return os.environ["NUMBER"]


@dsl.component
def is_text(text: str, expected: str):
    assert text == expected, (text, expected)


@dsl.pipeline(name="resources")
def resources():
    task = (
        show()
        .set_cpu_request("100m")
        .set_cpu_limit("1")
        .set_memory_request("64Mi")
        .set_memory_limit("1G")
        .set_env_variable("GREETING", 'hello "w"\'s {{x}} $HOME')
        .set_env_variable("NUMBER", "007")
        .set_env_variable("EMPTY", "")
        .set_display_name("a shown name")
    )
    is_text(text=task.output, expected="007")
