"""Alerts to the care team, what is to happen at a time, and what is kept of the nurses' inbox."""

from alembic import op

revision = "0002"
down_revision = "0001"

_UP = """
CREATE TABLE alerts (
    row BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    number INTEGER NOT NULL,
    time DOUBLE PRECISION NOT NULL,
    centre TEXT NOT NULL,
    urgency TEXT NOT NULL,
    rank INTEGER NOT NULL,
    rule TEXT NOT NULL,
    kind TEXT NOT NULL,
    hand_over TEXT,
    state TEXT NOT NULL DEFAULT 'open',
    taken_by TEXT,
    taken_at DOUBLE PRECISION,
    note TEXT NOT NULL DEFAULT '',
    closed_by TEXT,
    closed_at DOUBLE PRECISION
);
CREATE INDEX alerts_of_conversation ON alerts (conversation, row);
CREATE INDEX alerts_not_closed ON alerts (rank, time) WHERE state != 'closed';
CREATE INDEX alerts_closed ON alerts (closed_at) WHERE state = 'closed';
CREATE TABLE deliveries (
    alert TEXT NOT NULL,
    receiver TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    first_try DOUBLE PRECISION NOT NULL,
    next_try DOUBLE PRECISION NOT NULL,
    done_at DOUBLE PRECISION,
    dead INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    replica TEXT,
    alive_until TIMESTAMPTZ,
    PRIMARY KEY (alert, receiver)
);
CREATE INDEX deliveries_waiting ON deliveries (receiver, next_try) WHERE done_at IS NULL;
CREATE TABLE timers (
    conversation TEXT NOT NULL,
    kind TEXT NOT NULL,
    due DOUBLE PRECISION NOT NULL,
    content TEXT NOT NULL,
    alive_until TIMESTAMPTZ,
    PRIMARY KEY (conversation, kind)
);
CREATE INDEX timers_by_time ON timers (due);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    who TEXT NOT NULL,
    begun DOUBLE PRECISION NOT NULL,
    active DOUBLE PRECISION NOT NULL
);
CREATE TABLE sign_ins (
    state TEXT PRIMARY KEY,
    browser TEXT NOT NULL,
    content TEXT NOT NULL,
    until DOUBLE PRECISION NOT NULL
);
CREATE TABLE audit (
    number BIGINT PRIMARY KEY,
    time TEXT NOT NULL,
    who TEXT NOT NULL,
    act TEXT NOT NULL,
    about TEXT NOT NULL,
    hash TEXT NOT NULL,
    seal TEXT NOT NULL
);
CREATE TABLE audit_end (one INTEGER PRIMARY KEY CHECK (one = 1), number BIGINT, seal TEXT);
CREATE FUNCTION audit_is_not_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is not changed'; END $$;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_not_changed();
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_UP)


def downgrade() -> None:
    """Drop them with everything in them, also the audit log."""
    op.execute("DROP TABLE audit_end, audit, sign_ins, sessions, timers, deliveries, alerts")
    op.execute("DROP FUNCTION audit_is_not_changed()")
