"""Rows as the API shows them, one module a subject."""
