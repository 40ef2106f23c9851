"""The portal over HTTP: the only user of requests."""
