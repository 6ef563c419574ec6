"""Every sentence that people read, by identifier: leaves give the identifier and its parameters."""

from values import offline as offline
