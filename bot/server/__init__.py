"""The ASGI application: channels, the chat page and Rasa's HTTP API."""
