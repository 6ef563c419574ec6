"""Keys: private keys on disk under a passphrase, and signatures made with them."""
