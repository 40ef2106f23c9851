"""The SQLite database: the only SQL."""
