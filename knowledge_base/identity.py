"""Finding out who is writing. These are the only look-ups that see every customer, and they return one or nobody.

A look-up that matches two people finds nobody: guessing would show one of them the other's orders.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from knowledge_base.identifiers import email_key, name_key, phone_key, zip_key
from knowledge_base.models import Customer
from knowledge_base.sessions import UNSCOPED, ShopSession


def find_customer_by_email(session: ShopSession, email: str) -> Customer | None:
    """The customer with this e-mail address; case and spaces do not matter."""
    key = email_key(email)
    return _only(session, Customer.email_key == key) if key else None


def find_customer_by_phone(session: ShopSession, phone: str) -> Customer | None:
    """The customer with this phone number, with or without country code and spaces."""
    key = phone_key(phone)
    return _only(session, Customer.phone_key == key) if key else None


def find_customer_by_name_and_zip(session: ShopSession, first_name: str, last_name: str, zip: str) -> Customer | None:
    """The customer of this name with an address of this postcode.

    First and last name may be swapped, and either argument may hold the whole name ("Li Wei", 李伟).
    """
    whole = "".join(f"{last_name}{first_name}".split())
    reverse = "".join(f"{first_name}{last_name}".split())
    key = name_key(first_name, last_name)
    if not key:
        return None
    matches = (Customer.name_key == key) | Customer.name_zh.in_((whole, reverse))
    found = [customer for customer in _all(session, matches) if _lives_in(customer, zip)]
    return found[0] if len(found) == 1 else None


def _lives_in(customer: Customer, zip: str) -> bool:
    return any(zip_key(address.zip) == zip_key(zip) for address in customer.addresses)


def _only(session: ShopSession, condition: ColumnElement[bool]) -> Customer | None:
    found = _all(session, condition)
    return found[0] if len(found) == 1 else None


def _all(session: ShopSession, condition: ColumnElement[bool]) -> list[Customer]:
    statement = select(Customer).where(condition).options(selectinload(Customer.addresses)).limit(20)
    return list(session.scalars(statement, execution_options=UNSCOPED))
