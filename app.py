"""Where the workbench and its screens meet: `streamlit run app.py`, or `python app.py`."""

from __future__ import annotations

from values import offline  # isort: skip - first, before anything that could call out

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import server, shell
from values.errors import NameplateError
from words import en
from workbench import logs
from workbench.settings import Settings
from workbench.workbench import Workbench

__all__ = ["app", "offline"]


@st.cache_resource(
    show_spinner=False, hash_funcs={Settings: repr}, on_release=lambda workbench: workbench.close()
)
def open_workbench(settings: Settings) -> Workbench:
    """One workbench for each set of settings, shared by everybody this process serves."""
    return Workbench.open(settings)


def main() -> None:
    """Read the settings once, open the store, and hand it to the screens."""
    try:
        logs.configure()
        workbench = open_workbench(Settings.from_environment())
    except NameplateError as error:
        shell.refuse(en.said(error))
        return
    shell.run(workbench)


# Streamlit runs this file for every screen that it shows, and loads it once to serve `app`.
if get_script_run_ctx(suppress_warning=True) is not None:
    main()
else:
    app = st.App(__file__, middleware=server.middleware())
    if __name__ == "__main__":
        app.run(config=server.local())
