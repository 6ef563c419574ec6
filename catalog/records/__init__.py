"""Register records, and the rules for interpreting what people write in their cells."""
