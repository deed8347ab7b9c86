"""LookML projects that are served, and the models they are configured to serve."""
