"""Queries: stored, run now or as tasks, stopped; SQL that people write."""
