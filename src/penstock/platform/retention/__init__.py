"""Retention: storage does not only grow, and nothing that is still referred to is lost."""

from penstock.platform.retention.collector import Collector, Sweep
from penstock.platform.retention.policy import Policy, PolicyInvalid, Selection, select

__all__ = ["Collector", "Policy", "PolicyInvalid", "Selection", "Sweep", "select"]
