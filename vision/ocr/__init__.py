"""OCR engines and their output: lines of text with alternatives for each character."""
