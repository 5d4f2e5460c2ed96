"""Names that are fit for the IR, made from the author's."""

import re

_UNFIT = re.compile(r"[^a-z0-9]+")


def fit_name(name: str, otherwise: str = "task") -> str:
    """Lower-case letters, digits and hyphens, as Kubeflow asks: `load_trips` → `load-trips`."""
    return _UNFIT.sub("-", name.lower()).strip("-") or otherwise
