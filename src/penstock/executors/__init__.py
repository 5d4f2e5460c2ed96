"""Where attempts run: in the caller's own process, or each in a forked process of its own.

Each module holds one implementation of `penstock.engine.executor.Executor`. They share nothing but the launcher.
"""
