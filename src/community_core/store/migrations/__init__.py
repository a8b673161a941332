"""Alembic's home inside the library; its scripts stand in ``versions`` and are run by ``store.migrating`` alone."""
