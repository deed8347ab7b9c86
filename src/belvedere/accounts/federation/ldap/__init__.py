"""Signing in with an LDAP directory (RFC 4511): binding as somebody, and looking them up."""
