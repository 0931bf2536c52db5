"""The version of Rasa whose protocols are spoken here; clients ask for it."""

RASA_VERSION = "3.6.21"
MINIMUM_COMPATIBLE_VERSION = "3.6.21"
