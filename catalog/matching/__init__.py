"""From a reading to catalog units: how many there are, which identify, and what only leads."""
