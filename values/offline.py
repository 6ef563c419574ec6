"""Keep third-party libraries from calling out to the network; import this before any of them.

Every package imports this module first, so that no entry point can load a library too early: the
libraries read the environment once, while they are imported. Child processes inherit it.
"""

from __future__ import annotations

import os
from typing import Final

SILENCED: Final = {
    # onnxruntime (1.31) sends events to mobile.events.data.microsoft.com and stores a device
    # identifier and an event queue in ~/.cache. Its own call, disable_telemetry_events(), comes too
    # late: measured in a network namespace, only this variable stops it.
    "ORT_DISABLE_TELEMETRY": "1",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    # Engines load their weights from installed packages, never from the network.
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}
"""Environment variable -> the value that stops its library from calling out."""

os.environ.update(SILENCED)
