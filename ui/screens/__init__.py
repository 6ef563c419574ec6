"""One module a screen; each shows with `render(workbench)`."""
