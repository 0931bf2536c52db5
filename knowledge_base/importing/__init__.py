"""Reading a shop's data from files: formats, foreign shapes, checks, and writing rows. The door is importer.py."""
