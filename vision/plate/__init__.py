"""From lines to what a plate says, and how far that is vouched for."""
