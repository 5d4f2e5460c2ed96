"""Importers: from files and over HTTP, with and without metadata, once and again."""

from kfp import dsl


@dsl.component
def prepare(text: str) -> str:
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
        file.write(text)
    return f"file://{file.name}"


@dsl.component
def check(data: dsl.Input[dsl.Dataset], text: str, metadata: dict):
    with open(data.path) as file:
        read = file.read()
    assert read == text, (data.uri, read)
    for name, value in metadata.items():
        assert data.metadata[name] == value, (data.metadata, metadata)


@dsl.pipeline(name="importers")
def importers(address: str):
    local = dsl.importer(
        artifact_uri=prepare(text="of a file").output,
        artifact_class=dsl.Dataset,
        reimport=False,
        metadata={"rows": 3, "owner": "o'neil", "tags": ["a", "b"], "nested": {"share": 0.5}},
    )
    check(
        data=local.output,
        text="of a file",
        metadata={"rows": 3, "owner": "o'neil", "tags": ["a", "b"], "nested": {"share": 0.5}},
    )
    remote = dsl.importer(artifact_uri=address, artifact_class=dsl.Dataset, reimport=True)
    check(data=remote.output, text="over http", metadata={})
