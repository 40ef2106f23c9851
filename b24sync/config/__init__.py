"""The configuration: find, parse, cross-check."""
