"""A folder that all tasks of a run share."""

from kfp import dsl

SINCE = "2.17"


@dsl.component
def write(folder: str) -> str:
    import os

    place = os.path.join(folder, "part", "words.txt")
    os.makedirs(os.path.dirname(place))
    with open(place, "w") as file:
        file.write("shared")
    return place


@dsl.component
def read(folder: str, place: str):
    import os

    assert place == os.path.join(folder, "part", "words.txt"), (folder, place)
    with open(place) as file:
        assert file.read() == "shared"


@dsl.pipeline(
    name="workspace",
    pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size="1Gi")),
)
def workspace():
    written = write(folder=dsl.WORKSPACE_PATH_PLACEHOLDER)
    read(folder=dsl.WORKSPACE_PATH_PLACEHOLDER, place=written.output).set_caching_options(False)
