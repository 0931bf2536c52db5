"""From how customers name things to rows: products, variants and the lines of their orders."""

from knowledge_base.linking.kinds import is_called, kinds, own_names, spelled_out
from knowledge_base.linking.products import Candidate, Linking, link_lines, link_products
from knowledge_base.linking.variants import (
    Comparison,
    VariantChoice,
    VariantMatch,
    choose_variant,
    comparison_of,
    resolve_options,
)

__all__ = [
    "Candidate",
    "Comparison",
    "Linking",
    "VariantChoice",
    "VariantMatch",
    "choose_variant",
    "comparison_of",
    "is_called",
    "kinds",
    "link_lines",
    "link_products",
    "own_names",
    "resolve_options",
    "spelled_out",
]
