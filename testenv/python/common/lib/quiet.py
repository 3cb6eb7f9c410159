"""One API call of lightkube's HTTP client would otherwise become about twenty `juju-log` calls."""

import logging

for chatty in ["httpx2", "httpcore2", "httpx", "httpcore"]:
    logging.getLogger(chatty).setLevel(logging.WARNING)
