"""A server that hands a model out, for tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Models:
    """Hands `archive` out, with an ETag by which it is asked for once."""

    def __init__(self, archive: Path) -> None:
        self.archive = archive

    @contextmanager
    def served(self) -> Iterator[str]:
        """The URL of the server."""
        models = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                etag = f'"{models.archive.name}"'
                fresh = self.headers["If-None-Match"] != etag
                self.send_response(200 if fresh else 304)
                self.send_header("ETag", etag)
                self.send_header("filename", models.archive.name)
                self.end_headers()
                if fresh:
                    self.wfile.write(models.archive.read_bytes())

            def log_message(self, format: str, *arguments: Any) -> None:
                """Nothing on the terminal."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
