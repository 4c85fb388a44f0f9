"""What alembic runs; the connection comes from `hub.store.migrate`."""

from alembic import context

from hub.store.schema import States

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=States.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
