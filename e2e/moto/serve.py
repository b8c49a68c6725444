"""Serve moto on a free loopback port until standard input ends.

The Go package beside this file starts it and holds the other end of standard input. When the test
binary is gone, however it went, that end closes, and this process ends with it. The first line on
standard output is the port.

moto takes no locks: two requests at once can both meet one condition, undo each other, or fail over
a list that the other changes. DynamoDB does none of that, so its requests are answered one by one.
"""

import os
import sys
import threading

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

dispatch = DomainDispatcherApplication(create_backend_app)
turn = threading.Lock()


def app(environ, start_response):
    if not environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
        return dispatch(environ, start_response)
    with turn:
        return list(dispatch(environ, start_response))


server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=MotoRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.buffer.read()
os._exit(0)  # at once: threads may still be answering somebody who no longer listens
