"""Every type of input and output of a component: parameters, artifacts, metrics, several at once."""

from typing import Dict, List, NamedTuple

from kfp import dsl


@dsl.component
def make(
    text_path: dsl.OutputPath(str),
    count_path: dsl.OutputPath(int),
    data: dsl.Output[dsl.Dataset],
    model: dsl.Output[dsl.Model],
    metrics: dsl.Output[dsl.Metrics],
    curve: dsl.Output[dsl.ClassificationMetrics],
    page: dsl.Output[dsl.HTML],
    notes: dsl.Output[dsl.Markdown],
) -> NamedTuple("Outputs", [("flag", bool), ("words", List[str]), ("named", Dict[str, float])]):
    import os
    from collections import namedtuple

    with open(text_path, "w") as file:
        file.write("line 1\nline 2\n")
    with open(count_path, "w") as file:
        file.write("42")
    with open(data.path, "w") as file:
        file.write("a,b\n1,2\n")
    data.metadata["rows"] = 1
    os.makedirs(model.path)
    with open(os.path.join(model.path, "weights"), "wb") as file:
        file.write(bytes(range(256)))
    model.metadata["framework"] = "none"
    metrics.log_metric("accuracy", 0.75)
    curve.log_confusion_matrix(["a", "b"], [[3, 1], [0, 4]])
    with open(page.path, "w") as file:
        file.write("<h1>hi</h1>")
    with open(notes.path, "w") as file:
        file.write("# hi")
    return namedtuple("Outputs", "flag words named")(True, ["a", "b"], {"x": 0.5})


@dsl.component
def check(
    text: str,
    count: int,
    flag: bool,
    words: List[str],
    named: Dict[str, float],
    data: dsl.Input[dsl.Dataset],
    data_path: dsl.InputPath("Dataset"),
    model: dsl.Input[dsl.Model],
    metrics: dsl.Input[dsl.Metrics],
    curve: dsl.Input[dsl.ClassificationMetrics],
    notes: dsl.Input[dsl.Artifact],
):
    import os

    assert text == "line 1\nline 2\n", repr(text)
    assert (count, flag, words, named) == (42, True, ["a", "b"], {"x": 0.5}), (count, flag, words, named)
    assert type(count) is int
    with open(data.path) as file:
        assert file.read() == "a,b\n1,2\n"
    with open(data_path) as file:
        assert file.read() == "a,b\n1,2\n"
    assert data.metadata["rows"] == 1, data.metadata
    with open(os.path.join(model.path, "weights"), "rb") as file:
        assert file.read() == bytes(range(256))
    assert model.metadata["framework"] == "none", model.metadata
    assert metrics.metadata["accuracy"] == 0.75, metrics.metadata
    assert "confusionMatrix" in curve.metadata, curve.metadata
    with open(notes.path) as file:
        assert file.read() == "# hi"


@dsl.component
def maybe(text: str = "default", data: dsl.Input[dsl.Artifact] = None) -> str:
    assert data is None, data
    return text


@dsl.pipeline(name="all-types")
def all_types() -> NamedTuple("Outputs", [("data", dsl.Dataset), ("metrics", dsl.Metrics), ("text", str)]):
    made = make()
    check(
        text=made.outputs["text_path"],
        count=made.outputs["count_path"],
        flag=made.outputs["flag"],
        words=made.outputs["words"],
        named=made.outputs["named"],
        data=made.outputs["data"],
        data_path=made.outputs["data"],
        model=made.outputs["model"],
        metrics=made.outputs["metrics"],
        curve=made.outputs["curve"],
        notes=made.outputs["notes"],
    )
    outputs = NamedTuple("Outputs", [("data", dsl.Dataset), ("metrics", dsl.Metrics), ("text", str)])
    return outputs(data=made.outputs["data"], metrics=made.outputs["metrics"], text=maybe().output)
