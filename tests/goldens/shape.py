"""Operations that move elements: axes, joining, splitting, rearranging, padding."""

import torch
import torch.nn.functional as F

from cases import ONE, TWO, case, strided

MATRICES = [[(3, 5)], [strided((5, 3))], [(1, 6)], [(6, 1)], [(0, 3)], [(3, 0)]]
STACKS = [[(2, 3, 4)], [strided((3, 1, 4))], [(2, 0, 3)]]


def padded(mode, left, right, top, bottom):
    return lambda x: F.pad(x[None, None], (left, right, top, bottom), mode=mode)[0, 0]


def product_of_thirds(x):
    parts = torch.split(x, x.shape[0] // 3)
    return parts[2] * parts[0]


def split_at_1_and_3(x):
    a, b, c = torch.tensor_split(x, [1, 3], -1)
    return torch.cat([c, a, b], -1)


def sizes(x):
    parts = torch.split_with_sizes(x, [2, 1, 2], 1)
    return torch.cat([parts[2], parts[0]], 1)


def grid_xy(*x):
    grid = torch.meshgrid(*x, indexing="xy")
    return grid[0] * 2 - grid[1] if len(x) == 2 else grid[1] * grid[2] - grid[0]


def grid_ij(*x):
    grid = torch.meshgrid(*x, indexing="ij")
    return grid[0] * grid[2] - grid[1]


def broadcast(a, b):
    a, b = torch.broadcast_tensors(a, b)
    return a * b


CASES = [
    case("reshape_flat", lambda x: x.reshape(-1), ONE),
    case("reshape_matrix", lambda x: x.reshape(-1, 2), [[(6,)], [strided((2, 3, 4))], [(0,)]]),
    case("reshape_exact", lambda x: x.reshape(3, 1, 4), [[(12,)], [strided((4, 3))]]),
    case("reshape_scalar", lambda x: x.reshape(()), [[()], [(1, 1)]]),
    case("transpose", lambda x: x.permute(tuple(reversed(range(x.ndim)))), ONE),
    case("transpose_201", lambda x: x.permute(2, 0, 1), STACKS),
    case("transpose_negative", lambda x: x.permute(-2, 0, 3, -3), [[(2, 3, 4, 5)]]),
    case(
        "broadcast_to", lambda x: x.broadcast_to(3, 4),
        [[()], [(4,)], [strided((3, 1))], [(3, 4)]],
    ),
    case("broadcast_to_empty", lambda x: x.broadcast_to(0, 3), [[(3,)], [()], [(0, 1)]]),
    case(
        "concatenate", lambda *x: torch.cat(x),
        [[(3,), (5,)], [(2, 3), strided((4, 3))], [(2, 0), (1, 0)]],
    ),
    case(
        "concatenate_last", lambda *x: torch.cat(x, -1),
        [[(2, 3), strided((2, 4))], [(2, 0), (2, 3)]],
    ),
    case("concatenate_three", lambda *x: torch.cat(x, 1), [[(2, 3), (2, 1), (2, 4)]]),
    case("slice_range", lambda x: x[1:3], [[(5,)], [strided((4, 3))], [(0, 2)]]),
    case("slice_index", lambda x: x[:, 1], [[strided((3, 2))], [(2, 3, 4)], [(0, 2)]]),
    case("slice_negative_index", lambda x: x[-1, :, -2], [[(2, 3, 4)], [strided((2, 2, 2, 3))]]),
    case("slice_all_indices", lambda x: x[1, 2], [[(2, 3)], [(2, 3, 4)]]),
    case("slice_step", lambda x: x[::2, 1::3], [[strided((5, 7))], [(3, 5, 2)]]),
    case("slice_clipped", lambda x: x[-100:100, 2:-1, 3:1], [[(2, 5, 4)]]),
    case("slice_new_axis", lambda x: x[None, 1:3, None], [[(5,)], [strided((4, 3))]]),
    # PyTorch has no negative steps, but flip.
    case("slice_ellipsis", lambda x: x[1].flip(-1)[..., ::2], [[(2, 5)], [(3, 2, 4)]]),
    case(
        "slice_ellipsis_new_axis", lambda x: x[..., None, :6, 3].flip(-1)[..., ::2],
        [[(7, 4)], [strided((2, 6, 5))], [(3, 4)]],
    ),
    case("flatten", torch.flatten, ONE),
    case(
        "flatten_middle", lambda x: torch.flatten(x, 1, -2),
        [[(2, 3, 4, 5)], [strided((2, 3, 4))]],
    ),
    case("swapaxes", lambda x: x.swapaxes(0, -1), [[(7,)], *STACKS]),
    case("moveaxis", lambda x: x.moveaxis(0, -1), STACKS),
    case("moveaxis_several", lambda x: x.moveaxis((0, 2), (-1, 0)), [[(2, 3, 4, 5)]]),
    case("expand_dims", lambda x: x.unsqueeze(0), ONE),
    case("squeeze", torch.squeeze, [[()], [(1, 3, 1, 5)], [(0, 1)]]),
    case("squeeze_axis", lambda x: x.squeeze(1), [[(3, 1)], [(0, 1)]]),
    case("stack", lambda *x: torch.stack(x), [[(), ()], [(2, 3), strided((2, 3))], [(0,), (0,)]]),
    case(
        "stack_last", lambda *x: torch.stack(x, -1),
        [[(7,), (7,), (7,)], [(2, 3), (2, 3), strided((2, 3))]],
    ),
    case("split_equally", product_of_thirds, [[(6,)], [strided((3, 5))], [(3, 0)]]),
    case("split_indices", split_at_1_and_3, [[(7,)], [strided((2, 5))]]),
    case("split_with_sizes", sizes, [[(3, 5)], [strided((17, 5))]]),
    case("chunk", lambda x: torch.chunk(x, 3)[1], [[(7,)], [(6, 2)], [strided((4, 2))], [(0, 3)]]),
    case("chunk_last", lambda x: torch.chunk(x, 3, 1)[-1], [[(2, 6)], [(3, 5)]]),
    case("broadcast_arrays", broadcast, TWO),
    case("meshgrid", grid_xy, [[(3,), (5,)], [(), (3,)], [(0,), (3,)]]),
    case("meshgrid_xy_three", grid_xy, [[(3,), (2,), (4,)]]),
    case("meshgrid_ij", grid_ij, [[(3,), (2,), (4,)]]),
    case("flip", lambda x: x.flip(tuple(range(x.ndim))), ONE),
    case("flip_axes", lambda x: x.flip((0, 2)), STACKS),
    case("rot90", torch.rot90, MATRICES),
    case("rot90_twice", lambda x: torch.rot90(x, 2, (-1, 0)), STACKS),
    case("rot90_back", lambda x: torch.rot90(x, -1, (1, 2)), STACKS),
    case("roll", lambda x: torch.roll(x, 2), ONE),
    case("roll_last", lambda x: torch.roll(x, 100, -1), [[(7,)], [strided((3, 5))], [(3, 0)]]),
    case("roll_axes", lambda x: torch.roll(x, (1, -2, 1), (0, 1, 0)), [[(3, 5)], [(4, 3, 2)]]),
    case("tile", lambda x: torch.tile(x, (3,)), ONE),
    case(
        "tile_axes", lambda x: torch.tile(x, (2, 1, 3)),
        [[()], [(5,)], [strided((2, 3))], [(0, 2)]],
    ),
    case("repeat", lambda x: torch.repeat_interleave(x, 3), ONE),
    case(
        "repeat_axis", lambda x: torch.repeat_interleave(x, 2, -1),
        [[(7,)], [strided((3, 5))], [(2, 0)]],
    ),
    case(
        "repeat_counts", lambda x: torch.repeat_interleave(x, torch.tensor([2, 0, 3]), 0),
        [[(3,)], [(3, 5)]],
    ),
    case(
        "pad", lambda x: F.pad(x, (1, 2) * x.ndim),
        [[(7,)], [strided((3, 5))], [(2, 3, 4)], [(0,)]],
    ),
    case("pad_value", lambda x: F.pad(x, (2, 0, 0, 1), value=1.5), MATRICES),
    case("pad_reflect", padded("reflect", 3, 1, 0, 2), [[(3, 5)], [strided((4, 7))]]),
    case("pad_edge", padded("replicate", 1, 3, 2, 0), [[(3, 5)], [(1, 1)]]),
    case("pad_wrap", padded("circular", 4, 7, 2, 1), [[(4, 8)]]),
    case("diagonal", torch.diagonal, MATRICES),
    case("diagonal_above", lambda x: torch.diagonal(x, 2), [[(3, 5)], [strided((5, 3))]]),
    case("diagonal_axes", lambda x: torch.diagonal(x, -1, -1, 0), STACKS),
    case("diag_vector", torch.diag, [[(7,)], [(0,)]]),
    case("diag_vector_above", lambda x: torch.diag(x, 2), [[(5,)]]),
    case("diag_matrix", lambda x: torch.diag(x, -1), [[(3, 5)], [strided((5, 3))]]),
    case("tril", torch.tril, MATRICES),
    case("tril_above", lambda x: torch.tril(x, 1), STACKS),
    case("triu", torch.triu, MATRICES),
    case("triu_below", lambda x: torch.triu(x, -2), STACKS),
]
NOT_COMPARED = {
    "slice_scatter": "the adjoint of slice; PyTorch's function of this name writes into a tensor",
    "sum_to": "the adjoint of broadcast_to; PyTorch has no such function",
}
