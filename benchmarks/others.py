r"""The arms of `speed.py` that are not ours: plain PyTorch and other libraries, and the sizes that all arms share."""

from __future__ import annotations

__all__ = [
    "ALPHA",
    "CLASSES",
    "HIDDEN",
    "KNOWN",
    "LABELED",
    "LABELS",
    "LATENTS",
    "PIXELS",
    "RATE",
    "UNLABELED",
    "WHERE",
    "Arm",
    "X",
    "plain_m2",
    "plain_vae",
    "pyro_m2",
    "pythae_vae",
    "scanvi",
]  # fmt: skip

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CLASSES, PIXELS, HIDDEN, LATENTS = 10, 784, 500, 50
UNLABELED, LABELED = 256, 100
ALPHA, RATE = 50.0, 3e-4

Arm = Callable[[], Any]

WHERE = "cuda" if torch.cuda.is_available() else "cpu"

random = torch.Generator().manual_seed(0)
X = torch.rand(UNLABELED, PIXELS, generator=random).bernoulli().to(WHERE)
KNOWN = torch.rand(LABELED, PIXELS, generator=random).bernoulli().to(WHERE)
LABELS = torch.randint(0, CLASSES, (LABELED,), generator=random).to(WHERE)


def plain(inputs: int, outputs: int) -> nn.Sequential:
    """Returns a network as it is usually written."""

    sizes = [nn.Linear(inputs, HIDDEN), nn.Softplus(), nn.Linear(HIDDEN, HIDDEN), nn.Softplus()]

    return nn.Sequential(*sizes, nn.Linear(HIDDEN, outputs)).to(WHERE)


def plain_bound(encoder: nn.Module, decoder: nn.Module, x: Tensor, *y: Tensor) -> Tensor:
    """Returns the bound of rows as it is usually written."""

    mean, log_scale = encoder(torch.cat([x, *y], -1)).chunk(2, -1)
    z = mean + torch.randn_like(mean) * log_scale.exp()
    logits = decoder(torch.cat([z, *y], -1))
    likelihood = -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)

    return likelihood - 0.5 * (mean**2 + (2 * log_scale).exp() - 1 - 2 * log_scale).sum(-1)


def plain_m2() -> Arm:
    """Returns an M2 step in float32 with the rows tiled once per class."""

    classifier, encoder = plain(PIXELS, CLASSES), plain(PIXELS + CLASSES, 2 * LATENTS)
    decoder = plain(LATENTS + CLASSES, PIXELS)
    modules = nn.ModuleList([classifier, encoder, decoder])
    optimizer = torch.optim.Adam(modules.parameters(), RATE)
    eye = torch.eye(CLASSES, device=WHERE)

    def step() -> None:
        optimizer.zero_grad()
        q = classifier(X).log_softmax(-1)
        tiled = plain_bound(encoder, decoder, X.repeat(CLASSES, 1), eye.repeat_interleave(UNLABELED, 0))
        bounds = tiled.view(CLASSES, UNLABELED).T - math.log(CLASSES)
        labeled = plain_bound(encoder, decoder, KNOWN, F.one_hot(LABELS, CLASSES).float())
        loss = -((q.exp() * (bounds - q)).sum() + labeled.sum()) / (UNLABELED + LABELED)
        (loss + ALPHA * F.cross_entropy(classifier(KNOWN), LABELS)).backward()
        optimizer.step()

    return step


def plain_vae() -> Arm:
    """Returns a VAE step in float32."""

    encoder, decoder = plain(PIXELS, 2 * LATENTS), plain(LATENTS, PIXELS)
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], RATE)

    def step() -> None:
        optimizer.zero_grad()
        (-plain_bound(encoder, decoder, X).mean()).backward()
        optimizer.step()

    return step


class Guided(nn.Module):
    """Creates Pyro's M2, as its own example writes it, with the sum over the label in parallel."""

    def __init__(self) -> None:
        super().__init__()

        self.classifier, self.encoder = plain(PIXELS, CLASSES), plain(PIXELS + CLASSES, 2 * LATENTS)
        self.decoder = plain(LATENTS + CLASSES, PIXELS)

    def model(self, x: Tensor, y: Tensor | None = None) -> None:
        """The generative process."""

        import pyro
        from pyro import distributions as dist

        pyro.module("m2", self)

        with pyro.plate("rows", len(x)):
            z = pyro.sample("z", dist.Normal(torch.zeros(len(x), LATENTS, device=WHERE), 1.0).to_event(1))
            y = pyro.sample("y", dist.OneHotCategorical(logits=torch.zeros(len(x), CLASSES, device=WHERE)), obs=y)
            shape = torch.broadcast_shapes(z.shape[:-1], y.shape[:-1])
            logits = self.decoder(torch.cat([z.expand(*shape, LATENTS), y.expand(*shape, CLASSES)], -1))
            pyro.sample("x", dist.Bernoulli(logits=logits, validate_args=False).to_event(1), obs=x)

    def guide(self, x: Tensor, y: Tensor | None = None) -> None:
        """The inference."""

        import pyro
        from pyro import distributions as dist

        with pyro.plate("rows", len(x)):
            if y is None:
                y = pyro.sample("y", dist.OneHotCategorical(logits=self.classifier(x)))

            features = self.encoder(torch.cat([x.expand(*y.shape[:-1], PIXELS), y], -1))
            mean, log_scale = features.chunk(2, -1)
            pyro.sample("z", dist.Normal(mean, log_scale.exp()).to_event(1))

    def known(self, x: Tensor, y: Tensor) -> None:
        """The prediction of the known labels."""

        import pyro
        from pyro import distributions as dist

        pyro.module("m2", self)

        with pyro.plate("rows", len(x)), pyro.poutine.scale(scale=ALPHA):
            pyro.sample("known", dist.OneHotCategorical(logits=self.classifier(x)), obs=y)


def pyro_m2() -> Arm:
    """Returns Pyro's M2 step."""

    import pyro
    from pyro.infer import SVI, Trace_ELBO, TraceEnum_ELBO, config_enumerate

    pyro.clear_param_store()
    guided, optimizer = Guided(), pyro.optim.Adam({"lr": RATE})
    labels = F.one_hot(LABELS, CLASSES).float()

    summed = config_enumerate(guided.guide, "parallel", expand=True)
    bound = SVI(guided.model, summed, optimizer, TraceEnum_ELBO(max_plate_nesting=1))
    prediction = SVI(guided.known, lambda x, y: None, optimizer, Trace_ELBO())

    def step() -> None:
        bound.step(X)
        bound.step(KNOWN, labels)
        prediction.step(KNOWN, labels)

    return step


def pythae_vae() -> Arm:
    """Returns a step of pythae's own VAE, with networks of the same sizes."""

    from pythae.models import VAE, VAEConfig
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder

    class Encoder(BaseEncoder):
        def __init__(self) -> None:
            super().__init__()
            self.network = plain(PIXELS, 2 * LATENTS)

        def forward(self, x: Tensor) -> Any:
            mean, log_variance = self.network(x).chunk(2, -1)
            return ModelOutput(embedding=mean, log_covariance=log_variance)

    class Decoder(BaseDecoder):
        def __init__(self) -> None:
            super().__init__()
            self.network = plain(LATENTS, PIXELS)

        def forward(self, z: Tensor) -> Any:
            return ModelOutput(reconstruction=self.network(z).sigmoid())

    config = VAEConfig(input_dim=(PIXELS,), latent_dim=LATENTS, reconstruction_loss="bce")
    model = VAE(config, encoder=Encoder(), decoder=Decoder()).to(WHERE)
    optimizer = torch.optim.Adam(model.parameters(), RATE)

    def step() -> None:
        optimizer.zero_grad()
        model({"data": X}).loss.backward()
        optimizer.step()

    return step


def scanvi() -> Arm:
    """Returns a step of scvi-tools' own model: two latents, the label between them, rows that are counts."""

    from scvi import REGISTRY_KEYS as KEYS
    from scvi.module import SCANVAE

    module = SCANVAE(PIXELS, n_batch=1, n_labels=CLASSES, n_hidden=HIDDEN, n_latent=LATENTS, n_layers=2).to(WHERE)
    optimizer = torch.optim.Adam(module.parameters(), RATE)

    def tensors(x: Tensor, y: Tensor) -> dict[str, Tensor]:
        return {KEYS.X_KEY: x, KEYS.BATCH_KEY: torch.zeros(len(x), 1, device=WHERE), KEYS.LABELS_KEY: y[:, None]}

    known = tensors(KNOWN, LABELS)
    rows = tensors(torch.cat([X, KNOWN]), torch.cat([LABELS.new_zeros(UNLABELED), LABELS]))
    weights = {"labelled_tensors": known, "classification_ratio": ALPHA}

    def step() -> None:
        optimizer.zero_grad()
        module(rows, loss_kwargs=weights)[-1].loss.backward()
        optimizer.step()

    return step
