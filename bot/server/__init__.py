"""The ASGI application: channels, the demo shop with the chat widget, and Rasa's HTTP API."""
