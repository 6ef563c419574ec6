"""Match a reading to catalog units: which compete, which are identified, and which are only leads.
"""
