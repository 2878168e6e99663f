"""Nothing gets lost: backups, the way back from one, and the sweep of what nobody holds."""
