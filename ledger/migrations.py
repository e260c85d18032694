"""The tables of a ledger file, as migrations: an older file opens in a newer version."""

from sqlite_utils import Database, Migrations

APPLICATION = 0x4B616F70  # "Kaop": how a file says that it is a ledger of ours (SQLite's application_id)
SCHEMA = Migrations("kaoping")


@SCHEMA()
def m001_events_and_batches(db: Database) -> None:
    """Events, the batches that brought them, and the rows that became nothing."""
    db.table("batches").create(
        {
            "number": int, "name": str, "sha256": str, "profile": str, "recorded_at": int, "rows": int,
            "accepted": int, "known": int, "quarantined": int, "ignored": int, "events_added": int,
            "last_position": int, "head": bytes, "checkpoint": bytes,
        },
        pk="number", strict=True,
        not_null={
            "name", "sha256", "profile", "recorded_at", "rows", "accepted", "known", "quarantined", "ignored",
            "events_added", "last_position", "head", "checkpoint",
        },
    )  # fmt: skip
    db.table("events").create(
        {
            "position": int, "key": bytes, "kind": str, "ticket": str, "fact": str, "occurrence": int,
            "batch": int, "row": int, "hash": bytes,
        },
        pk="position", strict=True, not_null={"key", "kind", "fact", "occurrence", "batch", "row", "hash"},
    )  # fmt: skip
    db.table("events").create_index(["key"], unique=True)
    db.table("events").create_index(["ticket"])
    db.table("events").create_index(["kind"])
    db.table("quarantine").create(
        {"batch": int, "row": int, "cells": str, "reasons": str},
        strict=True, not_null={"batch", "row", "cells", "reasons"},
    )  # fmt: skip
    db.table("quarantine").create_index(["batch"])
    for table in ("events", "batches", "quarantine"):
        for act in ("update", "delete"):
            db.execute(
                f"create trigger {table}_{act} before {act} on {table} begin "
                f"select raise(abort, 'the ledger only grows: follow a wrong fact with a void'); end"
            )
