"""Where the workbench and its screens meet: `streamlit run app.py`."""

from __future__ import annotations

import streamlit as st

from ui import shell
from workbench.errors import WorkbenchError
from workbench.settings import Settings
from workbench.workbench import Workbench


@st.cache_resource(
    show_spinner=False, hash_funcs={Settings: repr}, on_release=lambda workbench: workbench.close()
)
def open_workbench(settings: Settings) -> Workbench:
    """One workbench for each set of settings, shared by everybody this process serves."""
    return Workbench.open(settings)


def main() -> None:
    """Read the settings once, open the store, and hand it to the screens."""
    try:
        workbench = open_workbench(Settings.from_environment())
    except WorkbenchError as error:
        shell.refuse(error.diagnostics())
        return
    shell.run(workbench)


main()
