"""The API: the only door, and the only package that knows HTTP."""
