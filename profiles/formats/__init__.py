"""An entry in other people's forms: citations, structured data, feeds, maps, icons."""
