"""Run this query as this person: the one place where people and the compiler meet."""
