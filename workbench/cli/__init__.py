"""The commands of `nameplate`, one module per group; `workbench.__main__` runs them."""
