"""Messages are read by several threads at once, also the first of their kind."""

import subprocess
import sys

READING = """
import sys, threading
from penstock.ir.codec import from_json
from penstock.ir.spec import Message

THREADS = 8
barrier = threading.Barrier(THREADS)
sys.setswitchinterval(1e-6)
wrong = []


def read(cls):
    barrier.wait()
    message = from_json(cls, b'{"inner":{"leaf":{"a":"1"},"many":{"x":{"a":"2"}}}}')
    if (message.inner.leaf.a, message.inner.many["x"].a) != ("1", "2"):
        wrong.append(message)


for _ in range(60):
    class Leaf(Message, frozen=True, kw_only=True):
        a: str = ""

    class Inner(Message, frozen=True, kw_only=True):
        leaf: "Leaf | None" = None
        many: "dict[str, Leaf]" = {}

    class Outer(Message, frozen=True, kw_only=True):
        inner: "Inner | None" = None

    threads = [threading.Thread(target=read, args=(Outer,)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
assert not wrong
"""


def test_several_threads_may_be_the_first_to_read_a_message() -> None:
    done = subprocess.run([sys.executable, "-c", READING], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
