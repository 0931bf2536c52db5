"""Rasa's half of benchmarks/ted.py, run by the Python of a Rasa 3.6 environment; it imports nothing of Kefu.

    python ted_rasa.py DOMAIN SPLITS OPTIONS AUGMENTATION SEED...

Reads `SPLITS/<seed>/{train,test}.yml`, trains TEDPolicy and prints one line of JSON for each seed.
Features are those of `rasa train core`: a column for each intent and action.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rasa.core.policies.ted_policy import TEDPolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.generator import TrainingDataGenerator
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph


def main():
    splits, options, augmentation = Path(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4])
    domain = Domain.load(sys.argv[1])
    for seed in sys.argv[5:]:
        config = {**TEDPolicy.get_default_config(), **options, "random_seed": int(seed)}
        with tempfile.TemporaryDirectory() as storage:
            resource = Resource("ted")
            policy = TEDPolicy(config, LocalModelStorage(Path(storage)), resource, ExecutionContext(GraphSchema({})))
            told = trackers(splits / seed / "train.yml", domain, augmentation)
            started = time.perf_counter()
            policy.train(told, domain)
            seconds = time.perf_counter() - started
            found = {"seconds": seconds}
            for name in ("train", "test"):
                found[name] = accuracy(policy, trackers(splits / seed / f"{name}.yml", domain, 0), domain)
            print(json.dumps(found), flush=True)


def trackers(path, domain, augmentation):
    graph = StoryGraph(YAMLStoryReader().read_from_file(str(path)))
    return TrainingDataGenerator(graph, domain, augmentation_factor=augmentation).generate()


def accuracy(policy, told, domain):
    right = steps = 0
    for tracker in told:
        events = list(tracker.applied_events())
        for index, event in enumerate(events):
            if isinstance(event, ActionExecuted) and not event.unpredictable:
                before = DialogueStateTracker.from_events("before", events[:index], domain.slots, domain=domain)
                probabilities = policy.predict_action_probabilities(before, domain).probabilities
                action = domain.action_names_or_texts[int(np.argmax(probabilities))]
                right += action == (event.action_name or event.action_text)
                steps += 1
    return {"right": right, "steps": steps}


if __name__ == "__main__":
    main()
