"""What staff see of the reach: for one entry, for all together, and what they may give to others."""
