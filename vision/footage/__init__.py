"""Video clips: select the moments worth reading, and combine frames."""
