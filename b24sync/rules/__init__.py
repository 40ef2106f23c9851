"""Rules: matching events, expressions and texts, people, linked values."""
