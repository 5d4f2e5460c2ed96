"""A notebook as a component, with parameters put in."""

import json
import os
import tempfile

from kfp import dsl

SINCE = "2.17"

CELLS = [
    ("code", "word = 'default'\ntimes = 1", ["parameters"]),
    ("markdown", "# Words", []),
    ("code", "text = word * times\nassert text == 'ab' * 3, text", []),
    ("code", "with open(place, 'w') as file:\n    file.write(text)", []),
]


def notebook_of(cells: list) -> dict:
    made = []
    for kind, source, tags in cells:
        cell = {"cell_type": kind, "metadata": {"tags": tags}, "source": source}
        made.append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4}


with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "words.ipynb"), "w") as made_file:
        json.dump(notebook_of(CELLS), made_file)

    @dsl.notebook_component(notebook_path=os.path.join(folder, "words.ipynb"))
    def words(word: str, data: dsl.Output[dsl.Dataset]):
        dsl.run_notebook(word=word, times=3, place=data.path)


@dsl.component
def check(data: dsl.Input[dsl.Dataset]):
    with open(data.path) as file:
        text = file.read()
    assert text == "ababab", text


@dsl.pipeline(name="notebook")
def notebook(word: str = "ab"):
    check(data=words(word=word).outputs["data"])
