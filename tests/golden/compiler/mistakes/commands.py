"""Container components whose command lines cannot be."""

from pathlib import Path

from penstock import Concat, ContainerSpec, IfPresent, Output, container_component, pipeline


@container_component  # CMP009
def computes(by: str) -> ContainerSpec:
    return ContainerSpec(image="debian", command=["echo", by.upper()])


@container_component  # CMP009
def decides(fast: bool) -> ContainerSpec:
    return ContainerSpec(image="debian", command=["echo", "fast" if fast else "slow"])


@container_component  # CMP009
def formats(share: float) -> ContainerSpec:
    return ContainerSpec(image="debian", command=["echo", f"{share:.2f}"])


@container_component  # CMP009
def returns_text() -> ContainerSpec:
    return "echo hello"


@container_component  # CMP009
def one_text() -> ContainerSpec:
    return ContainerSpec(image="debian", command="echo hello")


@container_component  # CMP009
def nested() -> ContainerSpec:
    return ContainerSpec(image="debian", command=["echo", ["a", "b"]])


@container_component  # CMP009
def joins_text() -> ContainerSpec:
    return ContainerSpec(image="debian", command=["echo", Concat("ab"), IfPresent("x", then=None)])


@container_component  # CMP009
def without_image() -> ContainerSpec:
    return ContainerSpec(image="", command=["true"])


@container_component  # CMP009
def raises(path: Path) -> ContainerSpec:
    return ContainerSpec(image="debian", command=[1 / 0, path])


@container_component  # CMP009
def gives_back(path: Path) -> Path:
    return ContainerSpec(image="debian", command=["cat", path])


@container_component  # CMP003
def says_not_what(out: Output) -> ContainerSpec:
    return ContainerSpec(image="debian", command=["touch", out])


@container_component(requirements=["polars"])  # CMP006
def with_requirements() -> ContainerSpec:
    return ContainerSpec(image="debian", command=["true"])


@container_component
def total(rows: Path, table: Output[Path]) -> ContainerSpec:
    return ContainerSpec(image="debian", command=["cp", rows, table])


@pipeline
def commands(data: Path, by: str = "x"):
    computes(by)
    decides(True)
    formats(0.5)
    returns_text()
    one_text()
    nested()
    joins_text()
    without_image()
    raises(data)
    gives_back(data)
    says_not_what()
    with_requirements()
    total(data, "out.csv")  # CMP013
    total(rows=3)  # CMP012
