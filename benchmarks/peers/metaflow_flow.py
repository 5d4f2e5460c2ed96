"""Writes a Metaflow flow of steps that do nothing. Metaflow reads the source of a flow, so it has to be text."""

import sys


def chain(tasks: int) -> str:
    """`tasks` steps one after the other, the first and the last among them."""
    names = ["start", *(f"step{n}" for n in range(tasks - 2)), "end"]
    steps = [
        f"    @step\n    def {name}(self):\n        self.n = {index}\n        "
        + (f"self.next(self.{names[index + 1]})\n" if index + 1 < len(names) else "pass\n")
        for index, name in enumerate(names)
    ]
    return _file(steps)


def fan(tasks: int) -> str:
    """A step that fans out, `tasks` in parallel, and one that joins them."""
    start = f"    @step\n    def start(self):\n        self.items = list(range({tasks}))\n"
    start += "        self.next(self.work, foreach='items')\n"
    work = "    @step\n    def work(self):\n        self.n = self.input\n        self.next(self.join)\n"
    join = "    @step\n    def join(self, inputs):\n        self.next(self.end)\n"
    end = "    @step\n    def end(self):\n        pass\n"
    return _file([start, work, join, end])


def _file(steps: list[str]) -> str:
    body = "\n".join(steps)
    return (
        f"from metaflow import FlowSpec, step\n\n\nclass Nothing(FlowSpec):\n{body}\n\n"
        "if __name__ == '__main__':\n    Nothing()\n"
    )


if __name__ == "__main__":
    print({"chain": chain, "fan": fan}[sys.argv[1]](int(sys.argv[2])))
