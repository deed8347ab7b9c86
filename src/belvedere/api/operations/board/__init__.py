"""Boards, their sections and items."""
