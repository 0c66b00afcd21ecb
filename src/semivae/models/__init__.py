r"""Models: graphs of conditional distributions, each with its bound; one file per model."""

__all__ = [
    "ADGM",
    "AE",
    "CCVAE",
    "CVAE",
    "GMVAE",
    "M1",
    "M1M2",
    "M2",
    "SDGM",
    "SHOT",
    "VAE",
    "Alpha",
    "Debias",
    "GMVAEReal",
    "JointModel",
    "M2Real",
    "MarginalModel",
    "Model",
    "Predictor",
    "Reads",
    "StackedModel",
    "Terms",
    "models",
]

from semivae.models.adgm import ADGM
from semivae.models.ae import AE
from semivae.models.alpha import Alpha
from semivae.models.base import Model, models
from semivae.models.ccvae import CCVAE
from semivae.models.cvae import CVAE
from semivae.models.debias import Debias
from semivae.models.gmvae import GMVAE
from semivae.models.gmvae_real import GMVAEReal
from semivae.models.joint import JointModel, MarginalModel
from semivae.models.m1 import M1
from semivae.models.m1m2 import M1M2
from semivae.models.m2 import M2
from semivae.models.m2_real import M2Real
from semivae.models.predictor import Predictor
from semivae.models.sdgm import SDGM
from semivae.models.shot import SHOT
from semivae.models.stacked import Reads, StackedModel
from semivae.models.terms import Terms
from semivae.models.vae import VAE
