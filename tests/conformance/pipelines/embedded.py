"""A file that travels inside of a component."""

import os
import tempfile

from kfp import dsl

SINCE = "2.17"

with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "words.txt"), "w") as made:
        made.write("embedded words")
    os.utime(os.path.join(folder, "words.txt"), (0, 0))

    @dsl.component(embedded_artifact_path=os.path.join(folder, "words.txt"))
    def read_file(data: dsl.EmbeddedInput[dsl.Dataset]) -> str:
        with open(data.path) as file:
            return file.read()


@dsl.component
def is_text(text: str, expected: str):
    assert text == expected, (text, expected)


@dsl.pipeline(name="embedded")
def embedded():
    is_text(text=read_file().output, expected="embedded words")
