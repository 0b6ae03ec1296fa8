"""The database: SQLite in WAL mode by default. Only control opens it."""
