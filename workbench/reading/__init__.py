"""Reading: waiting photos are read, and each reading is recorded."""
