"""Django finds its formats here."""
