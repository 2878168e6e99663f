"""How fast the site is, beside others on the same machine in the same minutes: `make bench`."""
