"""placeholder until the search is in"""
