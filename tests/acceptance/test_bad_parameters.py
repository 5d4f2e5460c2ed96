"""Parameters that cannot be what the pipeline takes, and odd ones that it must take as they are."""

import json
import math
import os
import subprocess
import sys

import pytest

from support.hostile import Hostile, not_ours, refused

PIPELINE = """
from penstock import component, pipeline


@component
def show(i: int, f: float, b: bool, s: str, l: list[float], d: dict[str, float]) -> str:
    return repr((i, f, b, len(s), s[:50], l, d))


@pipeline
def pipe(i: int, f: float = 1.5, b: bool = True, s: str = "s", l: list[float] = [1.0], d: dict[str, float] = {}) -> str:
    return show(i, f, b, s, l, d)
"""

FILES = {
    "damaged.yaml": "i: [1\n",
    "deep.json": '{"i": ' + "[" * 100_000,
    "deep.yaml": "i: " + "[" * 100_000,
    "tagged.yaml": "i: !!python/object/apply:os.system ['true']",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    made = Hostile(tmp_path_factory.mktemp("parameters"), pipeline=PIPELINE)
    for name, text in FILES.items():
        made.write(name, text)
    made.run("compile", "pipeline.py", "-o", "pipeline.json").succeeded()
    return made


GIVEN = {
    "nothing": ([], "IRX032", "missing parameter 'i'"),
    "no value": (["-p", "i"], "CLI003", "a name and a value"),
    "no number": (["-p", "i=x"], "CLI003", "a whole number"),
    "very many digits": (["-p", "i=" + "9" * 5000], "CLI003", "999…"),
    "more than a float holds": (["-p", "i=1", "-p", "f=" + "9" * 400], "IRX032", "takes a number"),
    "no truth": (["-p", "b=maybe"], "CLI003", "true or false"),
    "no list": (["-p", "l={}"], "CLI003", "a JSON list"),
    "a list without end": (["-p", "l=" + "[" * 50_000], "CLI003", "a JSON list"),
    "what JSON lacks": (["-p", "i=1", "-p", "l=[NaN]"], "PLA015", "at [0]", "nan"),
    "too large for JSON": (["-p", "i=1", "-p", 'd={"a": 1e999}'], "PLA015", "at ['a']", "inf"),
    "another name": (["-p", "ii=1"], "CLI002", "did you mean `i`?"),
    "no text": (["-p", "i=1", "-p", os.fsdecode(b"s=\xff")], "STO008", "\\udcff"),
    "no file": (["--params", "nothing.json"], "CLI004", "No such file"),
    "a damaged file": (["--params", "damaged.yaml"], "CLI004", "line 2"),
    "a deep file": (["--params", "deep.json"], "CLI004", "recursion"),
    "a deep YAML file": (["--params", "deep.yaml"], "CLI004", "recursion"),
    "a file with code": (["--params", "tagged.yaml"], "CLI004", "python/object"),
    "no option": (["--parm", "i=1"], "CLI001", "--param"),
}


@pytest.mark.parametrize("how", GIVEN)
def test_what_a_pipeline_does_not_take_is_refused(project: Hostile, how: str) -> None:
    arguments, code, *words = GIVEN[how]
    ended = project.run("run", "pipeline.json", *arguments)
    refused(ended, code, *words)
    assert len(ended.err) < 5_000
    assert project.run("runs", "list").out.startswith("no runs here")


def test_odd_values_arrive_as_they_are(tmp_path) -> None:
    project = Hostile(tmp_path, pipeline=PIPELINE)
    text = "a\nb\t\x1b[31m\0 \"'` $HOME %s {x} {{$.inputs.parameters['i']}} 😀"
    values = {"i": 10**40, "f": "NaN", "s": text + "x" * 5_000_000, "l": ["Infinity", "-Infinity", 1]}
    project.write("odd.json", json.dumps(values))
    run = project.run("run", "pipeline.py", "--params", "odd.json", "--json").succeeded().json
    expected = (10**40, math.nan, True, len(text) + 5_000_000, text[:50], [math.inf, -math.inf, 1.0], {})
    assert run["outputs"]["Output"] == repr(expected)
    shown = project.run("runs", "show", "last").succeeded()
    assert "\x1b" not in shown.text
    assert len(shown.text) < 5_000
    project.run("runs", "explain", "last").succeeded()


SCRIPT = """
import sys

from penstock.core.errors import UserError
from pipeline import pipe

WRONG = {}, {"i": "1"}, {"i": 1.5}, {"i": None}, {"i": 1, "f": 10**400}, {"i": 1, "l": {1}}, {"i": 1, "typo": 2}

for arguments in WRONG:
    try:
        pipe.run(**arguments)
    except UserError as error:
        print(error.code, error.message())
"""


def test_the_same_in_python(tmp_path) -> None:
    project = Hostile(tmp_path, pipeline=PIPELINE, script=SCRIPT)
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        env=project.environ(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert [line.partition(" ")[0] for line in done.stdout.splitlines()] == [
        "IRX032",
        "DAT002",
        "DAT002",
        "DAT002",
        "DAT002",
        "DAT002",
        "PLA016",
    ]
    assert "typo" in done.stdout
    assert not_ours(done.stderr)
    assert project.survivors() == []
