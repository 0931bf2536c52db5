"""The grounding check: no false statement gets through, good paraphrases do."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.message import Fact
from bot.nlg.grounding import Verdict, check
from bot.nlg.values import covers, find_items, normalise
from tests.nlg.grounding_cases import CASES, Case

GOOD = [(case, sentence) for case in CASES for sentence in case.good]
BAD = [(case, sentence) for case in CASES for sentence in case.bad]


def verdict(case: Case, sentence: str) -> Verdict:
    facts = [Fact(name, value, "test") for name, value in case.facts.items()]
    return check(sentence, facts, case.template, case.language)


@pytest.mark.parametrize(("case", "sentence"), GOOD, ids=[sentence for _, sentence in GOOD])
def test_good_paraphrase_passes(case: Case, sentence: str) -> None:
    assert verdict(case, sentence) == Verdict(True)


@pytest.mark.parametrize(("case", "sentence"), BAD, ids=[sentence for _, sentence in BAD])
def test_unfaithful_wording_is_refused(case: Case, sentence: str) -> None:
    assert not verdict(case, sentence).grounded


@pytest.mark.parametrize("case", CASES, ids=[case.template for case in CASES])
def test_template_passes_its_own_check(case: Case) -> None:
    assert verdict(case, case.template) == Verdict(True)


def test_tables_are_as_large_as_the_promise() -> None:
    assert len(GOOD) >= 60 and len(BAD) >= 80
    assert {case.language for case, _ in BAD} == {"en", "zh"}


def test_verdict_names_what_is_missing_and_what_is_added() -> None:
    found = verdict(CASES[0], "Order K1048213 can't be cancelled, because DHL has it. Refund: ¥5.")
    assert "status" in found.missing
    assert "'¥5'" in found.unsupported and "'dhl'" in found.unsupported
    assert "missing status" in found.why and "unsupported" in found.why


def test_optional_facts_may_be_left_out() -> None:
    facts = [Fact("order_id", "K1", "t"), Fact("status", "shipped", "t")]
    template, short = "Order K1 is shipped.", "It is shipped."
    assert check(short, facts, template, "en").missing == ("order_id",)
    assert check(short, facts, template, "en", optional=frozenset({"order_id"})).grounded


def test_a_language_without_a_lexicon_lets_only_the_template_through() -> None:
    assert check("Votre commande K1.", [Fact("id", "K1", "t")], "Votre commande K1.", "fr").grounded
    assert not check("La commande K1.", [Fact("id", "K1", "t")], "Votre commande K1.", "fr").grounded
    assert not check("Order K1.", [Fact("id", "K1", "t")], "Your order K1.", None).grounded


def test_facts_of_rows_support_a_number_without_asking_for_it() -> None:
    rows = [{"order_id": "K1", "total": "¥5"}, {"order_id": "K2", "total": "¥6"}]
    facts = [Fact("count", 2, "t"), Fact("orders", rows, "t")]
    assert check("These are your two latest orders:", facts, "Here are your 2 latest orders:", "en").grounded
    assert not check("These are your three latest orders:", facts, "Here are your 2 latest orders:", "en").grounded


@pytest.mark.parametrize(
    "closer",
    ["Let me know if you need anything else.", "Thank you for your patience!", "Anything else I can help with?"],
)
def test_a_closing_offer_of_help_may_be_added(closer: str) -> None:
    assert verdict(CASES[0], f"Order K1048213 is shipped, so it can't be cancelled any more. {closer}").grounded


TEMPLATES = {
    "en": "Order {order_id} has {count} items and comes to {total}. It was placed on {date}.",
    "zh": "订单 {order_id} 共 {count} 件，合计 {total}，{date} 下单。",
}
WORDINGS = {
    "en": "Your order {order_id} was placed on {date}; it has {count} items and comes to {total}. {extra}",
    "zh": "您的订单 {order_id} 于 {date} 下单，共 {count} 件，合计 {total}。{extra}",
}
VALUES = {
    "en": {"order_id": "K1048213", "count": "4", "total": "¥299.00", "date": "November 20, 2026"},
    "zh": {"order_id": "K1048213", "count": "4", "total": "¥299.00", "date": "2026年11月20日"},
}
SCRAPS = st.one_of(
    st.integers(0, 10**9).map(str),
    st.decimals(0, 10**6, places=2).map(lambda amount: f"¥{amount}"),
    st.dates().map(lambda day: day.isoformat()),
    st.sampled_from(
        [
            "three",
            "a dozen",
            "twenty-one",
            "三百五",
            "两件",
            "第二",
            "half",
            "明天",
            "tomorrow",
            "Friday",
            "周五",
            "10%",
        ]
    ),
    st.text(max_size=12),
)


@settings(max_examples=200, deadline=None)
@given(language=st.sampled_from(["en", "zh"]), extra=st.lists(SCRAPS, max_size=3).map(" ".join))
@example(language="en", extra="")
@example(language="zh", extra="")
def test_a_grounded_reply_never_holds_an_unknown_value(language: str, extra: str) -> None:
    values = VALUES[language]
    facts = [Fact(name, value, "t") for name, value in values.items()]
    template = TEMPLATES[language].format(**values)
    sentence = WORDINGS[language].format(**values, extra=extra)
    if check(sentence, facts, template, language).grounded:
        known = [item.value for item in find_items(normalise(template))]
        assert all(any(covers(k, item.value) for k in known) for item in find_items(normalise(sentence)))
    elif not extra.strip():
        raise AssertionError(check(sentence, facts, template, language).why)


@settings(max_examples=100, deadline=None)
@given(
    language=st.sampled_from(["en", "zh"]),
    name=st.sampled_from(sorted(VALUES["en"])),
    other=st.one_of(
        st.integers(5, 10**6).map(str), st.sampled_from(["K1048214", "¥300.00", "2026-11-21", "five", "十件"])
    ),
)
def test_a_changed_value_is_always_refused(language: str, name: str, other: str) -> None:
    values = VALUES[language]
    facts = [Fact(key, value, "t") for key, value in values.items()]
    changed = WORDINGS[language].format(**(values | {name: other}), extra="")
    assert not check(changed, facts, TEMPLATES[language].format(**values), language).grounded


@settings(max_examples=200, deadline=None)
@given(sentence=st.text(max_size=200), language=st.sampled_from(["en", "zh"]))
def test_any_text_can_be_checked(sentence: str, language: str) -> None:
    check(sentence, [Fact("status", sentence[:20], "t")], sentence[::-1], language)
