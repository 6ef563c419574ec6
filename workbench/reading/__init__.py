"""Reading: photos that wait are read, and each reading is recorded."""
