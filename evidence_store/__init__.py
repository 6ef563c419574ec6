"""Store bytes and log entries so that they can be proved later. No pixels, no catalog."""

from values import offline as offline
