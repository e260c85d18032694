"""Bytes of a file -> tables: a header, and rows with the place they stand at, not understood. What a file is, its content says."""

from ledger.intake.tables.files import FileTables, UnreadTable, read_table, read_tables
from ledger.intake.tables.table import Cell, LogTable, Nested, Row

__all__ = ["Cell", "FileTables", "LogTable", "Nested", "Row", "UnreadTable", "read_table", "read_tables"]
