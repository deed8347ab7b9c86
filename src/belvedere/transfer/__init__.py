"""Moving an instance's people and content: out of a running instance into files, and into one.

Both ends are spoken to by the API alone, so either can be this program or the original. What is
moved are documents (`documents.py`): plain data with a key that means the same everywhere (an
e-mail address, a name, a path of folders) in place of ids. `reading.py` makes them of an
instance, `writing.py` brings an instance into line with them; doing it again changes nothing.
"""
