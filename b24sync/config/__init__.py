"""The configuration: finding it, reading it, and saying everything that is wrong with it at once."""
