"""Serve moto on a free loopback port until standard input ends.

The Go package beside this file starts it and holds the other end of standard input. When the test
binary is gone, however it went, that end closes, and this process ends with it. The first line on
standard output is the port.
"""

import os
import sys

from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
print(port, flush=True)
sys.stdin.buffer.read()
os._exit(0)  # at once: threads may still be answering somebody who no longer listens
