"""The order in which to show tasks: each after those that it depends on, otherwise as written."""

from collections.abc import Mapping, Sequence


def layers(upstream: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """For each task the length of the longest path that leads to it. A cycle's tasks count as if they had no edges."""
    downstream: dict[str, list[str]] = {name: [] for name in upstream}
    waiting = dict.fromkeys(upstream, 0)
    for name, sources in upstream.items():
        for source in sources:
            if source in downstream:
                downstream[source].append(name)
                waiting[name] += 1
    depth = dict.fromkeys(upstream, 0)
    ready = [name for name, count in waiting.items() if count == 0]
    for name in ready:  # grows while it is walked
        for follower in downstream[name]:
            depth[follower] = max(depth[follower], depth[name] + 1)
            waiting[follower] -= 1
            if waiting[follower] == 0:
                ready.append(follower)
    return depth


def topological_order(upstream: Mapping[str, Sequence[str]]) -> list[str]:
    """All tasks, layer by layer."""
    depth = layers(upstream)
    return sorted(upstream, key=depth.__getitem__)
