"""How messages come in and replies go out: REST, WebSocket, callback, terminal."""
