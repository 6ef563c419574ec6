"""Cases and what is in them: exhibits, their pictures, and finding a value in any of them."""
