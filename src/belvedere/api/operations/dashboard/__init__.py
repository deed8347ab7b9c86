"""Dashboards, their elements, filters and layouts."""
