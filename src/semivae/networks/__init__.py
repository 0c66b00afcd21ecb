r"""Networks: plain maps between tensors, which know nothing of distributions."""

__all__ = ["MLP", "ConvDecoder", "ConvTrunk", "Embed", "Flatten", "Join"]

from semivae.networks.conv import ConvDecoder, ConvTrunk
from semivae.networks.embed import Embed, Flatten
from semivae.networks.mlp import MLP, Join
