"""The tracker: what counts, what is undone, and that long conversations cost no more than short ones."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import Domain, Form
from bot.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserFeaturization,
    UserUtteranceReverted,
    UserUttered,
)
from bot.slots import Slot
from bot.tracker import EventVerbosity, Tracker

DOMAIN = Domain(
    slots={"city": Slot("city"), "size": Slot("size", initial_value="M")}, forms={"form": Form("form", ("city",))}
)
LISTEN = ActionExecuted("action_listen")
FORM = ActionExecuted("form")


def user(intent: str, text: str | None = None) -> UserUttered:
    return UserUttered.of(text or f"/{intent}", {"intent": {"name": intent}, "entities": []})


def tracker_of(*events: Event) -> Tracker:
    return Tracker.from_events("me", events, DOMAIN, clock=lambda: 1.0)


def kinds(events: Sequence[Event]) -> list[str]:
    return [event.name_or_text if isinstance(event, ActionExecuted) else event.type_name for event in events]


def test_slots_start_with_their_initial_values() -> None:
    tracker = tracker_of(SlotSet("size", "L"), SlotSet("city", "上海"))
    assert (tracker.get_slot("size"), tracker.get_slot("city")) == ("L", "上海")
    tracker.update(AllSlotsReset())
    assert (tracker.get_slot("size"), tracker.get_slot("city")) == ("M", None)


def test_a_slot_that_does_not_exist_is_not_set(caplog: pytest.LogCaptureFixture) -> None:
    assert "citty" not in tracker_of(SlotSet("citty", "x")).slots
    assert "citty" in caplog.text


def test_the_followup_action_is_cleared_by_the_next_action_or_message() -> None:
    assert tracker_of().followup_action == "action_listen"
    asked = [LISTEN, FollowupAction("action_x")]
    assert tracker_of(*asked).followup_action == "action_x"
    assert tracker_of(*asked, ActionExecuted("action_x")).followup_action is None
    assert tracker_of(*asked, user("greet")).followup_action is None


def test_restarting_forgets_all_and_starts_a_session() -> None:
    tracker = tracker_of(LISTEN, user("greet"), SlotSet("city", "x"), ActiveLoop("form"), Restarted())
    assert tracker.applied_events() == []
    assert tracker.get_slot("city") is None
    assert tracker.active_loop is None
    assert tracker.followup_action == "action_session_start"
    assert tracker.latest_message.is_empty


def test_a_session_start_keeps_earlier_events_but_they_do_not_count() -> None:
    tracker = tracker_of(LISTEN, user("greet"), ActionExecuted("action_session_start"), SessionStarted(), LISTEN)
    assert len(tracker.events) == 5
    assert kinds(tracker.applied_events()) == ["action_listen"]
    assert kinds(tracker.latest_session()) == ["action_session_start", "session_started", "action_listen"]


def test_a_rewind_takes_the_message_and_the_listening_before_it_back() -> None:
    tracker = tracker_of(LISTEN, user("greet"), ActionExecuted("utter_greet"), LISTEN, user("x"), SlotSet("city", "y"))
    tracker.update(UserUtteranceReverted())
    assert kinds(tracker.applied_events()) == ["action_listen", "user", "utter_greet"]
    assert tracker.get_slot("city") is None
    assert tracker.latest_action_name == "utter_greet"
    assert tracker.latest_message.intent_name == "greet"


def test_a_rewind_of_the_first_message_waits_for_another() -> None:
    tracker = tracker_of(LISTEN, user("greet"), UserUtteranceReverted())
    assert tracker.applied_events() == []
    assert tracker.followup_action == "action_listen"


def test_an_undo_takes_the_last_action_back() -> None:
    tracker = tracker_of(LISTEN, user("greet"), ActionExecuted("a"), SlotSet("city", "x"), ActionReverted())
    assert kinds(tracker.applied_events()) == ["action_listen", "user"]
    assert tracker.get_slot("city") is None


def test_pausing_and_resuming() -> None:
    tracker = tracker_of(ConversationPaused())
    assert tracker.is_paused
    tracker.update(ConversationResumed())
    assert not tracker.is_paused


def test_a_form_that_runs_again_counts_once() -> None:
    tracker = tracker_of(
        LISTEN, user("book"), FORM, ActiveLoop("form"), SlotSet("requested_slot", "city"),
        LISTEN, user("inform"), UserFeaturization(False), SlotSet("city", "上海"), FORM, ActiveLoop(None),
    )  # fmt: skip
    assert kinds(tracker.applied_events()) == [
        "action_listen", "user", "form", "active_loop", "slot", "slot", "active_loop"
    ]  # fmt: skip
    assert tracker.latest_message.intent_name == "inform", "the live state still knows the last message"


def test_a_form_after_something_else_counts_again() -> None:
    tracker = tracker_of(
        LISTEN, user("book"), FORM, ActiveLoop("form"), LISTEN, user("chitchat"),
        ActionExecutionRejected("form"), ActionExecuted("utter_chitchat"), FORM,
    )  # fmt: skip
    assert kinds(tracker.applied_events())[-2:] == ["utter_chitchat", "form"]


def test_a_form_that_was_ended_and_begins_again_counts_again() -> None:
    tracker = tracker_of(LISTEN, user("book"), FORM, ActiveLoop("form"), ActiveLoop(None), LISTEN, user("book"), FORM)
    assert kinds(tracker.applied_events()).count("form") == 2


def test_executions_before_the_loop_was_known_as_one_collapse_too() -> None:
    tracker = tracker_of(LISTEN, user("book"), FORM, LISTEN, user("book"), FORM, ActiveLoop("form"))
    assert kinds(tracker.applied_events()) == ["action_listen", "user", "form", "active_loop"]


def test_a_rejected_form_is_taken_up_again_by_its_next_execution() -> None:
    tracker = tracker_of(
        LISTEN, user("book"), FORM, ActiveLoop("form"), LISTEN, user("no"), ActionExecutionRejected("form")
    )
    assert tracker.state.is_loop_rejected
    tracker.update(FORM)
    assert not tracker.state.is_loop_rejected


def test_an_interruption_lasts_until_the_next_action() -> None:
    tracker = tracker_of(FORM, ActiveLoop("form"), LoopInterrupted(True))
    assert tracker.active_loop and tracker.active_loop.is_interrupted
    tracker.update(FORM)
    assert tracker.active_loop and not tracker.active_loop.is_interrupted


def test_entities_of_policies_join_those_of_nlu_only_after_a_message() -> None:
    entity = {"entity": "city", "value": "上海"}
    tracker = tracker_of(LISTEN, user("inform"), EntitiesAdded((entity,)), EntitiesAdded((entity,)))
    assert tracker.latest_entity_values("city") == ["上海"]
    assert tracker.latest_entity_values("city", role="to") == []
    tracker.update_all([ActionExecuted("a"), EntitiesAdded(({"entity": "city", "value": "x"},))])
    assert tracker.latest_entity_values("city") == ["上海"]


def test_rolling_back_leaves_no_trace() -> None:
    tracker = tracker_of(LISTEN, UserUttered.of("hi", {"intent": {"name": "greet"}}, message_id="1"))
    before, shape = tracker.mark(), tracker.as_dict(EventVerbosity.ALL)
    tracker.update_all([FORM, ActiveLoop("form"), Restarted(), UserUttered.of("x", {}, message_id="2")])
    tracker.roll_back(before)
    assert tracker.as_dict(EventVerbosity.ALL) == shape
    assert tracker.replies_to("2") is None
    assert tracker.replies_to("1") == []


def test_a_branch_does_not_change_what_it_comes_from() -> None:
    tracker = tracker_of(LISTEN, Restarted(), LISTEN, user("greet"))
    branch = tracker.branch([SlotSet("city", "北京")], after_restart=True)
    assert branch.get_slot("city") == "北京"
    assert tracker.get_slot("city") is None
    assert kinds(branch.events) == ["action_listen", "user", "slot"]


def test_replies_to_a_message_are_found_by_its_id() -> None:
    asked = UserUttered.of("hi", {"intent": {"name": "greet"}}, message_id="1")
    tracker = tracker_of(LISTEN, asked, BotUttered("a"), BotUttered("b"), LISTEN, user("x"), BotUttered("c"))
    assert [reply.text for reply in tracker.replies_to("1") or ()] == ["a", "b"]


def test_new_events_get_the_time_and_the_ids_of_the_model() -> None:
    tracker = Tracker.from_events("me", [LISTEN], DOMAIN, clock=lambda: 5.0, event_metadata={"model_id": "m"})
    tracker.update(SlotSet("city", "x", timestamp=1.0))
    tracker.update(SlotSet("city", "y", timestamp=1.0), now=True)
    assert [event.timestamp for event in tracker.events] == [5.0, 1.0, 5.0]
    assert [dict(event.metadata) for event in tracker.events] == [{}, {"model_id": "m"}, {"model_id": "m"}]


def test_the_json_of_a_new_tracker_is_rasas() -> None:
    shape = Tracker("me", DOMAIN).as_dict(EventVerbosity.APPLIED)
    assert shape == {
        "sender_id": "me",
        "slots": {"city": None, "size": "M", "requested_slot": None, "session_started_metadata": None},
        "latest_message": {"intent": {}, "entities": [], "text": None, "message_id": None, "metadata": {}},
        "latest_event_time": None,
        "followup_action": "action_listen",
        "paused": False,
        "events": [],
        "latest_input_channel": None,
        "active_loop": {},
        "latest_action": {},
        "latest_action_name": None,
    }


# -- laws ---------------------------------------------------------------------------------------------------------------

EVENTS: list[Event] = [
    LISTEN, FORM, ActionExecuted("a"), user("greet"), user("inform"), ActiveLoop("form"), ActiveLoop(None), Restarted(),
    SessionStarted(), UserUtteranceReverted(), ActionReverted(), SlotSet("city", "x"), UserFeaturization(False),
    ActionExecutionRejected("form"), LoopInterrupted(True), FollowupAction("a"), ActionExecuted("action_session_start"),
]  # fmt: skip


def rasas_applied_events(events: Sequence[Event]) -> list[Event]:
    """Rasa's own way: all events again, from the start."""
    loops = {event.name for event in events if isinstance(event, ActiveLoop) and event.name}
    applied: list[Event] = []
    for event in events:
        if isinstance(event, Restarted | SessionStarted):
            applied = []
        elif isinstance(event, ActionReverted):
            _drop(applied, ActionExecuted)
        elif isinstance(event, UserUtteranceReverted):
            _drop(applied, UserUttered)
            _drop(applied, ActionExecuted)
        elif isinstance(event, ActionExecuted) and event.name in loops and not _is_first(event.name, applied):
            last = max(i for i, e in enumerate(applied) if isinstance(e, ActionExecuted) and e.name == event.name)
            gone = (ActionExecuted, UserUttered, UserFeaturization)
            applied[last + 1 :] = [e for e in applied[last + 1 :] if not isinstance(e, gone)]
        else:
            applied.append(event)
    return applied


def _drop(events: list[Event], kind: type[Event]) -> None:
    while events:
        if isinstance(events.pop(), kind):
            break


def _is_first(loop: str | None, applied: list[Event]) -> bool:
    following = None
    for event in reversed(applied):
        if isinstance(event, ActiveLoop) and event.name is None:
            return True
        if isinstance(event, ActionExecutionRejected) and event.name == loop:
            return True
        if isinstance(event, UserUttered) and following not in (None, loop):
            return True
        if isinstance(event, ActionExecuted):
            if event.name == loop:
                return False
            following = event.name
    return True


def test_a_rewind_before_the_form_was_known_is_done_again() -> None:
    """Both executions count as one as soon as the form is known, and so the rewind takes both back."""
    form = ActionExecuted("form")
    said = UserUttered.of("/greet", {"intent": {"name": "greet"}})
    assert tracker_of(form, form, said, UserUtteranceReverted(), ActiveLoop("form")).applied_events() == [
        ActiveLoop("form")
    ]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_step_by_step_is_the_same_as_all_at_once(events: list[Event]) -> None:
    tracker = tracker_of(*events)
    assert tracker.applied_events() == rasas_applied_events(tracker.events)
    again = tracker_of(*tracker.applied_events())
    assert again.state == (tracker.top.state if tracker.top else tracker.initial_state)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(EVENTS), max_size=20), st.lists(st.sampled_from(EVENTS), max_size=20))
def test_rolling_back_undoes_anything(before: list[Event], after: list[Event]) -> None:
    tracker = tracker_of(*before)
    mark, shape = tracker.mark(), tracker.as_dict(EventVerbosity.ALL)
    tracker.update_all(after)
    tracker.roll_back(mark)
    assert tracker.as_dict(EventVerbosity.ALL) == shape
    assert tracker.applied_events() == tracker_of(*before).applied_events()


def test_a_long_conversation_costs_no_more_a_turn_than_a_short_one() -> None:
    turn = [LISTEN, user("inform"), UserFeaturization(False), SlotSet("city", "x"), BotUttered("a"), FORM]
    tracker = tracker_of(LISTEN, user("book"), FORM, ActiveLoop("form"))

    def cost(turns: int) -> float:
        started = time.process_time()
        for _ in range(turns):
            tracker.update_all(turn)
        return (time.process_time() - started) / turns

    cost(50)
    early = min(cost(50) for _ in range(4))
    cost(3000)
    late = min(cost(50) for _ in range(4))
    assert late < 3 * early, f"{early * 1e6:.0f} µs a turn at the start, {late * 1e6:.0f} µs after 3,000 turns"
