"""Networks of translation and restoration in PyTorch, under their official names.

Those of `jaxgan.models`, layer for layer, so that what `export_torch` returns can be
loaded, and both are seen to compute the same.
"""

import itertools

import torch
from torch import nn
from torch.nn import functional as F


def dcgan_init(net):
    """Draws kernels from N(0, 0.02²): the official codes' init."""
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(module.weight, 0.0, 0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return net


class UNetBlock(nn.Module):
    """A level of `pix2pix.Generator` with batch normalisation, around the inner one."""

    def __init__(self, outer, inner, entering, inside=None, dropout=0.0, last=False):
        super().__init__()
        down = nn.Conv2d(entering, inner, 4, 2, 1, bias=False)
        coming = inner if inside is None else 2 * inner
        up = nn.ConvTranspose2d(coming, outer, 4, 2, 1, bias=last)
        self.last = last
        if last:
            layers = [down, inside, nn.ReLU(True), up, nn.Tanh()]
        elif inside is None:
            layers = [nn.LeakyReLU(0.2, True), down, nn.ReLU(True), up]
            layers += [nn.BatchNorm2d(outer)]
        else:
            layers = [nn.LeakyReLU(0.2, True), down, nn.BatchNorm2d(inner), inside]
            layers += [nn.ReLU(True), up, nn.BatchNorm2d(outer)]
            layers += [nn.Dropout(dropout)] if dropout else []
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        """Of all but the outermost level, joined to what comes in."""
        return self.model(x) if self.last else torch.cat([x, self.model(x)], 1)


class UNet(nn.Module):
    """`pix2pix.Generator`: unet_128 of 7 halvings."""

    def __init__(self, halvings=7, width=64, dropout=0.5):
        super().__init__()
        widths = [width * min(2**level, 8) for level in range(halvings)]
        block = None
        for level in reversed(range(1, halvings)):
            outer, inner = widths[level - 1], widths[level]
            dropped = 4 <= level < halvings - 1
            block = UNetBlock(outer, inner, outer, block, dropout * dropped)
        self.model = UNetBlock(3, width, 3, block, last=True)

    def forward(self, x):
        """[B, 3, H, W] to the same."""
        return self.model(x)


def patch_discriminator(channels, norm=nn.BatchNorm2d, width=64, halvings=3):
    """`pix2pix.Discriminator`, as a Sequential within one that is called `model`."""
    biased = norm is nn.InstanceNorm2d
    layers = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2, True)]
    widths = [width * min(2**place, 8) for place in range(halvings + 1)]
    for place, (before, after) in enumerate(itertools.pairwise(widths), 1):
        stride = 2 if place < halvings else 1
        layers += [nn.Conv2d(before, after, 4, stride, 1, bias=biased)]
        layers += [norm(after), nn.LeakyReLU(0.2, True)]
    layers += [nn.Conv2d(widths[-1], 1, 4, 1, 1)]
    return Named(nn.Sequential(*layers))


class Named(nn.Module):
    """A module as `model` of another, as the official names have it."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        """As the module."""
        return self.model(x)


class MirroredBlock(nn.Module):
    """`cyclegan.networks.Block`."""

    def __init__(self, width):
        super().__init__()
        self.conv_block = nn.Sequential(
            *(nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3)),
            *(nn.InstanceNorm2d(width), nn.ReLU(True)),
            *(nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3)),
            nn.InstanceNorm2d(width),
        )

    def forward(self, x):
        """Adds to what comes in."""
        return x + self.conv_block(x)


def cyclegan_generator(blocks=6, width=64):
    """`cyclegan.Generator`."""
    layers = [nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7)]
    layers += [nn.InstanceNorm2d(width), nn.ReLU(True)]
    for place in (1, 2):
        layers += [nn.Conv2d(width * place, 2 * width * place, 3, 2, 1)]
        layers += [nn.InstanceNorm2d(2 * width * place), nn.ReLU(True)]
    layers += [MirroredBlock(4 * width) for _ in range(blocks)]
    for place in (2, 1):
        up = nn.ConvTranspose2d(2 * width * place, width * place, 3, 2, 1, 1)
        layers += [up, nn.InstanceNorm2d(width * place), nn.ReLU(True)]
    layers += [nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh()]
    return Named(nn.Sequential(*layers))


class DenseBlock(nn.Module):
    """`restoration.rrdbnet.DenseBlock`."""

    def __init__(self, width, growth):
        super().__init__()
        for place in range(4):
            conv = nn.Conv2d(width + place * growth, growth, 3, 1, 1)
            setattr(self, f"conv{place + 1}", conv)
        self.conv5 = nn.Conv2d(width + 4 * growth, width, 3, 1, 1)

    def forward(self, x):
        """Adds to what comes in."""
        seen = x
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            y = F.leaky_relu(conv(seen), 0.2, inplace=True)
            seen = torch.cat([seen, y], 1)
        return x + 0.2 * self.conv5(seen)


class ResidualBlock(nn.Module):
    """`restoration.rrdbnet.ResidualBlock`."""

    def __init__(self, width, growth):
        super().__init__()
        for place in (1, 2, 3):
            setattr(self, f"rdb{place}", DenseBlock(width, growth))

    def forward(self, x):
        """Adds to what comes in."""
        return x + 0.2 * self.rdb3(self.rdb2(self.rdb1(x)))


class RRDBNet(nn.Module):
    """`restoration.RRDBNet` of scale 4, in [0, 1]."""

    def __init__(self, width, blocks, growth):
        super().__init__()

        def conv(before, after):
            return nn.Conv2d(before, after, 3, 1, 1)

        self.conv_first = conv(3, width)
        self.body = nn.Sequential(
            *(ResidualBlock(width, growth) for _ in range(blocks))
        )
        self.conv_body = conv(width, width)
        self.conv_up1, self.conv_up2 = conv(width, width), conv(width, width)
        self.conv_hr, self.conv_last = conv(width, width), conv(width, 3)

    def forward(self, x):
        """[B, 3, H, W] to four times the size."""
        x = self.conv_first(x)
        x = x + self.conv_body(self.body(x))
        for conv in (self.conv_up1, self.conv_up2):
            x = F.interpolate(x, scale_factor=2, mode="nearest")
            x = F.leaky_relu(conv(x), 0.2, inplace=True)
        x = F.leaky_relu(self.conv_hr(x), 0.2, inplace=True)
        return self.conv_last(x)


class VGGDiscriminator(nn.Module):
    """`restoration.VGGDiscriminator`, of images in [0, 1]."""

    def __init__(self, size, width):
        super().__init__()
        self.stages, before = (size // 4).bit_length() - 1, 3
        for stage in range(self.stages):
            after = width * min(2**stage, 8)
            first = nn.Conv2d(before, after, 3, 1, 1, bias=not stage)
            second = nn.Conv2d(after, after, 4, 2, 1, bias=False)
            setattr(self, f"conv{stage}_0", first)
            setattr(self, f"conv{stage}_1", second)
            if stage:
                setattr(self, f"bn{stage}_0", nn.BatchNorm2d(after))
            setattr(self, f"bn{stage}_1", nn.BatchNorm2d(after))
            before = after
        self.linear1 = nn.Linear(before * 16, 100)
        self.linear2 = nn.Linear(100, 1)

    def forward(self, x):
        """[B, 3, size, size] to [B, 1]."""
        for stage in range(self.stages):
            for place in (0, 1):
                x = getattr(self, f"conv{stage}_{place}")(x)
                if stage or place:
                    x = getattr(self, f"bn{stage}_{place}")(x)
                x = F.leaky_relu(x, 0.2, inplace=True)
        return self.linear2(F.leaky_relu(self.linear1(x.flatten(1)), 0.2))


class VGG(nn.Module):
    """`models.vgg.VGG` up to conv5_4, of images in [0, 1]."""

    def __init__(self, depths=(2, 2, 4, 4, 4), widths=(64, 128, 256, 512, 512)):
        super().__init__()
        layers, before = [], 3
        for block, (depth, width) in enumerate(zip(depths, widths)):
            layers += [nn.MaxPool2d(2)] * (block > 0)
            for _ in range(depth):
                layers += [nn.Conv2d(before, width, 3, 1, 1), nn.ReLU(True)]
                before = width
        self.features = nn.Sequential(*layers[:-1])
        shape = 1, 3, 1, 1
        mean, deviation = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
        self.register_buffer("mean", torch.tensor(mean).reshape(shape))
        self.register_buffer("deviation", torch.tensor(deviation).reshape(shape))

    def forward(self, x):
        """[B, 3, H, W] to [B, 512, H/16, W/16]."""
        return self.features((x - self.mean) / self.deviation)
