"""The commands of `nameplate`, one module a group; `workbench.__main__` runs them."""
