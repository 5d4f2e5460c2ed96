"""Command lines in images: parameters, artifacts, outputs, and parts that depend on what is given."""

from pathlib import Path

from penstock import Concat, ContainerSpec, IfPresent, Output, component, container_component, pipeline


@component
def load(rows: int) -> Path:
    file = Path("rows.csv")
    file.write_text("a,1\n" * rows)
    return file


@container_component(memory="1G", env={"LC_ALL": "C"})
def total(
    rows: Path,
    column: int,
    sums: Output[Path],
    count: Output[int],
    title: str | None = None,
    exact: bool = False,
) -> ContainerSpec:
    """Adds a column up."""
    return ContainerSpec(
        image="debian:12",
        command=["awk", "-F,", "-f", "/total.awk"],
        args=[
            Concat(["--column=", column]),
            f"--exact={exact}",
            "--from",
            rows,
            sums,
            count,
            IfPresent("title", then=["--title", Concat([title, "!"])], else_=["--untitled"]),
            0.5,
            True,
        ],
    )


@container_component
def announce(name: str, tag: str = "12") -> ContainerSpec:
    return ContainerSpec(f"debian:{tag}", ["echo", f"hello {name}"])


@container_component
def draw(tables: list[Path], plot: Output[Path]) -> ContainerSpec:
    return ContainerSpec(image="plots", args=[tables, plot.uri])


@pipeline
def commands(n: int = 3) -> Path:
    rows = load(n)
    totals = total(rows, 2)
    announce.after(totals.sums)("you", tag="11")
    return total.with_options(image="alpine:3", memory="2G")(rows, totals.count, title="second").sums
