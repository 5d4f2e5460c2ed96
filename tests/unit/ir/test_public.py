"""What the package offers, and what it does not load."""

import subprocess
import sys

from penstock import ir


def test_what_is_offered_is_there() -> None:
    assert sorted(ir.__all__) == ir.__all__
    assert [name for name in ir.__all__ if not hasattr(ir, name)] == []


def test_neither_yaml_nor_protobuf_is_loaded_before_it_is_needed() -> None:
    script = "import penstock.ir, sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert {"yaml", "google", "kfp", "difflib"} & set(done.stdout.split()) == set()
