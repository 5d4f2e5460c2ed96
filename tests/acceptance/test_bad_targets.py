"""What somebody may name that is no pipeline: each is refused with a code and a hint, and no process stays behind."""

import os

import pytest

from support.hostile import GOOD, Hostile, refused

FILES = {
    "empty.py": "",
    "no_pipeline.py": "x = 1\n",
    "not_python.py": "def f(:\n",
    "deep.py": "x = " + "-" * 100_000 + "1\n",
    "two.py": GOOD + GOOD.partition("@pipeline")[2].join(["\n\n@pipeline", ""]).replace("def good", "def better"),
    "raises.py": "1 / 0\n",
    "exits.py": "import sys\nsys.exit(3)\n",
    "ends.py": "import os\nprint('last words', flush=True)\nos._exit(5)\n",
    "crashes.py": "import ctypes\n\n\ndef crash():\n    ctypes.string_at(0)\n\n\ncrash()\n",
    "cycle.py": GOOD.replace("return one(x)", "a = one(x)\n    b = one(a)\n    a.after(b)"),
    "output.py": GOOD.replace("return one(x)", "return one(x).otput"),
    "type.py": GOOD.replace("return one(x)", 'return one("text")'),
    "argument.py": GOOD.replace("return one(x)", "return one()"),
    "deep.json": '{"a": ' + "[" * 100_000,
    "deep.yaml": "- " * 100_000 + "1\n",
    "damaged.yaml": "a: [1\n",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    made = Hostile(tmp_path_factory.mktemp("targets"), good=GOOD)
    for name, text in FILES.items():
        made.write(name, text)
    (made.folder / "folder").mkdir()
    (made.folder / "noise.py").write_bytes(bytes(range(256)))
    os.mkfifo(made.folder / "pipe.py")
    os.mkfifo(made.folder / "pipe.yaml")
    (made.folder / "dangling.py").symlink_to("nowhere.py")
    return made


NAMED = {
    "nothing.py": ("CMP070", "does not exist"),
    "nothing.yaml": ("IRX001", "no pipeline file"),
    "dangling.py": ("CMP070", "does not exist"),
    "x" * 5000: ("CMP070", "does not exist"),
    "": ("CMP071", "is a folder"),
    "folder": ("CMP071", "is a folder"),
    "/dev/zero": ("CMP077", "no Python file"),
    "pipe.py": ("CMP078", "neither a file nor a folder"),
    "pipe.yaml": ("IRX002", "neither a file nor a folder"),
    "empty.py": ("CMP072", "is empty"),
    "no_pipeline.py": ("CMP072", "no pipeline in"),
    "noise.py": ("CMP074", "null bytes"),
    "not_python.py": ("CMP074", "not_python.py:1"),
    "deep.py": ("CMP074", "nested too deeply"),
    "good.py:god": ("CMP076", "did you mean `good.py:good`"),
    "two.py": ("CMP073", "better"),
    "raises.py": ("CMP075", "division by zero", "line 1"),
    "exits.py": ("CMP075", "exit code 3"),
    "ends.py": ("PLA014", "exit code 5", "last words"),
    "crashes.py": ("PLA014", "SIGSEGV", "line 5 in crash"),
    "cycle.py": ("CMP040", "cycle.py:13", "one → one-2 → one"),
    "output.py": ("CMP020", "output.py:13", "`otput`"),
    "type.py": ("CMP014", "type.py:13", "declared as `int`"),
    "argument.py": ("CMP011", "argument.py:13", "needs `x`"),
    "deep.json": ("IRX003", "nested too deeply"),
    "deep.yaml": ("IRX003", "nested too deeply"),
    "damaged.yaml": ("IRX003", ":2:1"),
    os.fsdecode(b"caf\xe9.py"): ("PLA017", "caf\\xe9.py"),
}


@pytest.mark.parametrize("target", NAMED, ids=lambda target: ascii(target)[:40])
def test_what_is_no_pipeline_is_refused(project: Hostile, target: str) -> None:
    code, *words = NAMED[target]
    ended = project.run("run", target)
    refused(ended, code, *words)
    assert len(ended.err) < 20_000
