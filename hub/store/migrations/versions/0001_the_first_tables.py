"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "event_data",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("json_text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "event_types",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "last_states",
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.Column("updated", sa.Float(), nullable=False),
        sa.Column("context_id", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("entity_id"),
    )
    op.create_table(
        "memory",
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("instance", "key"),
    )
    op.create_table(
        "registry",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id"),
    )
    op.create_table(
        "state_attributes",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("json_text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "states_meta",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_states_meta_entity_id", "states_meta", ["entity_id"])

    op.create_table(
        "tokens",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("last_used", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("hash"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "traces",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("automation", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("time", sa.Float(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_traces_automation", "traces", ["automation"])

    op.create_table(
        "events",
        sa.Column("id", _ID, nullable=False),
        sa.Column("type_id", sa.Integer(), nullable=False),
        sa.Column("data_id", _ID, nullable=True),
        sa.Column("time", sa.Float(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("context_id", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["data_id"], ["event_data.id"]),
        sa.ForeignKeyConstraint(["type_id"], ["event_types.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_events_data_id", "events", ["data_id"])
    op.create_index("ix_events_type_id_time", "events", ["type_id", "time"])

    op.create_table(
        "states",
        sa.Column("id", _ID, nullable=False),
        sa.Column("meta_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("attributes_id", _ID, nullable=True),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.Column("updated", sa.Float(), nullable=False),
        sa.Column("context_id", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["attributes_id"], ["state_attributes.id"]),
        sa.ForeignKeyConstraint(["meta_id"], ["states_meta.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_states_attributes_id", "states", ["attributes_id"])
    op.create_index("ix_states_meta_id_updated", "states", ["meta_id", "updated"])


def downgrade() -> None:
    """Take it back."""
    for table in (
        "states",
        "events",
        "traces",
        "tokens",
        "states_meta",
        "state_attributes",
        "registry",
        "memory",
        "last_states",
        "event_types",
        "event_data",
    ):
        op.drop_table(table)
