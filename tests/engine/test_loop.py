"""The loop: how a run ends, which weights it keeps, and what it says of a term that is not finite."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from semivae.batch import Batch
from semivae.engine import Callback, Training, train
from semivae.engine.optimizer import clip
from semivae.errors import DivergedError, SettingError
from semivae.models import Terms
from semivae.objectives import ELBO


class Point(nn.Module):
    r"""One number, drawn towards that of the batch: the likelihood is minus the squared distance.

    Arguments:
        start: The number at first.
        poison: The name of a term that stops being finite, and the value that it takes.
        after: The training steps until then.
    """

    def __init__(self, start: float = 0.0, poison: tuple[str, float] | None = None, after: int = 3) -> None:
        super().__init__()

        self.number = nn.Parameter(torch.tensor([start]))
        self.poison = poison
        self.left = after

    def forward(self, batch: Batch, progress: torch.Tensor) -> tuple[None, Terms]:
        self.left -= self.training
        distance = (self.number - batch.unlabeled[:, 0]).square()
        terms = {"likelihood": -distance, "z": distance * 0, "y": distance * 0}

        if self.poison and self.left < 0:
            name, value = self.poison
            terms[name] = terms[name] + value

        return None, Terms(terms["likelihood"], {"z": terms["z"], "y": terms["y"]})


class Rows:
    """Batches of one number.

    Arguments:
        number: The number.
        steps: The steps of an epoch.
    """

    def __init__(self, number: float, steps: int = 4) -> None:
        self.number = number
        self.steps = steps

    def __len__(self) -> int:
        return self.steps

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        for _ in range(start, self.steps):
            yield Batch(None, self.rows())

    def rows(self) -> Tensor:
        return torch.full((5, 1), self.number)


def settings(**changed: Any) -> Training:
    return Training(
        **{"epochs": 6, "learning_rate": 0.1, "device": "cpu", "precision": "float32", "averaging": 0.0} | changed
    )


class Stop(Callback):
    """Interrupts the run after an epoch, as Ctrl-C does."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.calls: list[str] = []

    def start(self, epochs: int) -> None:
        self.calls.append(f"start {epochs}")

    def epoch(self, record: dict[str, Any]) -> None:
        self.calls.append(f"epoch {record['epoch']}")

        if record["epoch"] == self.at:
            raise KeyboardInterrupt

    def end(self) -> None:
        self.calls.append("end")


class Watch(Callback):
    """Keeps the number of the model after each epoch."""

    def __init__(self, model: Point) -> None:
        self.model = model
        self.numbers: list[float] = []

    def epoch(self, record: dict[str, Any]) -> None:
        self.numbers.append(self.model.number.item())


def test_run_learns_and_tells():
    model, watch = Point(), Stop(at=-1)
    history = train(model, ELBO(), Rows(1.0), settings(epochs=40), [watch])

    assert model.number.item() == pytest.approx(1.0, abs=0.05)
    assert history.stopped == "done" and history.best == 40 and len(history.records) == 40
    assert watch.calls == ["start 40", *(f"epoch {i}" for i in range(1, 41)), "end"]
    assert {"epoch", "seconds", "loss", "unlabeled_bound", "unlabeled_likelihood"} <= history.records[0].keys()
    assert history.records[-1]["loss"] < 0.01 * history.records[0]["loss"]


def test_record_holds_the_mean_over_the_steps():
    class Frozen(Rows):
        def epoch(self, number, start=0):
            for step, batch in enumerate(super().epoch(number, start)):
                yield batch._replace(unlabeled=batch.unlabeled * step)

    model = Point()
    model.number.requires_grad_(False)
    keep = torch.nn.Parameter(torch.zeros(1))
    model.register_parameter("other", keep)
    forward = model.forward
    model.forward = lambda *given: (None, forward(*given)[1].__class__(forward(*given)[1].likelihood + 0 * keep))
    (record,) = train(model, ELBO(), Frozen(1.0), settings(epochs=1)).records

    assert record["unlabeled_likelihood"] == pytest.approx(-np.mean([0, 1, 4, 9]))


def test_model_is_told_how_much_is_done():
    class Told(Point):
        told: ClassVar[list[tuple[bool, float]]] = []

        def forward(self, batch: Batch, progress: torch.Tensor) -> tuple[None, Terms]:
            self.told.append((self.training, float(progress)))

            return super().forward(batch, progress)

    train(Told(), ELBO(), Rows(1.0, steps=2), settings(epochs=2), validation=Rows(1.0, steps=1))

    assert Told.told == [(True, 0), (True, 0.25), (False, 1), (True, 0.5), (True, 0.75), (False, 1)]


@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_interrupted_run_keeps_the_model_of_its_last_epoch(averaging):
    whole, stopped = Point(), Point()
    callback = Stop(at=2)

    with pytest.warns(UserWarning, match="epoch 2"):
        history = train(stopped, ELBO(), Rows(1.0), settings(averaging=averaging), [callback])

    assert history.stopped == "interrupted" and history.best == 2 and len(history.records) == 2
    assert callback.calls[-1] == "end"
    assert not stopped.training and stopped.number.device.type == "cpu"

    train(whole, ELBO(), Rows(1.0), settings(averaging=averaging))
    assert 0 < stopped.number.item() < whole.number.item()


def test_interrupted_run_keeps_the_weights_bit_for_bit():
    model = Point()
    watch = Watch(model)

    with pytest.warns(UserWarning, match="stopped by hand"):
        train(model, ELBO(), Rows(1.0), settings(), [watch, Stop(at=3)])

    assert model.number.item() == watch.numbers[-1] and len(watch.numbers) == 3


def test_interrupt_before_the_first_epoch_keeps_the_start():
    class Impatient(Rows):
        def epoch(self, number, start=0):
            raise KeyboardInterrupt

    model = Point(start=7.0)

    with pytest.warns(UserWarning, match="epoch 0"):
        history = train(model, ELBO(), Impatient(1.0), settings())

    assert model.number.item() == 7.0 and history.records == []


def test_other_errors_still_end_the_callbacks():
    class Broken(Rows):
        def epoch(self, number, start=0):
            raise ValueError("broken rows")

    callback = Stop(at=-1)

    with pytest.raises(ValueError, match="broken rows"):
        train(Point(), ELBO(), Broken(1.0), settings(), [callback])

    assert callback.calls == ["start 6", "end"]


def test_best_weights_are_those_of_the_lowest_validation_loss():
    """The way from 0 to 4 leads past 1, where the validation loss is lowest."""

    model = Point()
    watch = Watch(model)
    history = train(model, ELBO(), Rows(4.0), settings(epochs=30), [watch], validation=Rows(1.0, steps=1))
    losses = [record["validation_loss"] for record in history.records]

    assert history.best == int(np.argmin(losses)) + 1 and 1 < history.best < 30
    assert model.number.item() == watch.numbers[history.best - 1] != watch.numbers[-1]
    assert losses[0] == pytest.approx((watch.numbers[0] - 1) ** 2, rel=1e-5)


def test_patience_ends_the_run():
    model = Point()
    history = train(model, ELBO(), Rows(4.0), settings(epochs=30, patience=3), validation=Rows(1.0, steps=1))

    assert history.stopped == "patience"
    assert len(history.records) == history.best + 3


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
@pytest.mark.parametrize("term", ["likelihood", "z", "y"])
def test_term_that_is_not_finite_is_named(term, value):
    model = Point(poison=(term, value), after=5)
    name = "unlabeled_likelihood" if term == "likelihood" else f"unlabeled_kl_{term}"

    with pytest.raises(DivergedError, match=rf"{name} .*step 1 of epoch 2(.|\n)*learning_rate="):
        train(model, ELBO(), Rows(1.0), settings())


def test_weights_that_overflow_are_an_error():
    with pytest.raises(DivergedError, match="unlabeled_likelihood"):
        train(Point(), ELBO(), Rows(1e25), settings())


def test_run_leaves_the_random_state_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    train(Point(), ELBO(), Rows(1.0), settings())

    assert torch.equal(before, torch.get_rng_state())


# Device


@pytest.mark.parametrize("longest", [0.5, 50.0])
def test_a_gradient_is_clipped_as_by_pytorch(longest):
    random = torch.Generator().manual_seed(0)
    weights = [nn.Parameter(torch.zeros(shape)) for shape in [(3, 4), (4,), (2, 1, 3, 3)]]
    gradients = [torch.randn(weight.shape, generator=random) for weight in weights]

    def clipped(shorten: Callable[..., Any]) -> list[Tensor]:
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient.clone()

        shorten(weights, longest)

        return [weight.grad for weight in weights]

    torch.testing.assert_close(clipped(clip), clipped(nn.utils.clip_grad_norm_))


def test_a_device_that_is_not_there():
    for kind, there in {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}.items():
        if not there:
            with pytest.raises(SettingError, match=rf"(?s)device='{kind}'.*'cpu'.*device='auto'"):
                train(Point(), ELBO(), Rows(1.0, 1), Training(epochs=1, device=kind))


def test_a_run_takes_no_more_threads_than_it_may(monkeypatch):
    seen = []
    monkeypatch.setattr(torch, "set_num_threads", seen.append)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)

    for most in (1, 8, None):
        train(Point(), ELBO(), Rows(1.0, steps=1), settings(epochs=1, threads=most))

    assert seen == [1, 4, 4, 4, 4, 4]
