"""The container of an approval, where it runs as it stands (on Kubeflow): it asks the endpoint for an answer.

`python -m penstock.client.approval --subject TEXT --role ROLE [--details JSON] --answer FILE`. Penstock's own
executors never start it: there, the engine waits by itself.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from penstock.client.http import Endpoint, EndpointUnreachable
from penstock.client.registry import PREFIX

PAUSE = 5.0
"""Seconds between two questions."""
_NO_ENDPOINT = (
    "this task waits for a person's approval, and no Penstock endpoint is reachable from here: set PENSTOCK_ENDPOINT "
    "and PENSTOCK_TOKEN for it, or run the pipeline with `penstock run`"
)


def main(arguments: Sequence[str] | None = None, pause: float = PAUSE) -> int:
    """Wait for the answer: 0 if it is yes."""
    parser = argparse.ArgumentParser(prog="penstock.client.approval")
    for name in ("--subject", "--role", "--answer"):
        parser.add_argument(name, required=True)
    parser.add_argument("--details", default="{}")
    given = parser.parse_args(arguments)
    endpoint = Endpoint.current()
    if endpoint is None:
        _say(_NO_ENDPOINT)
        return 1
    asked = {"subject": given.subject, "role": given.role, "details": json.loads(given.details)}
    said = endpoint.post(f"{PREFIX}/approvals", asked)
    _say(f"waits for approval ({given.role}): penstock approvals approve {said['approval_id']}")
    while not said["decision"]:
        time.sleep(pause)
        try:
            said = endpoint.get(f"{PREFIX}/approvals/{said['approval_id']}")
        except EndpointUnreachable as error:
            _say(str(error))
    if said["decision"] != "approved":
        _say(f"{said['decided_by']} rejected {given.subject!r}: {said['note']}")
        return 1
    answer = {
        "approval": said["approval_id"],
        "by": said["decided_by"],
        "note": said["note"],
        "at": said["decided_at"],
    }
    place = Path(given.answer)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(answer), encoding="utf-8")
    return 0


def _say(text: str) -> None:
    """Into the task's log."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
