"""Uses that are hard to see, each in a project of two or three lines: a change there must change the component."""

import pytest

from support.author import Author

PIPELINE = """
    {imports}
    from penstock.dsl import component, pipeline

    @component
    def first(x: int) -> int:
        return {use}

    @pipeline
    def main(x: int = 1):
        first(x)
"""

USES: dict[str, tuple[dict[str, str], str, str, str, str, str]] = {
    "contextmanager": (
        {"f.py": "import contextlib\n@contextlib.contextmanager\ndef c():\n    yield 1\n"},
        "import f",
        "next(iter([0]))+x if not f else f.c",
        "f.py",
        "yield 1",
        "yield 2",
    ),
    "property": (
        {"f.py": "class A:\n    @property\n    def v(self):\n        return 1\na = A()\n"},
        "from f import a",
        "a.v",
        "f.py",
        "return 1",
        "return 2",
    ),
    "super mixin via import": (
        {"b.py": "class B:\n    def v(self):\n        return 1\n", "f.py": "from b import B\nclass A(B):\n    pass\n"},
        "from f import A",
        "A().v()",
        "b.py",
        "return 1",
        "return 2",
    ),
    "class attr later": ({"f.py": "class A:\n    pass\nA.v = 1\n"}, "from f import A", "A.v", "f.py", "v = 1", "v = 2"),
    "conditional def": (
        {
            "f.py": (
                "import sys\n"
                "if sys.version_info > (3,):\n"
                "    def v():\n"
                "        return 1\n"
                "else:\n"
                "    def v():\n"
                "        return 0\n"
            )
        },
        "from f import v",
        "v()",
        "f.py",
        "return 1",
        "return 2",
    ),
    "with": (
        {"f.py": "import contextlib\nwith contextlib.suppress(Exception):\n    V = 1\n"},
        "from f import V",
        "V",
        "f.py",
        "V = 1",
        "V = 2",
    ),
    "for": ({"f.py": "V = {}\nfor i in range(3):\n    V[i] = 1\n"}, "from f import V", "V[0]", "f.py", "= 1", "= 2"),
    "match": (
        {"f.py": "match 3:\n    case int(n):\n        V = 1\n"},
        "from f import V",
        "V",
        "f.py",
        "V = 1",
        "V = 2",
    ),
    "dictcomp": (
        {"f.py": "K = 1\nV = {i: K for i in range(3)}\n"},
        "from f import V",
        "V[0]",
        "f.py",
        "K = 1",
        "K = 2",
    ),
    "reexport star all": (
        {"g.py": "__all__=['v']\ndef v():\n    return 1\n", "f.py": "from g import *\n"},
        "from f import v",
        "v()",
        "g.py",
        "return 1",
        "return 2",
    ),
    "reexport star chain": (
        {"h.py": "def v():\n    return 1\n", "g.py": "from h import *\n", "f.py": "from g import *\n"},
        "from f import *",
        "v()",
        "h.py",
        "return 1",
        "return 2",
    ),
    "partialmethod": (
        {
            "f.py": (
                "import functools\n"
                "class A:\n"
                "    def r(self,n):\n"
                "        return n\n"
                "    s = functools.partialmethod(r, 1)\n"
            )
        },
        "from f import A",
        "A().s()",
        "f.py",
        "r, 1",
        "r, 2",
    ),
    "lambda default": ({"f.py": "K = 1\nv = lambda a=K: a\n"}, "from f import v", "v()", "f.py", "K = 1", "K = 2"),
    "nested func import": (
        {
            "f.py": "def v():\n    def w():\n        from g import K\n        return K\n    return w()\n",
            "g.py": "K = 1\n",
        },
        "from f import v",
        "v()",
        "g.py",
        "K = 1",
        "K = 2",
    ),
    "import in class": (
        {"f.py": "class A:\n    from g import K\n", "g.py": "K = 1\n"},
        "from f import A",
        "A.K",
        "g.py",
        "K = 1",
        "K = 2",
    ),
    "module alias": (
        {"f.py": "import g\nm = g\n", "g.py": "def v():\n    return 1\n"},
        "from f import m",
        "m.v()",
        "g.py",
        "return 1",
        "return 2",
    ),
    "module in dict": (
        {"f.py": "import g\nM = {'g': g}\n", "g.py": "def v():\n    return 1\n"},
        "from f import M",
        "M['g'].v()",
        "g.py",
        "return 1",
        "return 2",
    ),
    "pkg init effects": (
        {
            "p/__init__.py": "import p.q as q\nq.V = 1\n",
            "p/q.py": "V = 0\n",
            "p/r.py": "from p.q import V\ndef v():\n    return V\n",
        },
        "from p.r import v",
        "v()",
        "p/__init__.py",
        "V = 1",
        "V = 2",
    ),
    "sys.modules alias": (
        {"f.py": "import sys, g\nsys.modules['alias'] = g\n", "g.py": "def v():\n    return 1\n"},
        "import f",
        "__import__('alias').v()",
        "g.py",
        "return 1",
        "return 2",
    ),
    "getattr on self module": (
        {"f.py": "import sys\ndef v():\n    return 1\ndef call(n):\n    return getattr(sys.modules[__name__], n)()\n"},
        "from f import call",
        "call('v')",
        "f.py",
        "return 1",
        "return 2",
    ),
    "globals via func": (
        {"f.py": "def v():\n    return 1\ndef call(n):\n    return globals()[n]()\n"},
        "from f import call",
        "call('v')",
        "f.py",
        "return 1",
        "return 2",
    ),
    "function __globals__": (
        {"f.py": "def v():\n    return 1\ndef w():\n    return 0\n"},
        "from f import w",
        "w.__globals__['v']()",
        "f.py",
        "return 1",
        "return 2",
    ),
    "inspect.getmembers": (
        {"f.py": "def v():\n    return 1\n"},
        "import f, inspect",
        "inspect.getmembers(f)[-1][1]()",
        "f.py",
        "return 1",
        "return 2",
    ),
    "__class__ registry": (
        {
            "f.py": "class R:\n    all = []\n    def __init__(self, f):\n        R.all.append(f)\n",
            "g.py": "from f import R\nr = R(lambda: 1)\n",
        },
        "import g\n    from f import R",
        "R.all[0]()",
        "g.py",
        "lambda: 1",
        "lambda: 2",
    ),
    "__class_getitem__": (
        {
            "f.py": (
                "class R:\n"
                "    all = []\n"
                "    def __class_getitem__(cls, f):\n"
                "        cls.all.append(f)\n"
                "        return cls\n"
            ),
            "g.py": "from f import R\nr = R[lambda: 1]\n",
        },
        "import g\n    from f import R",
        "R.all[0]()",
        "g.py",
        "lambda: 1",
        "lambda: 2",
    ),
    "operator registry": (
        {
            "f.py": (
                "class R:\n"
                "    all = []\n"
                "    def __or__(self, f):\n"
                "        self.all.append(f)\n"
                "        return self\n"
                "r = R()\n"
            ),
            "g.py": "from f import r\nx = r | (lambda: 1)\n",
        },
        "import g\n    from f import R",
        "R.all[0]()",
        "g.py",
        "lambda: 1",
        "lambda: 2",
    ),
    "atexit/thread": (
        {"f.py": "L = []\ndef add(v):\n    L.append(v)\n", "g.py": "import f\nt = [f.add(i) for i in (1,)]\n"},
        "import g, f",
        "f.L",
        "g.py",
        "(1,)",
        "(2,)",
    ),
    "env default": ({"f.py": "from g import K as Q\n", "g.py": "K = 1\n"}, "import f", "f.Q", "g.py", "K = 1", "K = 2"),
    "try else": (
        {
            "f.py": (
                "try:\n"
                "    import nothing_there\n"
                "except ImportError:\n"
                "    nothing_there = None\n"
                "else:\n"
                "    pass\n"
                "def v():\n"
                "    return nothing_there or 1\n"
            )
        },
        "from f import v",
        "v()",
        "f.py",
        "or 1",
        "or 2",
    ),
    "annotated pydantic": (
        {"f.py": "from typing import Annotated\nK = 1\nT = Annotated[int, K]\nclass M:\n    a: T\n"},
        "from f import M",
        "M.__annotations__",
        "f.py",
        "K = 1",
        "K = 2",
    ),
    "quoted base": (
        {"f.py": "from g import *\nclass A(B):\n    pass\n", "g.py": "class B:\n    v = 1\n"},
        "from f import A",
        "A.v",
        "g.py",
        "v = 1",
        "v = 2",
    ),
    "del rebinding": ({"f.py": "K = 1\nV = K\ndel K\n"}, "from f import V", "V", "f.py", "K = 1", "K = 2"),
    "nonliteral attr": (
        {"f.py": "import g\ndef v(n):\n    return getattr(g, n)\n", "g.py": "K = 1\n"},
        "from f import v",
        "v('K')",
        "g.py",
        "K = 1",
        "K = 2",
    ),
    "type()": ({"f.py": "K = 1\nA = type('A', (), {'k': K})\n"}, "from f import A", "A.k", "f.py", "K = 1", "K = 2"),
    "exec string": ({"f.py": "K = 1\n"}, "import f", "eval('f.K')", "f.py", "K = 1", "K = 2"),
    "format string data": ({"f.py": "K = 1\n"}, "import f", "'{0.K}'.format(f)", "f.py", "K = 1", "K = 2"),
    "yaml tag": ({"f.py": "class A:\n    k = 1\n"}, "import f", "'!!python/object:f.A {}'", "f.py", "k = 1", "k = 2"),
}
"""By name: the files, the imports of the component's module, what it returns, and what is changed in which file."""


@pytest.mark.parametrize("name", USES)
def test_a_change_of_what_is_used_in_a_roundabout_way_changes_the_component(author: Author, name: str) -> None:
    files, imports, use, changed, old, new = USES[name]
    for file, text in files.items():
        author.write(file, text)
    author.write("pipeline.py", PIPELINE.format(imports=imports, use=use))
    before = author.compile().codes()
    assert files[changed].count(old) == 1
    author.write(changed, files[changed].replace(old, new))
    assert author.compile().codes() != before
