"""Django's SQLite backend, which never makes an empty database in the place of a lost one."""
