"""Signing in with another service: what it says of people, and what becomes of it here."""
