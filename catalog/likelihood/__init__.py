"""How probable a reading is under each serial, and the weight of evidence that follows."""
