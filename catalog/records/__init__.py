"""What stands in registers: records, and rules for reading what people write in their cells."""
