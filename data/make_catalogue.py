"""Write the demo catalogue of the starter shop to data/catalogue/, always the same for the same sources.

    python data/make_catalogue.py [FOLDER]

The authored content is in data/catalogue_source/*.toml; prices, stock, addresses and the courses of orders that nobody
wrote by hand are drawn with a fixed seed.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from catalogue_source.articles import article_rows
from catalogue_source.attributes import attribute_rows
from catalogue_source.clock import AS_OF, stamp
from catalogue_source.coupons import coupon_rows
from catalogue_source.customers import customer_rows
from catalogue_source.orders import member_levels, order_rows
from catalogue_source.products import authored_products, category_rows, product_rows
from catalogue_source.reader import Row

SEED = 20261120
FOLDER = Path(__file__).parent / "catalogue"


def catalogue() -> dict[str, list[Row]]:
    """Return the rows of every file, keyed by file name."""
    authored = authored_products()
    # One generator a table, so that a new product does not change every order and address.
    products = product_rows(authored, random.Random(SEED))
    customers = customer_rows(random.Random(SEED + 1))
    coupons = coupon_rows()
    orders = order_rows(customers, products, coupons, random.Random(SEED + 2))
    member_levels(customers, orders)
    return {
        "categories.jsonl": category_rows(),
        "attributes.jsonl": attribute_rows(authored),
        "products.jsonl": products,
        "customers.jsonl": customers,
        "orders.jsonl": orders,
        "coupons.jsonl": coupons,
        "articles.jsonl": article_rows(),
    }


def write(folder: Path) -> dict[str, int]:
    """Write all files to `folder` and return how many rows each has."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {"as_of": stamp(AS_OF), "relative_dates": True, "currency": "CNY"}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    tables = catalogue()
    for name, rows in tables.items():
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / name).write_text(text, encoding="utf-8")
    return {name: len(rows) for name, rows in tables.items()}


if __name__ == "__main__":
    for name, count in write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER).items():
        print(f"{name:20} {count:5}")
