"""A step of the projector, in jaxgan and as the official loop in PyTorch.

    python experiments/benchmarks/speed/projector.py

One StyleGAN2 of 32 × 32 pixels with the same parameters in both (checked), pixels as
the distance, and the official projector's loop around it: noise of w, regularised and
normalised noise maps, Adam. The plays are in turn, each of many steps. Shown are
milliseconds a step and picture: of the wall, medians, and of the processor, means,
which a busy machine changes less. jaxgan also looks for several pictures at once, which
the official loop does not. Without PyTorch, ours alone are timed, and it says so.

With `--rounds 3 --steps 40 --threads 1`, on a busy machine of two cores: 2.9 ms of the
processor (4.4 of the wall), 1.6 (2.5) of eight at once, and 14.5 (23) of the official
loop.
"""

import dataclasses
import importlib.util
import statistics
import sys
import time
import types
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import tyro
from rounds import head, interleaved, row

from jaxgan.core import Context, State, example_keys
from jaxgan.core.types import Players
from jaxgan.games.style import StyleGame
from jaxgan.models import mlp, stylegan2
from jaxgan.models.stylegan2.weights import import_torch
from jaxgan.run.editing.codes import Codes
from jaxgan.run.editing.projector import Projector, Schedule

SIDES, WIDTHS, STYLE, LAYERS = (4, 8, 16, 32), (64, 64, 32, 16), 64, 2


@dataclasses.dataclass(frozen=True)
class Options:
    """How often."""

    steps: int = 50
    """Of a play."""
    rounds: int = 9
    """Timed plays of each."""
    together: int = 8
    """Pictures that jaxgan looks for at once, in its second row."""
    threads: int = 2
    """PyTorch's; XLA has one per processor."""


def codes_of(variables: Any) -> Codes:
    """The codes of a run with these variables of the generator."""
    generator = stylegan2.Generator(
        (SIDES[-1], SIDES[-1], 3),
        style_size=STYLE,
        mapping_layers=LAYERS,
        channel_base=512,
        channel_max=64,
    )
    game = StyleGame(generator, mlp.Discriminator(), STYLE)
    if variables is None:
        z = jnp.zeros((1, STYLE))
        context = Context(example_keys(jax.random.key(0), 1))
        variables = jax.jit(lambda key: generator.init(key, z, (), context))(
            jax.random.key(0)
        )
    variables = jax.tree.map(jnp.asarray, variables)
    players, none = Players(variables, {}), Players[Any]((), ())
    state = State(jnp.int32(0), jax.random.key(0), players, none, variables, (), ())
    data = types.SimpleNamespace(source=types.SimpleNamespace(classes=()))
    experiment = types.SimpleNamespace(game=game, data=data, held_out=None)
    stored: Any = types.SimpleNamespace(experiment=experiment, state=state, name="tiny")
    return Codes(stored)


def ours(codes: Codes, targets: np.ndarray, steps: int) -> Callable[[], object]:
    """A play of ours; compiled here."""
    projector = Projector(codes)

    def play() -> object:
        return projector(targets, steps=steps, frames=1)

    play()
    return play


def official(generator: Any, codes: Codes, target: np.ndarray, steps: int):
    """A play of the official projector.py, with pixels in place of VGG's features."""
    import torch
    from torch.nn import functional as F

    schedule, spread = Schedule(), codes.spread
    noise = [x for name, x in generator.named_buffers() if "noise_const" in name]
    wanted = torch.tensor(target.transpose(0, 3, 1, 2))
    mean = torch.tensor(spread.mean[:1])[None]

    def play() -> object:
        w = mean.clone().requires_grad_(True)
        optimizer = torch.optim.Adam([w, *noise], betas=(0.9, 0.999), lr=0.1)
        for buffer in noise:
            buffer[:] = torch.randn_like(buffer)
            buffer.requires_grad = True
        for step in range(steps):
            share = step / steps
            shaking = spread.deviation * float(schedule_shaking(schedule, share))
            for group in optimizer.param_groups:
                group["lr"] = float(schedule_rate(schedule, share))
            shaken = w + torch.randn_like(w) * shaking
            ws = shaken.repeat([1, generator.layers, 1])
            made = generator.synthesis(ws, constant=True)
            loss = (made - wanted).square().mean()
            kept: Any = 0.0
            for buffer in noise:
                n = buffer[None, None]
                while True:
                    kept = kept + (n * torch.roll(n, 1, 3)).mean() ** 2
                    kept = kept + (n * torch.roll(n, 1, 2)).mean() ** 2
                    if n.shape[2] <= 8:
                        break
                    n = F.avg_pool2d(n, 2)
            optimizer.zero_grad(set_to_none=True)
            (loss + kept * schedule.noise_weight).backward()
            optimizer.step()
            with torch.no_grad():
                for buffer in noise:
                    buffer -= buffer.mean()
                    buffer *= buffer.square().mean().rsqrt()
        for buffer in noise:
            buffer.requires_grad = False
        return w

    return play


def schedule_rate(schedule: Schedule, share: float) -> float:
    """The learning rate, in numpy as the official code computes it."""
    down = min(1.0, (1.0 - share) / schedule.ramp_down)
    down = 0.5 - 0.5 * np.cos(down * np.pi)
    return schedule.rate * down * min(1.0, share / schedule.ramp_up)


def schedule_shaking(schedule: Schedule, share: float) -> float:
    """The noise of w, likewise."""
    return schedule.shaking * max(0.0, 1.0 - share / schedule.quiet) ** 2


def clocked(play: Callable[[], object], seconds: list[float]) -> Callable[[], None]:
    """A play that notes the processor's seconds."""

    def noted() -> None:
        began = time.process_time()
        play()
        seconds.append(time.process_time() - began)

    return noted


def main(options: Options) -> None:
    """Prints the table."""
    generator = None
    if importlib.util.find_spec("torch") is None:
        print("PyTorch is not installed: ours alone are timed", file=sys.stderr)
    else:
        import torch
        import torch_stylegan2

        torch.manual_seed(0)
        torch.set_num_threads(options.threads)
        generator = torch_stylegan2.Generator(SIDES, WIDTHS, STYLE, STYLE, LAYERS)
        for parameter in generator.parameters():
            parameter.requires_grad = False
    state = None if generator is None else generator.state_dict()
    codes = codes_of(None if state is None else import_torch(state))
    keys, latent = codes.drawn(1, np.arange(options.together))
    targets = np.asarray(codes.render(codes.variables, latent, keys))
    one, several = targets[:1], targets
    plays: dict[str, tuple[Callable[[], object], int]] = {
        "jaxgan": (ours(codes, one, options.steps), 1),
        f"jaxgan, {options.together} pictures": (
            ours(codes, several, options.steps),
            options.together,
        ),
    }
    if generator is not None:
        import torch

        w = torch.tensor(np.asarray(latent.value))
        made = generator.synthesis(w, constant=True).numpy().transpose(0, 2, 3, 1)
        apart = np.abs(made - targets).max()
        print(f"outputs differ by {apart:.1e}", file=sys.stderr)
        plays["official loop, PyTorch"] = (
            official(generator, codes, one, options.steps),
            1,
        )
    processor: dict[str, list[float]] = {name: [] for name in plays}
    timed = {name: clocked(play, processor[name]) for name, (play, _) in plays.items()}
    waited = interleaved(timed, options.rounds)
    print(head(["a step and picture", "wall, ms", "processor, ms"]))
    for name, (_, count) in plays.items():
        scale = 1000 / (options.steps * count)
        wall = statistics.median(waited[name]) * scale
        spent = statistics.mean(processor[name][1:]) * scale
        print(row([name, f"{wall:.2f}", f"{spent:.2f}"]))


if __name__ == "__main__":
    main(tyro.cli(Options))
