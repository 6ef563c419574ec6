"""The signed folder that leaves the building: sealing, verifying, signing, redacting."""
