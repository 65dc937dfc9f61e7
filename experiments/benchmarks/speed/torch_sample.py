"""A picture of 16 samples by PyTorch alone: python torch_sample.py SCRIPTED LATENT OUT.

SCRIPTED is a generator as TorchScript, which needs none of the code that made it.
"""

import sys

import torch
from PIL import Image

if __name__ == "__main__":
    scripted, latent, out = sys.argv[1:]
    with torch.inference_mode():
        images = torch.jit.load(scripted)(torch.randn(16, int(latent)))
    pixels = (images.clamp(-1, 1) * 127.5 + 127.5).round().byte()
    side = pixels.shape[-1]
    rows = pixels.reshape(4, 4, 3, side, side).permute(0, 3, 1, 4, 2)
    Image.fromarray(rows.reshape(4 * side, 4 * side, 3).numpy()).save(out)
