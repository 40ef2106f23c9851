"""Building and sending mail."""
