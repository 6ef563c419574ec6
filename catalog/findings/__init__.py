"""What a candidate means, and a search and its findings as they are kept."""
