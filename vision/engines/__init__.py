"""The OCR engines, one module each; `vision.ocr.engine` knows them by name."""
