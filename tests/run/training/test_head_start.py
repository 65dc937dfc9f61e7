"""The step is compiled once, beside other programs."""

import logging
import re
import threading

import jax
import pytest

from jaxgan.run.training import head_start, stop_signals


class Program:
    """Compiles when it is let, or fails."""

    def __init__(self, error=None):
        self.error, self.allowed, self.compiled = error, threading.Event(), False

    def compile(self):
        assert self.allowed.wait(60)
        if self.error:
            raise self.error
        self.compiled = True


@pytest.fixture
def all_is_logged(caplog):
    """In every thread, which `jax.log_compiles` does not ask for."""
    jax.config.update("jax_log_compiles", True)
    with caplog.at_level(logging.WARNING):
        yield
    jax.config.update("jax_log_compiles", False)


@pytest.mark.parametrize(
    "arguments",
    [(), ("--devices=2",), ("--seeds=2",), ("--steps-per-dispatch=2",)],
    ids="".join,
)
def test_every_program_is_compiled_once(train, caplog, all_is_logged, arguments):
    every = [f"--{what}-every=2" for what in ("log", "sample", "save")]
    train("--steps=4", *every, *arguments)
    found = re.findall(r"XLA compilation of jit\((\w+)\)", caplog.text)
    assert found.count("step") + found.count("steps") == 1
    for name in ("_is_finite", "_latents", "_render"):  # others may have left theirs
        assert found.count(name) <= 1, name


def test_what_is_done_meanwhile_does_not_wait():
    program = Program()
    with head_start.compiling(program):
        assert stop_signals.is_compiling()
        program.allowed.set()
    assert program.compiled
    assert not stop_signals.is_compiling()


def test_what_the_compiler_says_is_raised():
    program = Program(MemoryError("too large"))
    program.allowed.set()
    with (
        pytest.raises(MemoryError, match="too large"),
        head_start.compiling(program),
    ):
        pass


def test_who_interrupts_does_not_wait():
    program = Program()
    with pytest.raises(KeyboardInterrupt), head_start.compiling(program):
        raise KeyboardInterrupt
    assert stop_signals.is_compiling()
    program.allowed.set()


def test_another_error_waits():
    program = Program()
    timer = threading.Timer(0.05, program.allowed.set)
    timer.start()
    with pytest.raises(ValueError, match="meanwhile"), head_start.compiling(program):
        raise ValueError("meanwhile")
    assert program.compiled
    assert not stop_signals.is_compiling()
