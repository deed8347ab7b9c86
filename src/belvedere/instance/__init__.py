"""Settings of the whole instance that administrators change while it runs."""
