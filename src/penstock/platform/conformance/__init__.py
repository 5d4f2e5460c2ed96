"""Conformance: every compiled pipeline below a folder, run in fresh state, and held against what should come of it."""

from penstock.platform.conformance.corpus import Case, find_cases
from penstock.platform.conformance.expectations import Expectation, read_expectations
from penstock.platform.conformance.outcome import Outcome, Word
from penstock.platform.conformance.running import Plan, run_cases
from penstock.platform.conformance.verdict import Summary, Verdict

__all__ = [
    "Case",
    "Expectation",
    "Outcome",
    "Plan",
    "Summary",
    "Verdict",
    "Word",
    "find_cases",
    "read_expectations",
    "run_cases",
]
