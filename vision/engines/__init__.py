"""The readers of text, one module each; `vision.ocr.engine` knows them by name."""
