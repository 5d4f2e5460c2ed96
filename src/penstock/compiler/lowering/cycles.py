"""Finds tasks that wait for one another."""

from collections.abc import Iterable, Mapping


def find_cycle(waits_for: Mapping[str, Iterable[str]]) -> list[str]:
    """The names along one cycle, the first again at the end; empty if there is none."""
    done: set[str] = set()
    for start in waits_for:
        path: list[str] = []
        on_path: set[str] = set()
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                path.pop()
                on_path.discard(name)
                done.add(name)
            elif name in on_path:
                return [*path[path.index(name) :], name]
            elif name not in done:
                path.append(name)
                on_path.add(name)
                stack.append((name, True))
                stack.extend((other, False) for other in waits_for.get(name, ()))
    return []
