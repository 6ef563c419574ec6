"""Match readings to catalog units: strings in, explained candidates out. No pixels, no storage."""

from values import offline as offline
