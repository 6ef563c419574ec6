"""From lines of text to the fields of a plate, and to how far each value can be relied on."""
