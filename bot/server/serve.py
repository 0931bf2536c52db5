"""Serving the application with uvicorn."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from bot.errors import UsageError
from bot.server.app import create_app
from bot.server.running import Running
from bot.server.settings import Settings

LONGEST_FRAME_BYTES = 256 * 1024
SHUTDOWN_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Tls:
    """Paths of PEM files; without a certificate the server speaks plain HTTP."""

    certificate: Path | None = None
    key: Path | None = None
    authorities: Path | None = None
    password: str | None = None


def listen(host: str, port: int) -> socket.socket:
    """A socket that several workers accept from. Raises UsageError when the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port}: {error}") from error
    return listening


def serve(
    running: Running,
    settings: Settings,
    *,
    host: str,
    port: int,
    tls: Tls = Tls(),
    listening: socket.socket | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C; turns that have begun are finished first. `listening` takes the place of `host`
    and `port` where workers share them."""
    import uvicorn

    config = uvicorn.Config(
        create_app(running, settings),
        host=host,
        port=port,
        log_config=None,  # its lines go where all others go, and are masked there
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_max_size=LONGEST_FRAME_BYTES,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ssl_certfile=tls.certificate,
        ssl_keyfile=tls.key,
        ssl_ca_certs=str(tls.authorities) if tls.authorities else None,
        ssl_keyfile_password=tls.password,
    )
    server = uvicorn.Server(config)
    server.run(sockets=[listening] if listening else None)
    if not server.started:
        raise SystemExit(3)
