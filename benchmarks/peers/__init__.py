"""What the site is measured beside. Each of them holds content like the site's, and no more code."""
