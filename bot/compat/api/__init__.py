"""What custom code of a Rasa project imports: Rasa's names and signatures, over this framework's own parts.

Written from the interfaces of Rasa Open Source 3.6.21. Each module's `__all__` is what its paths serve.
"""
