"""Components whose code cannot go anywhere."""
# ruff: noqa: F401, SIM105
# fmt: off

from penstock.dsl import component, pipeline


def make(n):
    @component  # CMP060
    def add(x: int) -> int:
        return x + n

    return add


nameless = [component(lambda x: x)]  # CMP060


@component  # CMP060
def shadowed(x: int) -> int:
    return x


before = [shadowed]


def shadowed(x):
    return x


class Steps:
    @component  # CMP060
    def inside(x: int) -> int:
        return x


@component  # CMP063
def uninstalled(x: int) -> int:
    import surely_not_installed_anywhere

    return x


@component
def guarded(x: int) -> int:
    try:
        import surely_not_installed_anywhere
    except ImportError:
        pass
    return x


@component(requirements=["surely-not-installed-anywhere"])
def with_requirements(x: int) -> int:
    import surely_not_installed_anywhere

    return x


@pipeline
def travel(x: int):
    make(3)(x)
    Steps.inside(x)
    nameless[0](x)
    before[0](x)
    uninstalled(x)
    guarded(x)
    with_requirements(x)
