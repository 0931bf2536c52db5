"""Serving the application with uvicorn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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


def serve(running: Running, settings: Settings, *, host: str, port: int, tls: Tls = Tls()) -> None:
    """Serve until SIGTERM or Ctrl-C; turns that have begun are finished first."""
    import uvicorn

    uvicorn.run(
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
