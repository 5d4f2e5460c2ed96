"""PostgreSQL as the store of a team: its dialect, its errors, and how a database is made ready.

Importing this package does not import the driver; a home on SQLite never loads either.
"""
