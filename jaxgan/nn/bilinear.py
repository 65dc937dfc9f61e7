"""Convolutions and their transposes as operations that JAX differentiates in any mode.

Convolution, image gradient and kernel gradient are linear in each of two arrays, and
the transposes of each are the other two. `jax.custom_vjp` can say so, but for reverse
mode only; as primitives they have derivatives of every mode and order, each computed in
the way that suits the platform. Under a mesh with Explicit axes they have the types of
`lax.conv_general_dilated`, however they are computed.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
from jax.core import ShapedArray
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir
from jax.sharding import PartitionSpec as P

from jaxgan.core.explicit_mesh import explicit_axes

Formulation = Callable[[Any, jax.Array, jax.Array], jax.Array]
"""f(sizes, left, right)."""


class Sizes(Protocol):
    """What is known of a convolution before its arrays are: hashable."""

    @property
    def image(self) -> tuple[int, ...]:
        """(H, W)."""
        ...

    @property
    def maps(self) -> tuple[int, ...]:
        """(H', W')."""
        ...

    @property
    def kernel(self) -> tuple[int, ...]:
        """(height, width)."""
        ...

    @property
    def groups(self) -> int:
        """Of channels and features that only see each other."""
        ...


class Maps(NamedTuple):
    """A convolution and its two transposes, each f(sizes, left, right).

    Attributes:
      forward: image [B, H, W, C], kernel [height, width, C / groups, features] ->
        maps [B, H', W', features].
      image_gradient: maps, kernel -> image.
      kernel_gradient: image, maps -> kernel.
    """

    forward: Formulation
    image_gradient: Formulation
    kernel_gradient: Formulation


ROLES = {
    "forward": ("image", "kernel", "maps"),
    "image_gradient": ("maps", "kernel", "image"),
    "kernel_gradient": ("image", "maps", "kernel"),
}
"""Of the two operands of each map, and of its result."""


FORMULATIONS: dict[str, Callable[..., jax.Array]] = {}
"""f(left, right, sizes=..., many=...) by the name of each primitive: how it is computed
where nothing is known of the platform, for those who take programs elsewhere."""


def define(
    name: str, cpu: Sequence[Formulation], elsewhere: Sequence[Formulation]
) -> Maps:
    """Makes three maps whose derivatives are each other.

    Args:
      name: of the operation, in programs and errors.
      cpu: how they are computed on CPUs, in the order of `Maps`.
      elsewhere: how on other platforms.
    """
    forward, image_gradient, kernel_gradient = primitives = [
        _primitive(f"{name}_{place}", ROLES[place], *formulations)
        for place, *formulations in zip(ROLES, cpu, elsewhere)
    ]
    # Of each: its transposes in the left and in the right operand.
    ad.defbilinear(
        forward,
        lambda maps, _, kernel, **how: image_gradient.bind(maps, kernel, **how),
        lambda maps, image, _, **how: kernel_gradient.bind(image, maps, **how),
    )
    ad.defbilinear(
        image_gradient,
        lambda image, _, kernel, **how: forward.bind(image, kernel, **how),
        lambda image, maps, _, **how: kernel_gradient.bind(image, maps, **how),
    )
    ad.defbilinear(
        kernel_gradient,
        lambda kernel, _, maps, **how: image_gradient.bind(maps, kernel, **how),
        lambda kernel, image, _, **how: forward.bind(image, kernel, **how),
    )

    def callable_of(primitive: Primitive) -> Formulation:
        return lambda sizes, *arrays: primitive.bind(*arrays, sizes=sizes, many=False)

    return Maps(*map(callable_of, primitives))


def _primitive(name, roles, cpu, elsewhere) -> Primitive:
    """One of the maps, all but its derivatives.

    Its parameters are `sizes`, and `many`: that operands and result have one more axis,
    the first, of maps that have nothing to do with each other.
    """
    primitive = Primitive(name)
    FORMULATIONS[name] = functools.partial(_computed, elsewhere)

    def result(left: ShapedArray, right: ShapedArray, *, sizes: Sizes, many: bool):
        return _result(name, roles, (left, right), sizes, many)

    def lowering(formulation: Formulation):
        def lowered(left, right, *, sizes, many):
            types = jax.typeof(left), jax.typeof(right)
            function: Any = functools.partial(
                _computed, formulation, sizes=sizes, many=many
            )
            axes = explicit_axes(*types)
            if axes:
                lying = result(*types, sizes=sizes, many=many).sharding
                function = jax.sharding.auto_axes(
                    function, axes=axes, out_sharding=lying
                )
            return function(left, right)

        return mlir.lower_fun(lowered, multiple_results=False)

    def batched(arrays, axes, **how):
        return _batched(primitive, roles, arrays, axes, **how)

    primitive.def_impl(functools.partial(_run, primitive))
    primitive.def_abstract_eval(result)
    mlir.register_lowering(primitive, lowering(elsewhere))
    mlir.register_lowering(primitive, lowering(cpu), platform="cpu")
    batching.primitive_batchers[primitive] = batched
    return primitive


def _computed(formulation, left, right, *, sizes, many):
    function: Any = functools.partial(formulation, sizes)
    return (jax.vmap(function) if many else function)(left, right)


def _run(primitive: Primitive, left: jax.Array, right: jax.Array, **how: Any):
    return _compiled(primitive, *how.items())(left, right)


@functools.cache
def _compiled(primitive: Primitive, *how: tuple[str, Any]):
    return jax.jit(functools.partial(primitive.bind, **dict(how)))


def _batched(primitive, roles, arrays, axes, *, sizes, many):
    """Maps of an axis more: a larger batch if the kernel is the same for all."""
    count = next(x.shape[n] for x, n in zip(arrays, axes) if n is not None)
    if not many and roles[1] == "kernel" and axes[1] is None:
        left = jnp.moveaxis(arrays[0], axes[0], 0)
        found = primitive.bind(_joined(left), arrays[1], sizes=sizes, many=False)
        return found.reshape(count, -1, *found.shape[1:]), 0
    arrays = [
        jnp.broadcast_to(x, (count, *x.shape))
        if axis is None
        else jnp.moveaxis(x, axis, 0)
        for x, axis in zip(arrays, axes)
    ]
    if not many:
        return primitive.bind(*arrays, sizes=sizes, many=True), 0
    found = primitive.bind(*map(_joined, arrays), sizes=sizes, many=True)
    return found.reshape(count, -1, *found.shape[1:]), 0


def _joined(x):
    """The first two axes as one."""
    return x.reshape(-1, *x.shape[2:])


def _result(
    name: str,
    roles: Sequence[str],
    operands: Sequence[ShapedArray],
    sizes: Sizes,
    many: bool,
) -> ShapedArray:
    """The type of a map of two operands.

    Raises:
      TypeError: if shapes, types or shardings do not fit.
    """
    left, right = operands
    each = [x.shape[1:] if many else x.shape for x in operands]
    known = _known(roles, each, sizes)
    if left.dtype != right.dtype or any(
        _shape(role, known, sizes) != shape for role, shape in zip(roles, each)
    ):
        raise TypeError(
            f"{name}: saw {roles[0]} {left} and {roles[1]} {right}, wanted shapes and "
            f"types that fit together and {sizes}"
        )
    shape = _shape(roles[2], known, sizes)
    spec = _spec(name, roles, operands, shape, many)
    shape = (left.shape[0], *shape) if many else shape
    sharding = (right if left.sharding.mesh.empty else left).sharding
    return left.update(
        shape=shape, sharding=sharding.update(spec=spec), weak_type=False
    )


def _known(roles, shapes, sizes) -> dict[str, int]:
    """Batch, channels and features, as the operands have them."""
    known = {}
    for role, shape in zip(roles, shapes):
        if len(shape) != 4:
            continue
        if role == "kernel":
            known |= {"channels": shape[2] * sizes.groups, "features": shape[3]}
        else:
            last = "channels" if role == "image" else "features"
            known |= {"batch": shape[0], last: shape[3]}
    return known


def _shape(role, known, sizes) -> tuple[int, ...]:
    if role == "kernel":
        each = known.get("channels", 0) // sizes.groups
        return (*sizes.kernel, each, known.get("features", 0))
    last = known.get("channels" if role == "image" else "features", 0)
    return (known.get("batch", 0), *getattr(sizes, role), last)


def _spec(name, roles, operands, shape, many) -> P:
    """How a result of a shape lies over Explicit axes.

    Over the batch, and along sides that keep their size; a kernel is whole everywhere.
    """
    first = [_axis(x, 0) for x in operands if many]
    before = [next(filter(None, first), None)] if many else []
    for role, x in zip(roles, operands):
        kept = () if role == "kernel" else (0, 1, 2) if roles[2] == "kernel" else (0,)
        if role != "kernel" and roles[2] != "kernel":
            kept = tuple(n for n in range(3) if n == 0 or x.shape[n + many] == shape[n])
        if any(_axis(x, n + many) for n in range(4) if n not in kept):
            raise TypeError(
                f"{name}: saw {role} {x}, wanted nothing but the batch and sides that "
                "keep their size to be split over Explicit axes of the mesh"
            )
    if roles[2] == "kernel":
        return P(*before, *[None] * 4)
    sides = [_axis(operands[0], n + many) for n in range(3)]
    return P(*before, *sides, None)


def _axis(x: ShapedArray, place: int) -> Any:
    """The mesh axes that an array's axis lies over."""
    return x.sharding.spec[place]
