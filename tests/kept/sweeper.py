"""Sweeps again and again, for whom a day has a second."""

from imrap_site.keeping import sweeping

sweeping.DAY = 1
while True:
    list(sweeping.sweep())
