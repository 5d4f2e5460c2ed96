"""The run's state machine: `decide` is pure, `Driver` is the thin shell around it.

`Executor` is the seam to whatever runs tasks.
"""
