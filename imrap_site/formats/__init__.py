"""How each language writes dates on staff pages, where Django's own way is not this site's."""
