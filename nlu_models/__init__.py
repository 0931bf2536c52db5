"""Torch models for understanding and speaking, and where their weights come from.

Nothing is imported here on purpose: ``import nlu_models`` must not load torch. Import what you need from its module,
for example ``from nlu_models.predictor import JointPredictor``.
"""
