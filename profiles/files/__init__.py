"""Uploaded files: refused in words or kept, read, and stored under names made from their content."""
