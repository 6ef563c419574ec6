"""The case file: one frozen value in; a PDF and a self-contained HTML page out."""
