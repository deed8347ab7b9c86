"""A store of values by namespace and key, for programs that run on top of this one."""
