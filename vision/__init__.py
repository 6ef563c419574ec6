"""Read what a picture shows: pixels in, readings out. Knows no storage, catalog or screen."""

from values import offline as offline
