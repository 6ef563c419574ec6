"""Whether two photos are copies of one exposure, or show one object."""
