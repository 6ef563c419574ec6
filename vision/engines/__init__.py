"""The readers of text, one module each; `vision.engine` knows them by name."""
