"""An importer of what is not there fails when its bytes are needed, and says what is missing."""

from kfp import dsl


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    with open(data.path) as file:
        return file.read()


@dsl.pipeline(name="importer-missing")
def importer_missing():
    data = dsl.importer(artifact_uri="file:///nowhere/at/all.csv", artifact_class=dsl.Dataset, reimport=False)
    read(data=data.output)
