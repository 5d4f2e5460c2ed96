"""Kubeflow Pipelines' own local runner: a chain or a fan-out of components that do nothing, each in a subprocess."""

import sys

from kfp import dsl, local


@dsl.component
def step(n: int) -> int:
    return n + 1


def chain(tasks: int):
    @dsl.pipeline
    def chained() -> int:
        n = step(n=0)
        for _ in range(tasks - 1):
            n = step(n=n.output)
        return n.output

    return chained


def fan(tasks: int):
    @dsl.pipeline
    def fanned():
        for n in range(tasks):
            step(n=n)

    return fanned


if __name__ == "__main__":
    local.init(runner=local.SubprocessRunner(use_venv=False))
    {"chain": chain, "fan": fan}[sys.argv[1]](int(sys.argv[2]))()
