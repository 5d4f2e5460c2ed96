"""A container that does not write a parameter which it declares fails its task."""

from kfp import dsl


@dsl.container_component
def silent(number: dsl.OutputPath(int)):
    return dsl.ContainerSpec(image="alpine", command=["true"], args=[number])


@dsl.component
def use(number: int):
    raise AssertionError("there is no number")


@dsl.pipeline(name="container-silent")
def container_silent():
    use(number=silent().output)
