"""Match a reading to catalog units: which compete, which are identified, which only lead."""
