"""`jaxgan import`: published weights become a run that can be used."""

import dataclasses
import hashlib
import pathlib
from collections.abc import Sequence
from typing import Annotated, Any

from tyro.conf import Positional, UseAppendAction

from jaxgan.run.command_line import option
from jaxgan.run.errors import RunError, plain
from jaxgan.run.importable import Network

File = Annotated[pathlib.Path | None, option("FILE", "")]


@dataclasses.dataclass(frozen=True)
class ImportCommand:
    """Make a run of published weights."""

    checkpoint: Annotated[Positional[pathlib.Path], option("CHECKPOINT")]
    """Of the official PyTorch code: .safetensors, .pth or .pt, .npz, or a .pkl of
    NVIDIA's, R3GAN's or projected GANs' code, or a whole module of MoCoGAN's: of none
    is anything run."""
    run_dir: Annotated[pathlib.Path, option("RUN")]
    """The folder to make, which must not hold anything."""
    model: Annotated[Network | None, option(default="as names and shapes say")] = None
    """Whose generator it is."""
    current: File = None
    """The generator without averaging, if CHECKPOINT is the average alone."""
    discriminator: File = None
    """If it is not in CHECKPOINT."""
    within: Annotated[str, option("NAME", "")] = ""
    """Take the arrays below this name of CHECKPOINT."""
    set: Annotated[UseAppendAction[tuple[str, ...]], option("NAME=VALUE")] = ()
    """What shapes do not tell: depth of biggan_deep; norm_epsilon,
    spectral_epsilon and iterations of both BigGANs;
    pooling (mean or sum) and halvings of mimicry; dropout, and
    dropout_at_use and own_at_use (yes or no), of pix2pix and
    cyclegan; slope of srvggnet_compact; classes, frames
    and rate of mocogan; heads, discriminator_heads, chain, repetitions and
    residual (yes or no) of afm; autoencoder (a file) and
    autoencoder_widths of afm and gat; clamp, group,
    learning_rate_multiplier, condition_multiplier
    and discriminator_clamp of stylegan2 and stylegan3
    (pickles tell); of stylegan3 also critical_layers, margin,
    first_cutoff, first_stopband, last_stopband, oversampling,
    output_scale and magnitude_decay."""
    ignore: Annotated[UseAppendAction[tuple[str, ...]], option("NAME")] = ()
    """Attributes of a pickle that change nothing in what is computed."""

    def execute(self) -> None:
        """Writes the run, and prints what it holds.

        Raises:
          RunError: if the files hold no network that is known, or not all of it, or the
            folder is not empty. Nothing is left behind.
        """
        from jaxgan.core.abilities import Applicable
        from jaxgan.run.files.fingerprint import fingerprint
        from jaxgan.run.importable import imported_run, imported_state, state_dicts

        imported_run.check_empty(self.run_dir)
        try:
            found = state_dicts.find(
                self.checkpoint,
                within=self.within,
                model=self.model,
                current=self.current,
                discriminator=self.discriminator,
            )
            imported = imported_state.assemble(found, _settings(self.set), self.ignore)
        except ValueError as error:
            raise RunError(str(error)) from error
        origin: dict[str, Any] = {
            "network": found.model.rpartition(".")[2],
            "files": {str(path): _sha256(path) for path in found.files},
            "arrays": {name: len(arrays) for name, arrays in found.entries.items()},
            "left_out": list(found.left_out),
        }
        imported_run.write(self.run_dir, imported, origin)
        parts = [f"{name}: {n} arrays" for name, n in origin["arrays"].items()]
        shape = imported.experiment.data.source.shape
        print(f"{origin['network']} {shape}: {', '.join(parts)}")
        if found.left_out:
            print(plain(f"left out, and not run: {', '.join(found.left_out)}"))
        print(f"step 0: {fingerprint(imported.state)}")
        if isinstance(imported.experiment.game, Applicable):
            print(f"apply with: jaxgan apply {self.run_dir} PICTURES")
        else:
            print(f"sample with: jaxgan sample {self.run_dir}")


def _settings(words: Sequence[str]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise RunError(f"--set: saw {name + equals!r}, wanted NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _sha256(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
