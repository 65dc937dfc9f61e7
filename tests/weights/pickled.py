"""Pickles such as NVIDIA's and R3GAN's training code makes, of any state dicts."""

import contextlib
import importlib
import importlib.util
import sys
import types

from tests.weights import torch_by_hand

SOURCE = "raise SystemExit('the text beside the weights was run')"


def torch_or_stand_in():
    """PyTorch, and what pickles with it: by hand, where it is not installed."""
    if importlib.util.find_spec("torch"):
        return importlib.import_module("torch"), importlib.import_module("pickle").dumps
    return torch_by_hand.torch(), torch_by_hand.dumps


@contextlib.contextmanager
def official_modules(torch):
    """Their modules, importable while something is pickled: (persistent, plain)."""

    class Plain(torch.nn.Module):
        """As R3GAN's networks: pickled by the name of their class."""

    class Persistent(torch.nn.Module):
        """As StyleGAN2's: pickled with the text of their program."""

        def __reduce__(self):
            meta = {
                "type": "class",
                "version": 6,
                "module_src": SOURCE,
                "class_name": "Generator",
                "state": self.__dict__,
            }
            return rebuild, (meta,), None

    class EasyDict(dict):
        """A dict of another name."""

    def rebuild(meta):
        raise AssertionError(f"their code was run: {meta['module_src']}")

    names = {
        **{name: {} for name in ("torch_utils", "R3GAN", "dnnlib")},
        "torch_utils.persistence": {"_reconstruct_persistent_obj": rebuild},
        "R3GAN.Networks": {"Generator": Plain},
        "dnnlib.util": {"EasyDict": EasyDict},
    }
    try:
        for name, members in names.items():
            module = types.ModuleType(name)
            for word, member in members.items():
                member.__module__, member.__qualname__ = name, word
                setattr(module, word, member)
            sys.modules[name] = module
        yield Persistent, Plain, EasyDict
    finally:
        for name in names:
            sys.modules.pop(name, None)


def module_of(torch, kind, state_dict, facts=()):
    """A tree of modules with this state dict; facts are attributes by dotted name."""
    root = kind()

    def inner(path):
        here = root
        for name in path:
            if name not in here._modules:
                here.add_module(name, kind())
            here = here._modules[name]
        return here

    for name, array in state_dict.items():
        *path, leaf = name.split(".")
        tensor = torch.tensor(array)
        if leaf in ("weight", "weight_orig", "bias", "const"):
            inner(path).register_parameter(leaf, torch.nn.Parameter(tensor))
        else:
            inner(path).register_buffer(leaf, tensor)
    for name, value in dict(facts).items():
        *path, leaf = name.split(".")
        setattr(inner(path), leaf, value)
    return root


def save(path, entries, facts=(), plain=False, protocol=None):
    """Pickles networks {name: state dict} as their training loops do."""
    torch, dumps = torch_or_stand_in()
    with official_modules(torch) as (persistent, ordinary, easy):
        kind = ordinary if plain else persistent
        content: dict = {
            name: module_of(torch, kind, state, facts)
            for name, state in entries.items()
        }
        content["augment_pipe"] = None
        content["training_set_kwargs"] = easy(path="/data.zip", sizes=[1, 2])
        path.write_bytes(dumps(content, protocol))
    return path
