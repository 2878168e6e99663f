"""Finding entries by words, whatever their accents and endings.

The index holds nothing that the entries do not: it may be lost, and `rebuild` makes it anew.
"""

from profiles.search.indexing import forget, index, index_all, matching, rebuild, rebuild_if_stale

__all__ = ["forget", "index", "index_all", "matching", "rebuild", "rebuild_if_stale"]
