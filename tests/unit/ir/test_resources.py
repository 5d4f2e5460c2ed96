"""Quantities of cores, bytes and devices, and durations."""

import pytest

from penstock.ir import Resources, parse_duration, parse_resources
from penstock.ir.errors import InvalidQuantity
from penstock.ir.resources import parse_cpu, parse_memory
from penstock.ir.spec import Accelerator, ResourceSpec


@pytest.mark.parametrize(("text", "cores"), [("4", 4.0), ("0.5", 0.5), (".5", 0.5), ("4000m", 4.0), ("1e1", 10.0)])
def test_cores(text: str, cores: float) -> None:
    assert parse_cpu(text) == cores


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("15G", 15 * 10**9),
        ("256Mi", 256 * 2**20),
        ("1.5Gi", 3 * 2**29),
        ("1024", 1024),
        ("1e3", 1000),
        ("2E", 2 * 10**18),
        ("1Ei", 2**60),
        ("100k", 100_000),
        ("4Ki", 4096),
        ("0.1", 1),
        ("1.1T", 1_100_000_000_000),
        ("3Pi", 3 * 2**50),
    ],
)
def test_bytes(text: str, size: int) -> None:
    assert parse_memory(text) == size


@pytest.mark.parametrize("text", ["", "lots", "-1", "1GB", "1 G i", "0x10", "nan", "١", "1e", "{{$.x}}"])
def test_what_is_no_quantity_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InvalidQuantity, match=r"is not a quantity of memory \[IRX050\]\n  hint: write it like '2G' or"):
        parse_memory(text)


def test_texts_win_over_the_deprecated_numbers() -> None:
    spec = ResourceSpec(
        resource_cpu_limit="2",
        cpu_limit=4.0,
        memory_limit=0.268435456,
        resource_memory_request="64M",
        memory_request=9.0,
        cpu_request=0.25,
        accelerator=Accelerator(type="old", count="1", resource_type="nvidia.com/gpu", resource_count="2"),
    )
    assert parse_resources(spec) == Resources(
        cpu=2.0, memory=268435456, gpu=2, cpu_request=0.25, memory_request=64_000_000
    )


def test_requests_are_the_limits_where_nothing_else_is_said() -> None:
    limits = ResourceSpec(resource_cpu_limit="1", resource_memory_limit="1G")
    assert parse_resources(limits) == Resources(cpu=1.0, memory=10**9, cpu_request=1.0, memory_request=10**9)
    requests = ResourceSpec(resource_cpu_request="1", resource_memory_request="1G")
    assert parse_resources(requests) == Resources(cpu_request=1.0, memory_request=10**9)
    assert parse_resources(ResourceSpec()) == parse_resources(None) == Resources()


@pytest.mark.parametrize(
    ("accelerator", "devices"), [(Accelerator(count=3), 3), (Accelerator(count="4"), 4), (Accelerator(type="T4"), 0)]
)
def test_devices_in_every_spelling(accelerator: Accelerator, devices: int) -> None:
    assert parse_resources(ResourceSpec(accelerator=accelerator)).gpu == devices


def test_half_a_device_is_refused() -> None:
    with pytest.raises(InvalidQuantity, match="not a quantity of accelerators"):
        parse_resources(ResourceSpec(accelerator=Accelerator(resource_count="0.5")))


def test_placeholders_are_resolved_first() -> None:
    values = {"{{cpu}}": "500m", "{{gpu}}": "1"}
    spec = ResourceSpec(resource_cpu_limit="{{cpu}}", accelerator=Accelerator(resource_count="{{gpu}}"))
    found = parse_resources(spec, lambda text: values.get(text, text))
    assert (found.cpu, found.gpu) == (0.5, 1)


@pytest.mark.parametrize(("text", "seconds"), [("3600s", 3600.0), ("1.5s", 1.5), ("0s", 0.0), ("", 0.0)])
def test_durations_are_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["3600", "1m", "-1s", "s", " 1s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuantity, match="is not a quantity of seconds"):
        parse_duration(text)
