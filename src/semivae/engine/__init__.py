r"""The engine: the loop that trains a model, and its batched use afterwards."""

__all__ = [
    "UNIT",
    "Callback",
    "History",
    "Progress",
    "Training",
    "apply",
    "check_place",
    "device",
    "discard",
    "half",
    "is_checkpoint",
    "matrix_units",
    "normal_noise",
    "place",
    "row_hashes",
    "row_noise",
    "seeded",
    "stage_place",
    "train",
]

from semivae.engine.callbacks import Callback, Progress
from semivae.engine.device import device, half, matrix_units, place
from semivae.engine.history import UNIT, History
from semivae.engine.loop import train
from semivae.engine.predict import apply, normal_noise, row_hashes, row_noise, seeded
from semivae.engine.state_folder import check_place, discard, is_checkpoint, stage_place
from semivae.engine.training import Training
