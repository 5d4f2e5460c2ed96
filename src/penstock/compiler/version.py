"""The version of penstock that compiles."""

from functools import cache


@cache
def penstock_version() -> str:
    """As the installed package says; `0` for a checkout that was not installed."""
    from importlib import metadata

    try:
        return metadata.version("penstock")
    except metadata.PackageNotFoundError:
        return "0"
