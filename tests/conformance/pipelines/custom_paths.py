"""Artifacts that a component makes itself: at a place of its own, at a URI of its own, several in a list."""

from typing import NamedTuple

from kfp import dsl

SINCE = "2.14"


@dsl.component
def make() -> NamedTuple("Outputs", [("data", dsl.Dataset), ("model", dsl.Model)]):
    from collections import namedtuple

    from kfp import dsl

    data = dsl.Dataset(uri=dsl.get_uri("data"), metadata={"rows": 2})
    with open(data.path, "w") as file:
        file.write("a\nb\n")
    model = dsl.Model(uri=dsl.get_uri("model"), metadata={"kind": "m"})
    with open(model.path, "w") as file:
        file.write("weights")
    return namedtuple("Outputs", "data model")(data, model)


@dsl.component
def own_path(data: dsl.Output[dsl.Dataset]):
    import os
    import tempfile

    data.custom_path = os.path.join(tempfile.mkdtemp(), "elsewhere.txt")
    with open(data.path, "w") as file:
        file.write("from elsewhere")


@dsl.component
def check(data: dsl.Input[dsl.Dataset], model: dsl.Input[dsl.Model], other: dsl.Input[dsl.Dataset]):
    with open(data.path) as file:
        assert file.read() == "a\nb\n"
    assert data.metadata["rows"] == 2, data.metadata
    with open(model.path) as file:
        assert file.read() == "weights"
    with open(other.path) as file:
        assert file.read() == "from elsewhere"


@dsl.pipeline(name="custom-paths")
def custom_paths():
    made = make()
    check(data=made.outputs["data"], model=made.outputs["model"], other=own_path().outputs["data"])
