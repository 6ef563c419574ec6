"""Create logs, entries, private fields, tree nodes and checkpoints, which only ever grow."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_LASTING = ("ledger_entry", "ledger_private_field", "ledger_node", "ledger_checkpoint")
_REFUSAL = "the ledger only grows: rows are never changed or deleted"


def upgrade() -> None:
    """Create the tables and the triggers that refuse changes."""
    op.create_table(
        "ledger_log",
        sa.Column("log_id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, unique=True),
        sa.Column("size", _BIG, nullable=False),
    )
    _table("ledger_entry", sa.Column("sequence", _BIG, primary_key=True), _blob("leaf"))
    _table(
        "ledger_private_field",
        sa.Column("sequence", _BIG, primary_key=True),
        sa.Column("name", sa.String(200), primary_key=True),
        _blob("salt", 32),
        sa.Column("value", sa.Text, nullable=False),
    )
    _table(
        "ledger_node",
        sa.Column("level", sa.SmallInteger, primary_key=True),
        sa.Column("position", _BIG, primary_key=True),
        _blob("hash", 32),
    )
    _table(
        "ledger_checkpoint",
        sa.Column("size", _BIG, primary_key=True),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    _refuse_changes()


def downgrade() -> None:
    """Not supported: dropping tables would lose what was recorded."""
    raise NotImplementedError("a ledger is never taken apart")


def _blob(name: str, length: int | None = None) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(length), nullable=False)


def _table(name: str, *columns: sa.Column[Any]) -> None:
    log_id = sa.Column("log_id", sa.Integer, sa.ForeignKey("ledger_log.log_id"), primary_key=True)
    op.create_table(name, log_id, *columns, sqlite_with_rowid=False)


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
    for table in _LASTING:
        for act in ("UPDATE", "DELETE"):
            _refuse(table, act, "")
    shrinks = "WHEN (new.size < old.size OR new.name <> old.name)"
    _refuse("ledger_log", "UPDATE", shrinks)
    _refuse("ledger_log", "DELETE", "")


def _refuse(table: str, act: str, condition: str) -> None:
    head = f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{head} FOR EACH ROW {condition} EXECUTE FUNCTION ledger_refuse_change()")
    else:
        op.execute(f"{head} {condition} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END")
