"""The commands of `python -m workbench`, one module a group; `workbench.__main__` runs them."""
