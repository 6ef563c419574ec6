"""From a reading to catalog units: which compete, which identify, and what only leads."""
