"""What a container asks for, as numbers: cores, bytes, devices; and durations in seconds."""

import math
import re
from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct

from penstock.ir.errors import InvalidQuantity
from penstock.ir.spec import Accelerator, ResourceSpec

_QUANTITY = re.compile(r"\+?(\d+(?:\.\d*)?|\.\d+)(?:([eE][-+]?\d{1,3})|([a-zA-Z]{0,2}))\Z", re.ASCII)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "K": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_FACTORS = {suffix: Decimal(10) ** power for suffix, power in _DECIMAL.items()} | {
    f"{prefix}i": Decimal(1024) ** power for power, prefix in enumerate("KMGTPE", start=1)
}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)s\Z", re.ASCII)


class Resources(Struct, frozen=True, kw_only=True):
    """What a container may use at most, and what it asks to have; None where nothing was said."""

    cpu: float | None = None
    """Cores, at most."""
    memory: int | None = None
    """Bytes, at most."""
    gpu: int = 0
    """Accelerator devices."""
    cpu_request: float | None = None
    """Cores; the limit, where only that was said."""
    memory_request: int | None = None
    """Bytes; the limit, where only that was said."""


def parse_resources(spec: ResourceSpec | None, resolve: Callable[[str], str] = str) -> Resources:
    """The resources of a container.

    Args:
        spec: As in the document; None asks for nothing. Its texts win over its deprecated numbers (cores, GB).
        resolve: Puts values in for the placeholders in a text.

    Raises:
        InvalidQuantity: A text is not a quantity.
    """
    if spec is None:
        return Resources()

    def cores(text: str, number: float) -> float | None:
        return parse_cpu(resolve(text)) if text else number or None

    def size(text: str, gigabytes: float) -> int | None:
        return parse_memory(resolve(text)) if text else round(gigabytes * 1e9) or None

    cpu = cores(spec.resource_cpu_limit, spec.cpu_limit)
    memory = size(spec.resource_memory_limit, spec.memory_limit)
    cpu_request = cores(spec.resource_cpu_request, spec.cpu_request)
    memory_request = size(spec.resource_memory_request, spec.memory_request)
    return Resources(
        cpu=cpu,
        memory=memory,
        gpu=_devices(spec.accelerator, resolve),
        cpu_request=cpu if cpu_request is None else cpu_request,
        memory_request=memory if memory_request is None else memory_request,
    )


def parse_cpu(text: str) -> float:
    """Cores: `4`, `0.5`, `4000m`. Raises `InvalidQuantity`."""
    return float(_quantity(text, "CPU", ("4", "0.5", "500m")))


def parse_memory(text: str) -> int:
    """Bytes, rounded up: `15G` is 15·10⁹, `256Mi` is 256·2²⁰. Raises `InvalidQuantity`."""
    return math.ceil(_quantity(text, "memory", ("2G", "512Mi")))


def parse_duration(text: str) -> float:
    """Seconds, from protobuf's text of a duration: `3600s`, `1.5s`; empty is 0. Raises `InvalidQuantity`."""
    match = _DURATION.match(text)
    if match is None and text:
        raise InvalidQuantity(text=text, what="seconds", examples=("30s", "1.5s"))
    return float(match[1]) if match else 0.0


def _quantity(text: str, what: str, examples: tuple[str, ...]) -> Decimal:
    match = _QUANTITY.match(text.strip())
    if match is None or (match[3] or "") not in _FACTORS:
        raise InvalidQuantity(text=text, what=what, examples=examples)
    number, exponent, suffix = match.groups()
    return Decimal(number + (exponent or "")) * _FACTORS[suffix or ""]


def _devices(accelerator: Accelerator | None, resolve: Callable[[str], str]) -> int:
    if accelerator is None:
        return 0
    text = resolve(accelerator.resource_count) or str(accelerator.count)
    count = _quantity(text, "accelerators", ("1", "4"))
    if count % 1:
        raise InvalidQuantity(text=text, what="accelerators", examples=("1", "4"))
    return int(count)
