"""What should come of a pipeline: a state, a reason, outputs; written in a file beside the pipelines or elsewhere."""

import re
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from penstock.core.json import Json
from penstock.platform.conformance.errors import ExpectationsUnreadable

Need = Literal["host-commands", "network", "time"]
"""What a pipeline can need that is not everywhere: commands of the host, public places, many minutes."""


class Expectation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one pipeline is run with, and what should come of it."""

    state: Literal["succeeded", "failed", "refused", "invalid"] = "succeeded"
    """`refused`: before it started. `invalid`: it is no pipeline that can be read."""
    reason: str = ""
    """A regular expression that is found in what the failure or the refusal says."""
    arguments: dict[str, Json] = field(default_factory=dict)
    outputs: dict[str, Json] = field(default_factory=dict)
    """The pipeline's outputs, those named here: a parameter's value, exactly; of an artifact what is to be compared
    of `type`, `metadata` and `text`."""
    attempts: dict[str, int] = field(default_factory=dict)
    """How often tasks, by path, are tried."""
    states: dict[str, str] = field(default_factory=dict)
    """States of tasks by path, e.g. `SKIPPED`."""
    cached: list[str] | None = None
    """If given, the pipeline runs a second time, and exactly these tasks, by path, are then served from cache."""
    needs: list[Need] = field(default_factory=list)
    """Without host commands, and without a container engine, it may be refused; without the others it is not run."""
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    """Secrets that are there, by name, each with its values by key."""
    config_maps: dict[str, dict[str, str]] = field(default_factory=dict)
    """The same for config maps."""
    time_limit: float | None = None
    """Seconds, instead of the usual ones."""
    note: str = ""
    """For people: why this is expected."""


class Expectations(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole file of them."""

    pipelines: dict[str, Expectation]
    """By the path below the folder, or by the name of the file alone, which then counts in every folder."""
    source: str = ""

    def of(self, name: str) -> Expectation | None:
        """What is expected of the pipeline with that path below the folder."""
        found = self.pipelines.get(name)
        return found if found is not None else self.pipelines.get(name.rpartition("/")[2])


def read_expectations(file: Path) -> Expectations:
    """Read a file, YAML or JSON.

    Raises:
        ExpectationsUnreadable: It is not there, or says what cannot be meant.
    """
    import yaml

    try:
        loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExpectationsUnreadable(path=str(file), problem=error.strerror or str(error)) from None
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise ExpectationsUnreadable(path=str(file), problem=" ".join(str(error).split())) from None
    try:
        found = msgspec.convert(loaded, _Raw)
        pipelines = {name: _expectation(name, one) for name, one in found.pipelines.items()}
    except (ValueError, re.error) as error:
        raise ExpectationsUnreadable(path=str(file), problem=str(error)) from None
    return Expectations(pipelines=pipelines, source=str(file))


class _Raw(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of which only the outermost form is known."""

    pipelines: dict[str, dict[str, Any]]


def _expectation(name: str, raw: dict[str, Any]) -> Expectation:
    try:
        expected = msgspec.convert(raw, Expectation)
    except msgspec.ValidationError as error:
        raise ValueError(f"'{name}': {error}") from None
    _check(name, expected)
    return expected


def _check(name: str, expected: Expectation) -> None:
    try:
        re.compile(expected.reason)
    except re.error as error:
        raise ValueError(f"the reason of '{name}' is no regular expression: {error}") from None
    if expected.state == "succeeded" and expected.reason:
        raise ValueError(f"'{name}' succeeds, and so has no reason")


def read_arguments_beside(pipeline: Path) -> dict[str, Json]:
    """The arguments in `x.args.json`, beside `x.yaml`; none if there is no such file.

    Raises:
        ExpectationsUnreadable: It holds no JSON object.
    """
    file = pipeline.with_suffix(".args.json")
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Json])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        raise ExpectationsUnreadable(path=str(file), problem=str(error)) from None
