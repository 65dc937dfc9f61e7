"""MoCoGAN's and DVD-GAN's networks in PyTorch, with the names of our layers or theirs.

MoCoGAN's have the names of the authors' code. DVD-GAN's, of which there is no official
code, have those of ours. Frames are [N, C, H, W], time first where there is a GRU.
"""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm


class Noise(nn.Module):
    """Adds normal numbers in training."""

    def __init__(self, deviation):
        super().__init__()
        self.deviation = deviation

    def forward(self, x):
        """Of any shape."""
        return x + self.deviation * torch.randn_like(x) if self.training else x


class MoCoGANGenerator(nn.Module):
    """The authors' `VideoGenerator`, whose chance lies in its latents."""

    def __init__(self, frames, halvings, width, content, motion, classes, channels=1):
        super().__init__()
        self.frames, self.content, self.classes = frames, content, classes
        self.latent = content + (frames + 1) * motion
        self.recurrent = nn.GRUCell(motion, motion)
        widths = [width * 2**place for place in reversed(range(halvings))]
        total = content + classes + motion
        layers = [nn.ConvTranspose2d(total, widths[0], 4, bias=False)]
        for before, after in zip(widths, [*widths[1:], channels], strict=True):
            layers += [nn.BatchNorm2d(before), nn.ReLU()]
            layers += [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)]
        self.main = nn.Sequential(*layers, nn.Tanh())

    def forward(self, z, labels):
        """Maps latents [B, Z] and labels [B] to clips [B, T, C, H, W]."""
        content, steps = z.split((self.content, z.shape[1] - self.content), 1)
        steps = steps.unflatten(1, (self.frames + 1, -1)).unbind(1)
        state, states = steps[0], []
        for seen in steps[1:]:
            state = self.recurrent(seen, state)
            states.append(state)
        kinds = F.one_hot(labels, self.classes).to(z)
        still = torch.cat([content, kinds], 1)[:, None].expand(-1, self.frames, -1)
        x = torch.cat([still, torch.stack(states, 1)], -1).flatten(0, 1)
        return self.main(x[..., None, None]).unflatten(0, (len(z), self.frames))


def mocogan_critic(halvings, width, deviation, classes=None, channels=1):
    """`PatchImageDiscriminator`, or with classes `CategoricalVideoDiscriminator`."""
    moving = classes is not None
    conv, norm = (nn.Conv3d, nn.BatchNorm3d) if moving else (nn.Conv2d, nn.BatchNorm2d)
    how = ((1, 2, 2), (0, 1, 1)) if moving else (2, 1)
    layers, before = [], channels
    for place in range(halvings - (not moving)):
        after = width * 2**place
        layers += [Noise(deviation), conv(before, after, 4, *how, bias=False)]
        layers += [norm(after)] * bool(place) + [nn.LeakyReLU(0.2)]
        before = after
    if moving:
        return nn.Sequential(*layers, conv(before, 1 + classes, 4, bias=False))
    return nn.Sequential(
        *layers, Noise(deviation), conv(before, 1, 4, *how, bias=False)
    )


class MoCoGANDiscriminator(nn.Module):
    """Both critics."""

    def __init__(self, halvings, width, deviation, classes, channels=1):
        super().__init__()
        how = halvings, width, deviation
        self.image = mocogan_critic(*how, channels=channels)
        self.video = mocogan_critic(*how, classes, channels)

    def forward(self, clips, frames):
        """Maps [B, T, C, H, W] and frames [B · n, C, H, W] to logits and classes."""
        said = self.video(clips.transpose(1, 2)).flatten(2)
        return self.image(frames), said[:, 0], said[:, 1:].mean(2)


def normalised(conv, *sizes, **options):
    """A layer whose kernel's spectrum is normalised."""
    return spectral_norm(conv(*sizes, **options))


class ConvGRU(nn.Module):
    """The three kernels of ours; what frames add is computed at once."""

    def __init__(self, channels, width):
        super().__init__()
        self.width = width
        sizes = (
            ("input", channels, 3 * width),
            ("gates", width, 2 * width),
            ("candidate", width, width),
        )
        for name, before, after in sizes:
            layer = normalised(nn.Conv2d, before, after, 3, padding=1, bias=False)
            self.add_module(name, layer)
        self.bias = nn.Parameter(torch.zeros(3 * width))

    def forward(self, x, frames):
        """Maps frames [T · B, C, H, W], time first, to the states after each."""
        seen = self.input(x) + self.bias[:, None, None]
        of_gates, of_candidate = self.gates.weight, self.candidate.weight
        state = torch.zeros_like(seen[: len(x) // frames, : self.width])
        states = []
        for frame in seen.chunk(frames):
            gates, new = frame.split((2 * self.width, self.width), 1)
            gates = torch.sigmoid(gates + F.conv2d(state, of_gates, padding=1))
            reset, update = gates.chunk(2, 1)
            new = F.relu(new + F.conv2d(reset * state, of_candidate, padding=1))
            state = (1 - update) * state + update * new
            states.append(state)
        return torch.cat(states)


class FiLM(nn.Module):
    """Scales and shifts."""

    def __init__(self, channels, given):
        super().__init__()
        self.Dense_0 = nn.Linear(given, 2 * channels)

    def forward(self, x, given):
        """Maps frames, and what each is given."""
        scale, shift = self.Dense_0(given)[..., None, None].chunk(2, 1)
        return x * (1 + scale) + shift


class ConditionalNorm(nn.Module):
    """Batch normalisation, and `FiLM`."""

    def __init__(self, channels, given):
        super().__init__()
        self.BatchNorm_0 = nn.BatchNorm2d(channels, affine=False)
        self.FiLM_0 = FiLM(channels, given)

    def forward(self, x, given):
        """Maps frames, and what each is given."""
        return self.FiLM_0(self.BatchNorm_0(x), given)


class GeneratorBlock(nn.Module):
    """BigGAN's, which may double the size."""

    def __init__(self, channels, features, given, double):
        super().__init__()
        self.double = double
        self.norm1 = ConditionalNorm(channels, given)
        self.norm2 = ConditionalNorm(features, given)
        three = {"kernel_size": 3, "padding": 1}
        self.conv1 = normalised(nn.Conv2d, channels, features, bias=False, **three)
        self.conv2 = normalised(nn.Conv2d, features, features, **three)
        self.shortcut = normalised(nn.Conv2d, channels, features, kernel_size=1)

    def up(self, x):
        """Repeats pixels, or does nothing."""
        return F.interpolate(x, scale_factor=2) if self.double else x

    def forward(self, x, given):
        """Maps frames, and what each is given."""
        y = self.conv1(self.up(F.relu(self.norm1(x, given))))
        y = self.conv2(F.relu(self.norm2(y, given)))
        return y + self.up(self.shortcut(x))


class Decoder(nn.Module):
    """Of every level a ConvGRU and two blocks."""

    def __init__(self, channels, frames, widths, given):
        super().__init__()
        self.frames, self.levels = frames, len(widths) - 1
        before = widths[0]
        for level, after in enumerate(widths[1:]):
            width = widths[level]
            blocks = (
                GeneratorBlock(width, width, given, False),
                GeneratorBlock(width, after, given, True),
            )
            self.add_module(f"recurrent_{level}", ConvGRU(before, width))
            for place, block in enumerate(blocks):
                self.add_module(f"block_{2 * level + place}", block)
            before = after
        self.norm = nn.BatchNorm2d(before)
        self.image = normalised(nn.Conv2d, before, channels, 3, padding=1)

    def forward(self, x, given):
        """Maps a map [B, C, H, W] to clips [B, T, C, H, W]."""
        count = len(x)
        x, given = x.repeat(self.frames, 1, 1, 1), given.repeat(self.frames, 1)
        for level in range(self.levels):
            x = self.get_submodule(f"recurrent_{level}")(x, self.frames)
            for place in (2 * level, 2 * level + 1):
                x = self.get_submodule(f"block_{place}")(x, given)
        x = torch.tanh(self.image(F.relu(self.norm(x))))
        return x.unflatten(0, (self.frames, count)).transpose(0, 1)


class DVDGANGenerator(nn.Module):
    """Clips of noise and a class."""

    def __init__(self, latent, frames, widths, classes, embedding, channels=1):
        super().__init__()
        self.latent, self.classes, self.width = latent, classes, widths[0]
        self.embedding = nn.Embedding(classes, embedding)
        given = latent + embedding
        self.linear = normalised(nn.Linear, given, 16 * widths[0])
        self.decoder = Decoder(channels, frames, widths, given)

    def forward(self, z, labels):
        """Maps latents [B, Z] and labels [B] to clips [B, T, C, H, W]."""
        given = torch.cat([z, self.embedding(labels)], 1)
        x = self.linear(given).unflatten(1, (4, 4, self.width))
        return self.decoder(x.permute(0, 3, 1, 2), given)


class DiscriminatorBlock(nn.Module):
    """BigGAN's, of frames or of clips."""

    def __init__(self, channels, features, first, moving):
        super().__init__()
        self.first, conv = first, nn.Conv3d if moving else nn.Conv2d
        self.conv1 = normalised(conv, channels, features, 3, padding=1)
        self.conv2 = normalised(conv, features, features, 3, padding=1)
        self.shortcut = normalised(conv, channels, features, 1)
        self.pool = F.avg_pool3d if moving else F.avg_pool2d

    def forward(self, x):
        """Maps to half the size."""
        y = self.conv2(F.relu(self.conv1(x if self.first else F.relu(x))))
        return self.pool(y, 2) + self.shortcut(self.pool(x, 2))


class Critic(nn.Module):
    """Scores of the frames that are left, added up."""

    def __init__(self, widths, classes, moving=0, channels=1):
        super().__init__()
        self.moving = moving
        for place, (before, after) in enumerate(zip([channels, *widths], widths)):
            block = DiscriminatorBlock(before, after, not place, place < moving)
            self.add_module(f"block_{place}", block)
        self.blocks = len(widths)
        self.linear = normalised(nn.Linear, widths[-1], 1)
        self.embedding = normalised(nn.Embedding, classes, widths[-1])

    def forward(self, clips, labels):
        """Maps [B, T, C, H, W] and labels [B] to scores [B]."""
        count, x = len(clips), clips.transpose(1, 2)
        for place in range(self.blocks):
            if place == self.moving:
                x = x.transpose(1, 2).flatten(0, 1)
            x = self.get_submodule(f"block_{place}")(x)
        x = F.relu(x).sum((2, 3)).unflatten(0, (count, -1))
        scores = self.linear(x)[..., 0]
        return (scores + (x * self.embedding(labels)[:, None]).sum(2)).sum(1)


class DVDGANDiscriminator(nn.Module):
    """Of frames at their size, and of all at half of it."""

    def __init__(self, widths, classes, channels=1):
        super().__init__()
        self.spatial = Critic(widths, classes, channels=channels)
        self.temporal = Critic(widths, classes, 2, channels)

    def forward(self, clips, frames, labels):
        """Maps [B, T, C, H, W], chosen frames [B, n, C, H, W] and labels."""
        small = F.avg_pool2d(clips.flatten(0, 1), 2).unflatten(0, clips.shape[:2])
        return self.spatial(frames, labels), self.temporal(small, labels)
