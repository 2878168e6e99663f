"""Wagtail as `wagtail start` sets it up, with a home page like the site's profile."""
