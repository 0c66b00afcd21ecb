r"""Networks: plain maps between tensors, which know nothing of distributions."""

__all__ = ["MLP", "SMALLEST_CONV", "ConvDecoder", "ConvTrunk", "Embed", "Flatten", "Join", "trunk_of"]

from semivae.networks.conv import SMALLEST_CONV, ConvDecoder, ConvTrunk
from semivae.networks.embed import Embed, trunk_of
from semivae.networks.kinds.image import Flatten
from semivae.networks.mlp import MLP, Join
