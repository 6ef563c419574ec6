"""The reading queue: which photos wait, and which program reads which."""
