"""A chained audit log that the database itself keeps append-only; erasures, legal holds, erased rows."""

import secrets

import sqlalchemy as sa
from alembic import op

from integration.store.audit_chain import content_of, digest_of, hash_after
from integration.store.migrations.columns import ID, JSON, MOMENT
from integration.store.tables.base import Json, Moment

revision = "0009"
down_revision = "0008"

CHAIN = ("seq", "salt", "content", "digest", "hash")
FIXED = ("id", "at", "actor", "action", "content", "digest")
SQLITE_SAME = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in (*FIXED, "seq", "hash"))
POSTGRESQL_SAME = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in FIXED)
ERASED = """NEW.salt IS NULL AND NEW.subject = 'erased' AND NEW."before" IS NULL AND NEW."after" IS NULL"""
UNTOUCHED = " AND ".join(
    f'NEW."{name}" IS NOT DISTINCT FROM OLD."{name}"' for name in ("subject", "before", "after", "salt")
)

SQLITE = (
    "CREATE TRIGGER audit_log_is_kept BEFORE DELETE ON audit_log"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    f"CREATE TRIGGER audit_log_is_unchanged BEFORE UPDATE ON audit_log WHEN NOT ({SQLITE_SAME} AND {ERASED})"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
)
# Any number will do as long as nobody else on this database takes the same.
POSTGRESQL = (
    """
    CREATE FUNCTION makegood_chain_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE last record;
    BEGIN
      PERFORM pg_advisory_xact_lock(7205120932);
      SELECT seq, hash INTO last FROM audit_log WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1;
      UPDATE audit_log
        SET seq = coalesce(last.seq, 0) + 1,
            hash = encode(sha256(convert_to(coalesce(last.hash, '') || digest, 'UTF8')), 'hex')
        WHERE id = NEW.id;
      RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION makegood_guard_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        IF {POSTGRESQL_SAME} THEN
          IF OLD.seq IS NULL AND OLD.hash IS NULL AND {UNTOUCHED} THEN RETURN NEW; END IF;
          IF NEW.seq IS NOT DISTINCT FROM OLD.seq AND NEW.hash IS NOT DISTINCT FROM OLD.hash
             AND {ERASED} THEN RETURN NEW; END IF;
        END IF;
      END IF;
      RAISE EXCEPTION 'the audit log is append-only';
    END $$
    """,
    "CREATE CONSTRAINT TRIGGER audit_log_is_chained AFTER INSERT ON audit_log DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION makegood_chain_audit_log()",
    "CREATE TRIGGER audit_log_is_unchanged BEFORE UPDATE OR DELETE ON audit_log"
    " FOR EACH ROW EXECUTE FUNCTION makegood_guard_audit_log()",
    "CREATE TRIGGER audit_log_is_kept BEFORE TRUNCATE ON audit_log"
    " FOR EACH STATEMENT EXECUTE FUNCTION makegood_guard_audit_log()",
)


def upgrade() -> None:
    with op.batch_alter_table("audit_log") as table:
        table.add_column(sa.Column("seq", ID))
        table.add_column(sa.Column("salt", sa.String(32)))
        table.add_column(sa.Column("content", sa.String(64)))
        table.add_column(sa.Column("digest", sa.String(64)))
        table.add_column(sa.Column("hash", sa.String(64)))
    _chain()
    with op.batch_alter_table("audit_log") as table:
        table.alter_column("content", existing_type=sa.String(64), nullable=False)
        table.alter_column("digest", existing_type=sa.String(64), nullable=False)
        table.create_unique_constraint("uq_audit_log_seq", ["seq"])
    for statement in SQLITE if _is_sqlite() else POSTGRESQL:
        op.execute(statement)
    _privacy()


def downgrade() -> None:
    for name in ("tickets", "requesters"):
        op.drop_column(name, "is_erased")
    op.drop_table("holds")
    op.drop_table("erasures")
    names = ("audit_log_is_kept", "audit_log_is_unchanged")
    if _is_sqlite():
        for name in names:
            op.execute(f"DROP TRIGGER {name}")
    else:
        for name in (*names, "audit_log_is_chained"):
            op.execute(f"DROP TRIGGER {name} ON audit_log")
        op.execute("DROP FUNCTION makegood_chain_audit_log()")
        op.execute("DROP FUNCTION makegood_guard_audit_log()")
    with op.batch_alter_table("audit_log") as table:
        table.drop_constraint("uq_audit_log_seq", type_="unique")
        for name in CHAIN:
            table.drop_column(name)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _chain() -> None:
    """Chain what was written before there was a chain, in the order of the ids."""
    log = sa.table(
        "audit_log",
        sa.column("id", ID),
        sa.column("at", Moment),
        *(sa.column(name, sa.String) for name in ("actor", "action", "subject", *CHAIN[1:])),
        sa.column("before", Json),
        sa.column("after", Json),
        sa.column("seq", ID),
    )
    conn, last, seq, end = op.get_bind(), 0, 0, ""
    change = (
        sa.update(log)
        .where(log.c.id == sa.bindparam("row"))
        .values({name: sa.bindparam(f"new_{name}") for name in CHAIN})
    )
    while rows := conn.execute(sa.select(log).where(log.c.id > last).order_by(log.c.id).limit(1000)).all():
        chained = []
        for row in rows:
            salt = secrets.token_hex(16)
            content = content_of(salt, row.subject, row.before, row.after)
            digest = digest_of(row.at, row.actor, row.action, content)
            seq, end, last = seq + 1, hash_after(end, digest), row.id
            values = dict(zip(CHAIN, (seq, salt, content, digest, end), strict=True))
            chained.append({"row": row.id} | {f"new_{name}": value for name, value in values.items()})
        conn.execute(change, chained)


def _privacy() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("subject", sa.String(40)),
        sa.Column("mark", sa.String(64)),
        sa.Column("cause", sa.String(30), nullable=False),
        sa.Column("asked_by", sa.String(60), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT),
        sa.Column("removed", JSON),
        sa.Column("receipt", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    waiting = sa.text("done_at IS NULL")
    for name, columns, is_unique in (
        ("uq_erasures_subject_cause_waiting", ["subject", "cause"], True),
        ("ix_erasures_due_at_waiting", ["due_at"], False),
    ):
        op.create_index(
            name,
            "erasures",
            columns,
            unique=is_unique,
            sqlite_where=waiting,
            postgresql_where=waiting,
        )
    op.create_table(
        "holds",
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("placed_by", sa.String(60), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_holds"),
    )
    for name in ("tickets", "requesters"):
        op.add_column(name, sa.Column("is_erased", sa.Boolean, nullable=False, server_default=sa.false()))
