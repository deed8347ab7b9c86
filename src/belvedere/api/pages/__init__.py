"""The few pages that people see: signing in and out, passwords, letting programs in.

They work without JavaScript, are sent by nobody else's frame, and change things by POST only.
"""
