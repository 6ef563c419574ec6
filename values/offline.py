"""Nothing that we load calls home: said to it before it is imported.

Every room imports this first, so that no entry point can load a library before it is told. The
libraries look at the environment once, while they are imported, and processes that we start
inherit it.
"""

from __future__ import annotations

import os
from typing import Final

SILENCED: Final = {
    # onnxruntime (1.31) sends events to mobile.events.data.microsoft.com and keeps a device
    # identifier and a queue of events in ~/.cache. Its own call, disable_telemetry_events(), is
    # asked too late: measured in a network of its own, only this variable stops it.
    "ORT_DISABLE_TELEMETRY": "1",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    # Readers take their weights from the packages that are installed, never from the network.
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}
"""Variable of the environment -> the value that keeps its library from calling out."""

os.environ.update(SILENCED)
