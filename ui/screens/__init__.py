"""One module per screen; `render(workbench)` shows it."""
