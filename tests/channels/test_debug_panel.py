from bot.channels.debug_panel import rows
from bot.message import DialogueAct, Entity, Fact, Intent, Reply, Understanding
from bot.trace import Decided, TurnTrace


def lines(trace: TurnTrace) -> list[str]:
    return [f"{label} {text}".strip() for label, text in rows(trace)]


def test_a_turn_shows_what_was_understood_changed_decided_and_said() -> None:
    trace = TurnTrace(
        understanding=Understanding(
            "订单 K1 呢",
            Intent("track_order", 0.91),
            (Entity("order_number", "K1", 3, 5, extractor="Bert", confidence=0.99),),
            (Intent("track_order", 0.91), Intent("order_details", 0.06)),
            "zh",
        ),
        slots_before={"order_id": None, "language": "zh"},
        slots_after={"order_id": "K1", "language": "zh"},
        active_loop="track_order_form",
        decisions=[
            Decided("track_order_form", "RulePolicy", 1.0, "rule 'Track an order' (data/rules/orders.yml:4:3)"),
            Decided("action_x", "MemoizationPolicy", 0.5, error="no luck"),
        ],
        replies=[
            Reply(
                "…",
                act=DialogueAct("utter_parcel", (Fact("carrier", "SF", "action_track"),)),
                origin="gpt",
                why="checked",
            )
        ],
        timings={"understand": 0.0123},
    )
    assert lines(trace) == [
        "intent track_order 0.91 · order_details 0.06",
        "language zh",
        "entities order_number = K1 at 3-5 by Bert 0.99",
        "slots order_id: – → K1",
        "form track_order_form",
        "actions track_order_form ← RulePolicy 1.00: rule 'Track an order' (data/rules/orders.yml:4:3)",
        "action_x ← MemoizationPolicy 0.50 (failed: no luck)",
        "replies utter_parcel by gpt: checked",
        "carrier = SF ← action_track",
        "time understand 12 ms",
    ]


def test_a_resend_and_a_conflict_are_said() -> None:
    assert lines(TurnTrace(is_resent=True))[0].startswith("resent")
    assert any(line.startswith("attempts 2") for line in lines(TurnTrace(attempts=2)))
