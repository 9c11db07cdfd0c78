"""The web app's logs, as the environment wants them; see ``lstm_engine.runs.logs``."""

import logging
from typing import Any

from streamlit import logger as streamlit_logger

from dashboard.serving.watching import Watched, log_request
from lstm_engine.runs.logs import as_json, set_up_logs


def set_up_server_logs(watched: Watched) -> None:
    """As JSON, if asked: Streamlit's and uvicorn's too, and then a line for each request.

    To be called when the server starts: uvicorn sets its own up before that.
    """
    if not as_json():
        return
    set_up_logs()

    def leave_to_ours(logger: Any) -> None:
        logger.propagate = True

    streamlit_logger.setup_formatter = leave_to_ours  # which gives each new logger of Streamlit's a handler of its own
    make = streamlit_logger.get_logger

    def made(name: str) -> logging.Logger:
        logger = make(name)
        logger.propagate = True
        return logger

    streamlit_logger.get_logger = made
    if log_request not in watched.tell:
        watched.tell.append(log_request)
