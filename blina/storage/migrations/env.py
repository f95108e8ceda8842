"""What alembic runs to apply steps: on the connection that `blina.storage.schema` hands it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
