"""Finding products and articles by what customers say, in both languages."""

from knowledge_base.search.embedders import Embedder, Embedding, Entries, WordEmbedder
from knowledge_base.search.filters import Filters, parse_filters
from knowledge_base.search.finding import Hit, search_articles, search_products
from knowledge_base.search.index import refresh
from knowledge_base.search.vectors import embed_missing, is_embedded
from knowledge_base.search.vocabulary import vocabulary_of

__all__ = [
    "Embedder",
    "Embedding",
    "Entries",
    "Filters",
    "Hit",
    "WordEmbedder",
    "embed_missing",
    "is_embedded",
    "parse_filters",
    "refresh",
    "search_articles",
    "search_products",
    "vocabulary_of",
]
