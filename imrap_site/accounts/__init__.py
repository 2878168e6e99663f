"""Who may enter: sign-in, the second factor, people and their groups."""
