"""An association's page as one would write it in an afternoon: no cache, one query for each list."""
