"""The starter shop's actions: rasa_sdk classes, run in the bot's process or on an action server."""
