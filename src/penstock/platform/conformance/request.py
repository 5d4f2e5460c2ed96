"""What the process that runs one pipeline is told."""

from msgspec import Struct, field

from penstock.core.json import Json


class Request(Struct, frozen=True, kw_only=True):
    """One pipeline, and how to run it. Paths are absolute."""

    pipeline: str
    home: str
    """A folder with nothing in it but shared environments."""
    work: str
    """The working folder."""
    arguments: dict[str, Json]
    options: dict[str, Json]
    """As those of a run."""
    time_limit: float
    """Seconds for the run."""
    again: bool = False
    """Whether to run it a second time, for its cache."""
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    config_maps: dict[str, dict[str, str]] = field(default_factory=dict)
