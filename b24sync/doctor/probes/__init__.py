"""Probes of the portal at hand, one module each: what no documentation proves."""
