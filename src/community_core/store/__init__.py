"""The store: cases, events, rule texts and registers in a database, through SQLAlchemy Core and Alembic.

Open one with :func:`open_store`. A host with migrations of his own calls :func:`upgrade` from them, and passes
:func:`include_name` or :func:`include_object` to his Alembic environment, so that his autogenerate leaves the
library's tables alone::

    context.configure(connection=connection, target_metadata=metadata, include_name=community_core.store.include_name)
"""

from community_core.store.backups import restore
from community_core.store.delivering import Delivery
from community_core.store.exported import ExportCheck, exported_entries, verify_export
from community_core.store.failures import Unserialized
from community_core.store.migrating import upgrade
from community_core.store.schema import PREFIX, TABLES, VERSION_TABLE, include_name, include_object
from community_core.store.sql import SqlStore, open_store

__all__ = [
    "PREFIX",
    "TABLES",
    "VERSION_TABLE",
    "Delivery",
    "ExportCheck",
    "SqlStore",
    "Unserialized",
    "exported_entries",
    "include_name",
    "include_object",
    "open_store",
    "restore",
    "upgrade",
    "verify_export",
]
