"""Metadata of an importer that come from the pipeline and from tasks, also inside of lists and structs."""

from kfp import dsl

SINCE = "2.11"


@dsl.component
def prepare() -> str:
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
        file.write("some text")
    return file.name


@dsl.component
def count() -> int:
    return 3


@dsl.component
def check(data: dsl.Input[dsl.Dataset], owner: str):
    expected = {"rows": 3, "owner": owner, "tags": ["a", owner], "nested": {"who": owner}, "o'neil": "a key"}
    for name, value in expected.items():
        assert data.metadata[name] == value, (data.metadata, expected)
    with open(data.path) as file:
        assert file.read() == "some text"


@dsl.pipeline(name="importers-metadata")
def importers_metadata(owner: str = "o'neil"):
    data = dsl.importer(
        artifact_uri=prepare().output,
        artifact_class=dsl.Dataset,
        reimport=False,
        metadata={
            "rows": count().output,
            "owner": owner,
            "tags": ["a", owner],
            "nested": {"who": owner},
            owner: "a key",
        },
    )
    check(data=data.output, owner=owner)
