"""Conversations, and the messages of the channels that are under way."""

from alembic import op

revision = "0001"
down_revision = None

_UP = """
CREATE TABLE events (
    id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    sender_id TEXT NOT NULL,
    type_name TEXT NOT NULL,
    timestamp DOUBLE PRECISION NOT NULL,
    intent_name TEXT,
    action_name TEXT,
    data TEXT NOT NULL,
    PRIMARY KEY (sender_id, id)
);
CREATE INDEX events_by_age ON events (timestamp);
CREATE INDEX messages ON events (sender_id, id) WHERE type_name = 'user';

CREATE TABLE incoming (
    id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel TEXT NOT NULL,
    key TEXT NOT NULL,
    conversation TEXT NOT NULL,
    received DOUBLE PRECISION NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    content TEXT,
    replica TEXT NOT NULL,
    alive_until TIMESTAMPTZ NOT NULL,
    UNIQUE (channel, key)
);
CREATE INDEX unanswered ON incoming (channel, conversation, id) WHERE content IS NOT NULL;
CREATE INDEX incoming_by_age ON incoming (channel, received);

CREATE TABLE outgoing (
    id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    made DOUBLE PRECISION NOT NULL,
    content TEXT NOT NULL
);
CREATE INDEX outgoing_of_conversation ON outgoing (channel, conversation, id);

CREATE TABLE sending (
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    replica TEXT NOT NULL,
    alive_until TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (channel, conversation)
);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_UP)


def downgrade() -> None:
    """Drop them with everything in them."""
    op.execute("DROP TABLE sending, outgoing, incoming, events")
