"""Kefu (客服): a customer-service bot framework that a shop can run by itself."""

__version__ = "0.1.0"
