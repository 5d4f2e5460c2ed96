"""A container's command that ends with another exit code than 0 fails its task; its words are in the log."""

from kfp import dsl


@dsl.container_component
def broken():
    return dsl.ContainerSpec(image="alpine", command=["sh", "-c", "echo it hurts >&2; exit 7"])


@dsl.pipeline(name="container-failing")
def container_failing():
    broken()
