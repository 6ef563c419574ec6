"""How makers number their units, and how many units are assumed to exist."""
