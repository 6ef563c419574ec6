"""How makers number their units, and how many units there must be."""
