"""How probable a reading is under each serial, and what that weighs."""
