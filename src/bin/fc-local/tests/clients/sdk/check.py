"""Has one SDK do everything to a running server: check.py CLIENT ZIP_OF_VERSION_1 ZIP_OF_VERSION_2 SCRATCH.

Prints the client's version, then each operation with its outcome and, where it failed, the reason, as JSON lines. The
server's address and the keys come from FC_ENDPOINT, ACCESS_KEY_ID and ACCESS_KEY_SECRET.
"""
import importlib.metadata
import json
import logging
import sys
import warnings
from pathlib import Path

from clients import CLIENTS
from operations import Operations, run

warnings.simplefilter("ignore")
# The SDKs log each error that the operations want to see.
logging.disable()
name, first, second, scratch = sys.argv[1:]
print(json.dumps(importlib.metadata.version(name)))
packages = [Path(file).read_bytes() for file in (first, second)]
for outcome in run(Operations(CLIENTS[name](), packages, scratch)):
    print(json.dumps(outcome), flush=True)
