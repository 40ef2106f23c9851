"""Polling, planning and running: the program's heart."""
