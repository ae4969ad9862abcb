"""Operations that take and put elements by indices and masks."""

import torch

from cases import EXTREMES, ONE, case, strided


def pattern(shape, n):
    """The indices of tests/reference_index.hpp, from 0."""
    values, state = [], 1
    for _ in range(torch.Size(shape).numel()):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(((state >> 16) % (2 * n) - n) % n)
    return torch.tensor(values, dtype=torch.int64).reshape(shape)


def mask(shape):
    return ((torch.arange(torch.Size(shape).numel()) * 7 + 3) % 5 < 2).reshape(shape)


def taken(index, axis):
    def function(x):
        shape = x.shape[:axis] + index.shape + x.shape[axis + 1 :]
        return torch.index_select(x, axis, index.reshape(-1)).reshape(shape)

    return function


CASES = [
    case("take", taken(pattern((5,), 3), 0), [[(3,)], [strided((3, 5))], [(3, 2, 4)], [(3, 0)]]),
    case(
        "take_matrix_last", lambda x: x[..., pattern((2, 3), 4)],
        [[(4,)], [strided((3, 4))], [(0, 4)]],
    ),
    case("take_middle", taken(pattern((33,), 3), 1), [[(2, 3)], [(2, 3, 4)]]),
    case(
        "take_list", lambda x: torch.take(x, torch.tensor([0, 2, 2, -1])),
        [[(3,)], [strided((3, 5))]],
    ),
    case("take_flat_matrix", lambda x: torch.take(x, pattern((3, 7), 6)), [[(6,)], [(2, 3)]]),
    case(
        "embedding", lambda x: torch.nn.functional.embedding(pattern((2, 3), 3), x),
        [[(3, 5)], [strided((4, 7))]],
    ),
    case(
        "index_add", lambda x, s: torch.index_add(x, 0, pattern((5,), 3), s),
        [[(3,), (5,)], [(3, 4), strided((5, 4))], [(3, 2, 7), (5, 2, 7)]],
    ),
    case(
        "index_add_last", lambda x, s: torch.index_add(x, -1, torch.tensor([1, 0, 1]), s),
        [[(2,), (3,)], [strided((4, 2)), (4, 3)]],
    ),
    case("gather", lambda x: torch.gather(x, 1, pattern((2, 6), 3)), [[(2, 3)], [strided((4, 3))]]),
    case(
        "gather_middle", lambda x: torch.gather(x, -2, pattern((2, 4, 3), 3)),
        [[(2, 3, 3)], [(3, 3, 4)]],
    ),
    case(
        "gather_vector", lambda x: torch.gather(x, 0, torch.tensor([1, 1, -1, 0]) % len(x)),
        [[(2,)], [(33,)]],
    ),
    case(
        "gather_nothing", lambda x: torch.gather(x, 0, torch.zeros(0, 2, dtype=torch.int64)),
        [[(3, 2)]],
    ),
    case(
        "scatter_add", lambda x, s: torch.scatter_add(x, 1, pattern((2, 5), 3), s),
        [[(2, 3), (2, 5)], [strided((4, 3)), (2, 5)]],
    ),
    case(
        "scatter_add_first", lambda x, s: torch.scatter_add(x, 0, pattern((4, 2, 3), 2), s),
        [[(2, 2, 3), (4, 2, 3)]],
    ),
    case(
        "take_along_axis", lambda x: torch.take_along_dim(x, pattern((2, 5), 3), 1),
        [[(2, 3)], [(1, 3)]],
    ),
    case(
        "take_along_axis_broadcast", lambda x: torch.take_along_dim(x, pattern((1, 2, 4), 3), 1),
        [[(5, 3, 4)], [strided((5, 3, 1))]],
    ),
    case(
        "gather_nd", lambda x: x[pattern((5, 2), 2)[:, 0], pattern((5, 2), 2)[:, 1]],
        [[(2, 2)], [(2, 2, 7)]],
    ),
    case("gather_nd_slices", lambda x: x[pattern((2, 3), 3)], [[(3,)], [strided((3, 5))]]),
    case(
        "masked_fill", lambda x: torch.masked_fill(x, mask(x.shape), -1.5),
        ONE, extremes=[EXTREMES],
    ),
    case(
        "masked_fill_row", lambda x, v: torch.where(mask((4,)), v, x),
        [[(4,), ()], [strided((3, 4)), (3, 1)], [(0, 4), ()]],
    ),
    case("masked_select", lambda x: torch.masked_select(x, mask(x.shape)), ONE),
    case(
        "masked_select_broadcast", lambda x: torch.masked_select(x, mask((3, 4))),
        [[(3, 4)], [(4,)], [strided((3, 1))], [()], [(2, 1, 4)]],
    ),
    case("compress", lambda x: x[[0, 2]], [[(3,)], [strided((5, 3))]]),
    case("compress_flat", lambda x: x.reshape(-1)[[1, 2, 4]], [[(5,)], [(2, 3)]]),
    case("nonzero", lambda x: torch.nonzero(x > 0).double(), ONE, differentiable=False),
]
NOT_COMPARED = {
    "flatnonzero": "NumPy's; gives places, which have no gradient",
    "scatter": "of duplicates PyTorch leaves open which stands, and its gradient adds all",
    "put_along_axis": "as scatter",
    "scatter_nd": "as scatter",
    "one_hot": "labels are no tensors of numbers, and there is no gradient",
}
