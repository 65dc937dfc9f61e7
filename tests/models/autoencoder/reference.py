"""Latent diffusion's autoencoder in float64 NumPy, by its authors' names."""

import numpy as np

GROUPS = 2


class Reference:
    """One pass after another over a state dict; maps are [B, C, H, W]."""

    def __init__(self, state, levels, blocks):
        self.state = {name: x.astype(np.float64) for name, x in state.items()}
        self.levels, self.blocks = levels, blocks

    def conv(self, name, x, pads=((1, 1), (1, 1)), stride=1):
        kernel, bias = self.state[f"{name}.weight"], self.state[f"{name}.bias"]
        side = kernel.shape[-1]
        x = np.pad(x, ((0, 0), (0, 0), *(pads if side == 3 else ((0, 0), (0, 0)))))
        windows = np.lib.stride_tricks.sliding_window_view(x, (side, side), (2, 3))
        y = np.einsum("bchwij,ocij->bohw", windows[:, :, ::stride, ::stride], kernel)
        return y + bias[:, None, None]

    def norm(self, name, x):
        y = x.reshape(x.shape[0], GROUPS, -1)
        y = (y - y.mean(2, keepdims=True)) / np.sqrt(y.var(2, keepdims=True) + 1e-6)
        scale, bias = self.state[f"{name}.weight"], self.state[f"{name}.bias"]
        return y.reshape(x.shape) * scale[:, None, None] + bias[:, None, None]

    def activated(self, name, x):
        y = self.norm(name, x)
        return y / (1.0 + np.exp(-y))

    def block(self, name, x):
        y = self.conv(f"{name}.conv1", self.activated(f"{name}.norm1", x))
        y = self.conv(f"{name}.conv2", self.activated(f"{name}.norm2", y))
        if f"{name}.nin_shortcut.weight" in self.state:
            x = self.conv(f"{name}.nin_shortcut", x)
        return x + y

    def attention(self, name, x):
        y = self.norm(f"{name}.norm", x)
        q, k, v = (
            self.conv(f"{name}.{part}", y).reshape(*y.shape[:2], -1) for part in "qkv"
        )
        match = np.einsum("bci,bcj->bij", q, k) / np.sqrt(y.shape[1])
        share = np.exp(match - match.max(2, keepdims=True))
        share /= share.sum(2, keepdims=True)
        found = np.einsum("bij,bcj->bci", share, v).reshape(x.shape)
        return x + self.conv(f"{name}.proj_out", found)

    def middle(self, half, x):
        x = self.block(f"{half}.mid.block_1", x)
        return self.block(
            f"{half}.mid.block_2", self.attention(f"{half}.mid.attn_1", x)
        )

    def encode(self, images):
        """Mean and logarithm of the variance."""
        x = self.conv("encoder.conv_in", images)
        for level in range(self.levels):
            for place in range(self.blocks):
                x = self.block(f"encoder.down.{level}.block.{place}", x)
            if level < self.levels - 1:
                name = f"encoder.down.{level}.downsample.conv"
                x = self.conv(name, x, ((0, 1), (0, 1)), 2)
        x = self.activated("encoder.norm_out", self.middle("encoder", x))
        x = self.conv("quant_conv", self.conv("encoder.conv_out", x))
        mean, log_variance = np.split(x, 2, axis=1)
        return mean, np.clip(log_variance, -30.0, 20.0)

    def decode(self, latents):
        x = self.conv("decoder.conv_in", self.conv("post_quant_conv", latents))
        x = self.middle("decoder", x)
        for level in reversed(range(self.levels)):
            for place in range(self.blocks + 1):
                x = self.block(f"decoder.up.{level}.block.{place}", x)
            if level:
                x = x.repeat(2, axis=2).repeat(2, axis=3)
                x = self.conv(f"decoder.up.{level}.upsample.conv", x)
        return self.conv("decoder.conv_out", self.activated("decoder.norm_out", x))
