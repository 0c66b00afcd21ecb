r"""The engine: the loop that trains a model, and its batched use afterwards."""

__all__ = ["Callback", "History", "Progress", "Training", "apply", "normal_noise", "seeded", "train"]

from semivae.engine.callbacks import Callback, Progress
from semivae.engine.loop import History, train
from semivae.engine.predict import apply, normal_noise, seeded
from semivae.engine.training import Training
