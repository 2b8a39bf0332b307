"""The site that is counted: on loopback, and some of its pages are slow."""

import http.server
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from chaos.pages import Page


@contextmanager
def serving(pages: Iterable[Page]) -> Iterator[str]:
    """Serve these pages; gives the address that their paths follow."""
    by_path = {page.path: page for page in pages}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = by_path.get(self.path)
            if page is None:
                self.send_error(404)
                return
            half = len(page.body) // 2
            try:
                self.send_response(200)
                self.send_header("Content-Type", page.content_type)
                self.send_header("Content-Length", str(len(page.body)))
                self.end_headers()
                self.wfile.write(page.body[:half])
                time.sleep(page.delay)
                self.wfile.write(page.body[half:])
            except ConnectionError:
                pass  # whoever asked was killed meanwhile

        def log_message(self, format: str, *args: object) -> None:
            """The terminal is for the faults."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
