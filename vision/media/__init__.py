"""Files from outside as pictures: photos, clips and archives, and what they say of themselves."""
