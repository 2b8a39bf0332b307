"""The real worker, but with the resolver of the tests, and trusting the authority of the tests."""

import os
import socket

import requests.adapters

import worker
from tests.hostile.resolver import Resolver

#: Names the file with the certificate of that authority.
AUTHORITY = "TEST_AUTHORITY"

if __name__ == "__main__":
    socket.getaddrinfo = Resolver()
    requests.adapters.DEFAULT_CA_BUNDLE_PATH = os.environ[AUTHORITY]
    worker.main()
