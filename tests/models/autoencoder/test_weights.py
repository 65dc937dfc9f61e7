"""The autoencoder's weights in three spellings, and in files."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.models import autoencoder
from jaxgan.models.autoencoder import Spelling
from jaxgan.weights import read_arrays
from tests.models.autoencoder.test_networks import variables
from tests.weights import torch_by_hand


@pytest.mark.parametrize("spelling", Spelling)
@pytest.mark.parametrize("prefix", ["", "first_stage_model.", "state_dict.vae."])
def test_there_and_back(spelling, prefix):
    state = autoencoder.export_torch(variables(), spelling)
    beside = {
        "loss.discriminator.main.0.weight": np.zeros((1, 1)),
        "model.diffusion_model.out.2.weight": np.zeros(3),
        "cond_stage_model.encoder.layers.0.weight": np.zeros(3),
    }
    named = {f"{prefix}{name}": array for name, array in state.items()}
    again = autoencoder.import_torch(beside | named)
    jax.tree.map(np.testing.assert_array_equal, again, variables())


def test_names_as_published():
    """Of one layer of every sort, with the shape it has in Stable Diffusion's files."""
    module = autoencoder.Autoencoder()
    shapes = jax.eval_shape(module.init, jax.random.key(0), jnp.zeros((1, 8, 8, 3)))
    blank = jax.tree.map(lambda x: np.broadcast_to(np.float32(0), x.shape), shapes)
    wanted = {
        Spelling.DIFFUSERS: {
            "encoder.down_blocks.1.resnets.0.conv_shortcut.weight": (256, 128, 1, 1),
            "encoder.down_blocks.2.downsamplers.0.conv.weight": (512, 512, 3, 3),
            "encoder.mid_block.attentions.0.to_q.weight": (512, 512),
            "encoder.mid_block.attentions.0.to_out.0.bias": (512,),
            "encoder.conv_norm_out.weight": (512,),
            "decoder.up_blocks.2.resnets.0.conv1.weight": (256, 512, 3, 3),
            "decoder.up_blocks.3.resnets.2.norm2.weight": (128,),
            "decoder.up_blocks.0.upsamplers.0.conv.weight": (512, 512, 3, 3),
            "quant_conv.weight": (8, 8, 1, 1),
            "post_quant_conv.bias": (4,),
        },
        Spelling.OLD_DIFFUSERS: {
            "decoder.mid_block.attentions.0.group_norm.weight": (512,),
            "decoder.mid_block.attentions.0.proj_attn.weight": (512, 512),
        },
        Spelling.COMPVIS: {
            "encoder.down.0.downsample.conv.weight": (128, 128, 3, 3),
            "encoder.mid.attn_1.q.weight": (512, 512, 1, 1),
            "encoder.mid.attn_1.norm.bias": (512,),
            "encoder.norm_out.weight": (512,),
            "decoder.up.1.block.0.nin_shortcut.weight": (256, 512, 1, 1),
            "decoder.up.3.upsample.conv.weight": (512, 512, 3, 3),
            "decoder.conv_out.weight": (3, 128, 3, 3),
        },
    }
    for spelling, names in wanted.items():
        state = autoencoder.export_torch(blank, spelling)
        assert len(state) == 248
        assert {name: state[name].shape for name in names} == names


def test_files_of_half_the_size(tmp_path):
    """safetensors, of float16 and bfloat16 too, and what torch.save writes."""
    safetensors = pytest.importorskip("safetensors.numpy")
    state = autoencoder.export_torch(variables())
    for dtype in (np.float32, np.float16, jnp.bfloat16):
        path = tmp_path / f"{np.dtype(dtype).name}.safetensors"
        written = {name: x.astype(dtype) for name, x in state.items()}
        safetensors.save_file(
            {n: np.ascontiguousarray(x) for n, x in written.items()}, path
        )
        read = autoencoder.import_torch(read_arrays(path))
        rounded = jax.tree.map(
            lambda x, dtype=dtype: np.asarray(x).astype(dtype).astype(np.float32),
            variables(),
        )
        jax.tree.map(np.testing.assert_array_equal, read, rounded)
    old = autoencoder.export_torch(variables(), Spelling.COMPVIS)
    path = tmp_path / "vae.ckpt"
    tensors = {n: torch_by_hand.Tensor(np.ascontiguousarray(x)) for n, x in old.items()}
    torch_by_hand.save(path, {"state_dict": tensors, "global_step": 3})
    read = autoencoder.import_torch(read_arrays(path))
    jax.tree.map(np.testing.assert_array_equal, read, variables())


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda s: {}, "saw .* wanted an autoencoder, with 'encoder.conv_in.weight'"),
        (lambda s: {"fc.weight": np.zeros((2, 2))}, "saw .'fc.weight'"),
        (
            lambda s: {n: x for n, x in s.items() if "to_k" not in n},
            "saw an attention without key, wanted all of it",
        ),
        (
            lambda s: {"encoder.conv_in.weight": s["encoder.conv_in.weight"]},
            "wanted an autoencoder with levels of blocks and an attention",
        ),
        (
            lambda s: s | {"encoder.down_blocks.0.attentions.0.x.weight": np.zeros(2)},
            "saw 'encoder.down_blocks.0.attentions.0.x.weight'",
        ),
        (
            lambda s: s | {"quant_conv.bias": np.full(6, np.nan)},
            "quant_conv.bias: saw NaN",
        ),
    ],
)
def test_what_is_no_autoencoder(change, wanted):
    state = autoencoder.export_torch(variables())
    with pytest.raises(ValueError, match=wanted):
        autoencoder.import_torch(change(state))
