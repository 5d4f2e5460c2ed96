"""What Alembic runs to upgrade the connection that `upgrading` hands over, or to write down what it would run."""

from alembic import context

from penstock.metadata.schema import metadata

if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True)
else:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        render_as_batch=True,  # SQLite changes a table by copying it
        transactional_ddl=True,
    )
with context.begin_transaction():
    context.run_migrations()
