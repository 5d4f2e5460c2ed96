"""The schema's history: Alembic migrations, named `0001`, `0002`, … and never changed once released."""
