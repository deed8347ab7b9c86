"""How fast Belvedere is, beside the bare database and a bare web server on the same machine."""
