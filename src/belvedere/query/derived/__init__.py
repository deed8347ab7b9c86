"""Persistent derived tables: which there are, making them, and keeping them up to date."""
