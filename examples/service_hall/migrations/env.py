"""The hall's Alembic environment: its own tables only; those of community_core are left to their own versions."""

from alembic import context
from hall import metadata
from sqlalchemy import create_engine

import community_core.store


def run(connection: object) -> None:
    """Run the hall's migrations on *connection*."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=community_core.store.include_name,  # so that autogenerate does not drop the library's tables
    )
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as opened:
        run(opened)
