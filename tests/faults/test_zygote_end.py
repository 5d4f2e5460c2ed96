"""A zygote learns in two ways that its engine is gone, at once: the second does not cut the first short."""

import subprocess
import sys

ENDING = """
import os
import signal
import socket
import subprocess

from penstock.executors.process import proc, zygote

ours, theirs = socket.socketpair()
proc.adopt_orphans()
one = zygote.Zygote(theirs)
zygote._end_with_engine(one)
one._fork_ahead()
left = subprocess.Popen(["sleep", "600"], start_new_session=True)
discard = one._spare.discard


def discard_while_a_signal_comes():
    discard()
    os.kill(os.getpid(), signal.SIGTERM)


one._spare.discard = discard_while_a_signal_comes
{begin}
left.returncode = 0
print(proc.children(os.getpid()))
"""


def ended(begin: str) -> subprocess.CompletedProcess[str]:
    code = ENDING.format(begin=begin)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_a_signal_in_the_middle_of_ending_changes_nothing() -> None:
    done = ended("one.end()")
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


def test_a_signal_in_the_middle_of_other_work_ends_all() -> None:
    done = ended("one._drop_spare()")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
