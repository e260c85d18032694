"""The tables of a ledger file, as migrations: an older file opens in a newer version."""

from collections.abc import Callable, Iterable
from pathlib import Path

from sqlite_utils import Database, Migrations

from ledger.proof.chain import entry
from ledger.proof.tree import Frontier, leaf_hash

SCHEMA = Migrations("kaoping")
VIEWS = Path(__file__).with_name("views.sql")


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
        _guard(db, table)


@SCHEMA()
def m002_checkpoints_and_texts(db: Database) -> None:
    """The hash tree's state after each batch, and the texts that publications rest on, by digest."""
    db.table("checkpoints").create(
        {"batch": int, "size": int, "root": bytes, "peaks": bytes},
        pk="batch", strict=True, not_null={"size", "root", "peaks"},
    )  # fmt: skip
    db.table("texts").create(
        {"digest": bytes, "batch": int, "text": str}, pk="digest", strict=True, not_null={"batch", "text"}
    )
    frontier = Frontier()
    for number, last in db.execute("select number, last_position from batches order by number").fetchall():
        rows = db.execute(
            "select position, batch, row, occurrence, fact from events where position > ? and position <= ? order by position",
            (frontier.size, last),
        )
        for row in rows:
            frontier.push(leaf_hash(entry(*row)))
        db.table("checkpoints").insert(
            {"batch": number, "size": frontier.size, "root": frontier.root, "peaks": b"".join(frontier.peaks)}
        )
    for table in ("checkpoints", "texts"):
        _guard(db, table)


@SCHEMA()
def m004_changes_and_files(db: Database) -> None:
    """What a re-export says otherwise than the ledger knows; the bytes of files, compressed, where they are kept."""
    db.table("changes").create(
        {
            "batch": int, "row": int, "ticket": str, "unit": str, "kind": str, "field": str, "was": str, "now": str,
            "taken": int,
        },
        strict=True, not_null={"batch", "row", "ticket", "kind", "field", "taken"},
    )  # fmt: skip
    for column in ("batch", "ticket"):
        db.table("changes").create_index([column])
    db.table("files").create(
        {"batch": int, "digest": bytes, "data": bytes}, pk="batch", strict=True, not_null={"digest", "data"}
    )
    for table in ("changes", "files"):
        _guard(db, table)


@SCHEMA()
def m005_coverage(db: Database) -> None:
    """Which kinds each batch can tell, and the headings that its table lacked or had besides. A batch without one tells all."""
    db.table("coverage").create(
        {"batch": int, "tells": str, "absent": str, "unread": str, "assumed": int, "missing": str, "likely": str},
        pk="batch", strict=True, not_null={"tells", "absent", "unread", "assumed", "missing", "likely"},
    )  # fmt: skip
    _guard(db, "coverage")


@SCHEMA()
def m006_writers_and_parts(db: Database) -> None:
    """Who wrote each batch, and the rows of which only a part was taken. What there was before has neither."""
    db.execute('alter table batches add column "by" text')
    db.table("parts").create(
        {"batch": int, "row": int, "cells": str, "reasons": str},
        strict=True, not_null={"batch", "row", "cells", "reasons"},
    )  # fmt: skip
    db.table("parts").create_index(["batch"])
    _guard(db, "parts")


@SCHEMA()
def m007_views(db: Database) -> None:
    """Views for whoever reads the file with another program. They hold nothing, and nothing is hashed of them."""
    for statement in VIEWS.read_text("utf-8").split(";\n"):
        if "create view" in statement:
            db.execute(statement[statement.index("create view") :].strip())


@SCHEMA()
def m008_acts_of_changes(db: Database) -> None:
    """Of which act each change speaks: two rounds of one unit may both say otherwise. Of what there was before nobody recorded it."""
    db.execute('alter table changes add column "act" text')


@SCHEMA()
def m009_forms(db: Database) -> None:
    """What form each file had, whatever its profile is called. Of what there was before nobody recorded it."""
    db.execute('alter table coverage add column "form" text')


def _guard(db: Database, table: str) -> None:
    """Triggers that refuse whoever wants to change or delete a row."""
    for act in ("update", "delete"):
        db.execute(
            f"create trigger {table}_{act} before {act} on {table} begin "
            f"select raise(abort, 'the ledger only grows: follow a wrong fact with a void'); end"
        )


def bring_forward(db: Database) -> None:
    """Apply what a file lacks; the transaction is the caller's. When that was done is nobody's business, and the wall clock
    is not read here: the times that the library keeps are left empty."""
    SCHEMA.apply(db)
    db.execute("update _sqlite_migrations set applied_at = ''")


def expected() -> tuple[list[object], list[object]]:
    """(the schema's entries, the migrations) that every ledger of this version has."""
    memory = Database(memory=True)
    bring_forward(memory)
    found = schema_of(memory.execute), list(memory.execute("select * from _sqlite_migrations order by id"))
    memory.close()
    return found


def schema_of(execute: Callable[[str], Iterable[object]]) -> list[object]:
    """The entries of a schema; statistics that SQLite keeps for itself are no part of it."""
    sql = "select type, name, tbl_name, sql from sqlite_master where name not like 'sqlite_stat%' order by type, name"
    return list(execute(sql))
