"""One task in an environment of its own, and one in Penstock's."""

from penstock import component, pipeline


@component(requirements=["colorama==0.4.6"])
def packed_step() -> str:
    import colorama

    return colorama.__version__


@component
def plain_step() -> str:
    return "0.4.6"


@pipeline
def packed() -> str:
    return packed_step()


@pipeline
def plain() -> str:
    return plain_step()
