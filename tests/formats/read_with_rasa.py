"""Records how Rasa 3.6.21 reads `documented/`; run by hand, where that Rasa is installed.

cd tests/formats/documented && python3.10 ../read_with_rasa.py
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

VALUES: tuple[Any, ...] = (None, True, False, "x", "Small", "3", 3, "true", "None", 0, -20, 5.5, [], ["a"], "", "1")
"""Values whose features are compared, for slots of every type."""


def features(slot: Any) -> list[list[float]]:
    found = []
    for value in VALUES:
        slot.value = value
        found.append([float(number) for number in slot.as_feature()] if slot.has_features() else [])
    return found


def entities(message: Any) -> list[dict[str, Any]]:
    keys = ("start", "end", "value", "entity", "role", "group")
    return [{key: entity[key] for key in keys if key in entity} for entity in message.get("entities", [])]


def main() -> None:
    importers = importlib.import_module("rasa.shared.importers.importer")
    importer = importers.TrainingDataImporter.load_from_config("config.yml", "domain.yml", ["data"])
    domain, data = importer.get_domain(), importer.get_nlu_data()
    read = {
        "used_entities": {name: sorted(map(str, p["used_entities"])) for name, p in domain.intent_properties.items()},
        "features": {slot.name: features(slot) for slot in domain.slots},
        "initial_values": {slot.name: slot.initial_value for slot in importer.get_domain().slots},
        "actions": domain.action_names_or_texts,
        "responses": domain.responses,
        "session": [domain.session_config.session_expiration_time, domain.session_config.carry_over_slots],
        "examples": {m.get("text"): entities(m) for m in data.training_examples if m.get("text") and m.get("intent")},
        "synonyms": data.entity_synonyms,
        "patterns": sorted(pattern["pattern"] for pattern in data.regex_features),
        "lookups": {table["name"]: table["elements"] for table in data.lookup_tables},
    }
    text = json.dumps(read, ensure_ascii=False, indent=1, sort_keys=True)
    Path("read.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
