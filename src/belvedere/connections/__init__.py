"""Stored connections to databases, and the engines opened for them."""
