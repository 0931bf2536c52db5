"""The neutral import format: one pydantic model for each kind of record (see docs of `import_folder`)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo


def _shifted(value: datetime, info: ValidationInfo) -> datetime:
    """Times without a zone are UTC; a demo's times move with the calendar."""
    moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    shift: timedelta = (info.context or {}).get("shift", timedelta())
    return moment + shift


def _as_list(value: Any) -> Any:
    """A list in a CSV cell: values separated by |."""
    if isinstance(value, str):
        return [part.strip() for part in value.split("|") if part.strip()]
    return [] if value is None else value


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _not_empty(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


Id = Annotated[str, BeforeValidator(_as_text), AfterValidator(_not_empty), Field(max_length=64)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else _as_text(value))]
Texts = Annotated[list[str], BeforeValidator(_as_list)]
Money = Annotated[Decimal, BeforeValidator(_as_text), Field(ge=0, max_digits=12)]
SignedMoney = Annotated[Decimal, BeforeValidator(_as_text), Field(max_digits=12)]
Moment = Annotated[datetime, AfterValidator(_shifted)]


class Record(BaseModel):
    """What all records share: unknown fields are reported by the importer, not silently kept."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


class CategoryRecord(Record):
    id: Id
    parent_id: Id | None = None
    name_en: Text = ""
    name_zh: Text = ""
    synonyms_en: Texts = []
    synonyms_zh: Texts = []


class AttributeRecord(Record):
    name: Id
    value: Id
    name_en: Text = ""
    name_zh: Text = ""
    value_en: Text = ""
    value_zh: Text = ""
    synonyms_en: Texts = []
    synonyms_zh: Texts = []


class VariantRecord(Record):
    id: Id
    product_id: Id | None = None
    options: dict[str, Annotated[str, BeforeValidator(_as_text)]] = {}
    price: Money
    list_price: Money | None = None
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    available: bool = True
    stock: Annotated[int, Field(ge=0)] | None = None
    available_from: Moment | None = None


class ProductRecord(Record):
    id: Id
    category_id: Id | None = None
    brand: str | None = None
    name_en: Text = ""
    name_zh: Text = ""
    synonyms_en: Texts = []
    synonyms_zh: Texts = []
    description_en: Text = ""
    description_zh: Text = ""
    facts: list[dict[str, str]] = []
    complements: Texts = []
    image: str | None = None
    variants: list[VariantRecord] | None = None


class AddressRecord(Record):
    id: Id | None = None
    customer_id: Id | None = None
    label: str | None = None
    recipient: str | None = None
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    state: Text = ""
    country: Text = ""
    zip: Text = ""
    phone: Annotated[str, BeforeValidator(_as_text)] | None = None
    is_default: bool = False


class PaymentMethodRecord(Record):
    id: Id
    customer_id: Id | None = None
    kind: Literal["credit_card", "debit_card", "paypal", "gift_card", "alipay", "wechat_pay", "huabei", "apple_pay"]
    label: str | None = None
    last_four: Annotated[str, BeforeValidator(_as_text), Field(pattern="^[0-9]{4}$")] | None = None
    balance: Money | None = None


class CustomerRecord(Record):
    id: Id
    first_name: Text = ""
    last_name: Text = ""
    name_zh: str | None = None
    email: str | None = None
    phone: Annotated[str, BeforeValidator(_as_text)] | None = None
    language: Literal["zh", "en"] = "en"
    member_level: str | None = None
    addresses: list[AddressRecord] | None = None
    payment_methods: list[PaymentMethodRecord] | None = None


class OrderAddress(Record):
    recipient: str | None = None
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    state: Text = ""
    country: Text = ""
    zip: Text = ""
    phone: Annotated[str, BeforeValidator(_as_text)] | None = None


class OrderLineRecord(Record):
    id: Id | None = None
    variant_id: Id
    quantity: int = Field(default=1, gt=0)
    unit_price: Money


class PaymentRecord(Record):
    id: Id | None = None
    method_id: Id | None = None
    kind: Literal["payment", "refund"] = "payment"
    amount: Money
    at: Moment | None = None
    status: Literal["completed", "pending", "failed"] = "completed"
    expected_at: Moment | None = None


class ShipmentEventRecord(Record):
    at: Moment
    kind: Literal["picked_up", "in_transit", "customs", "out_for_delivery", "delivered", "failed_attempt", "exception"]
    place_en: Text = ""
    place_zh: Text = ""
    note_en: Text = ""
    note_zh: Text = ""


class ShipmentRecord(Record):
    id: Id | None = None
    tracking_number: Id
    carrier: str | None = None
    shipped_at: Moment | None = None
    estimated_at: Moment | None = None
    delivered_at: Moment | None = None
    line_ids: Texts = []
    events: list[ShipmentEventRecord] = []


class ReturnLineRecord(Record):
    line_id: Id
    quantity: int = Field(default=1, gt=0)
    reason: str | None = None
    new_variant_id: Id | None = None


class ReturnRecord(Record):
    id: Id
    kind: Literal["return", "exchange"]
    status: Literal["requested", "approved", "in_transit", "received", "refunded", "exchanged", "rejected"]
    requested_at: Moment | None = None
    refund_amount: Money | None = None
    price_difference: SignedMoney | None = None
    refund_method_id: Id | None = None
    refunded_at: Moment | None = None
    lines: list[ReturnLineRecord] = []


class InvoiceRecord(Record):
    id: Id
    kind: Literal["personal", "company"]
    title: Text = ""
    tax_number: str | None = None
    amount: Money
    requested_at: Moment | None = None
    issued_at: Moment | None = None
    url: str | None = None


class OrderRecord(Record):
    id: Id
    customer_id: Id
    placed_at: Moment | None = None
    status: Literal[
        "pending",
        "pending (item modified)",
        "processed",
        "shipped",
        "delivered",
        "cancelled",
        "return requested",
        "exchange requested",
    ]
    address: OrderAddress = OrderAddress()
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    shipping_fee: Money = Decimal("0.00")
    discount: Money = Decimal("0.00")
    coupon_code: Id | None = None
    cancel_reason: str | None = None
    cancelled_at: Moment | None = None
    lines: list[OrderLineRecord] | None = None
    payments: list[PaymentRecord] | None = None
    shipments: list[ShipmentRecord] | None = None
    returns: list[ReturnRecord] | None = None
    invoices: list[InvoiceRecord] | None = None


class CouponRecord(Record):
    code: Id
    kind: Literal["percent", "fixed", "free_shipping"]
    value: Money = Decimal("0.00")
    min_spend: Money | None = None
    category_id: Id | None = None
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    new_customers_only: bool = False
    description_en: Text = ""
    description_zh: Text = ""


class ArticleRecord(Record):
    id: Id
    slug: Id
    topic: Text = ""
    title_en: Text = ""
    title_zh: Text = ""
    questions_en: Texts = []
    questions_zh: Texts = []
    body_en: Text = ""
    body_zh: Text = ""


class ReviewRecord(Record):
    id: Id
    product_id: Id
    customer_id: Id | None = None
    rating: int = Field(ge=1, le=5)
    body_en: Text = ""
    body_zh: Text = ""
    written_at: Moment | None = None


#: Every file of the format by its name, in the order in which they can be written.
RECORDS: dict[str, type[Record]] = {
    "categories": CategoryRecord,
    "attributes": AttributeRecord,
    "products": ProductRecord,
    "variants": VariantRecord,
    "customers": CustomerRecord,
    "addresses": AddressRecord,
    "payment_methods": PaymentMethodRecord,
    "coupons": CouponRecord,
    "orders": OrderRecord,
    "reviews": ReviewRecord,
    "articles": ArticleRecord,
}
