"""Runs the migrations on the connection that the ledger hands over."""

from __future__ import annotations

from alembic import context

from evidence_store.ledger.tables import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=False,  # the ledger's own transaction is around all of it
)
context.run_migrations()
