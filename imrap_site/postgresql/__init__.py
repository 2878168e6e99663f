"""Django's backend for PostgreSQL, with few connections that are looked at before they are used."""
