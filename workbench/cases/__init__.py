"""Cases and their contents: exhibits, pictures of them, and the search over all readings."""
