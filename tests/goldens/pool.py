"""Pooling."""

import torch.nn.functional as F

from cases import INF, NAN, case, strided

LINES = [[(2, 3, 7)], [strided((2, 3, 8))], [(0, 3, 5)]]
IMAGES = [[(2, 2, 5, 5)], [strided((1, 2, 6, 7))], [(0, 2, 4, 4)]]
# Ties, infinities, a NaN in a window of 2 x 2.
TIES = [[[[[1.0, 1.0, 3.0, 2.0], [1.0, 1.0, 2.0, 3.0]],
          [[-INF, -INF, NAN, 2.0], [-INF, -INF, 5.0, 3.0]],
          [[INF, 1.0, 0.0, -0.0], [1.0, INF, -0.0, 0.0]]]]]

CASES = [
    case("max_pool1d", lambda x: F.max_pool1d(x, 3), LINES),
    case("max_pool1d_options", lambda x: F.max_pool1d(x, 3, 2, 1, 2, True),
         [[(2, 2, 7)], [(1, 2, 8)]]),
    case("max_pool2d", lambda x: F.max_pool2d(x, 2), IMAGES, extremes=[TIES]),
    case("max_pool2d_options",
         lambda x: F.max_pool2d(x, (3, 2), (2, 1), (1, 0), (1, 2), True), IMAGES[:2]),
    case("max_pool2d_overlapping", lambda x: F.max_pool2d(x, 3, 3, 1, 1, True),
         [[(1, 2, 7, 6)], [(1, 1, 8, 9)]]),
    case("max_pool2d_with_indices",
         lambda x: F.max_pool2d_with_indices(x, 3, 1, 1)[0], [[(1, 2, 4, 5)]]),
    case("max_pool3d", lambda x: F.max_pool3d(x, 2, (1, 2, 2)), [[(1, 2, 3, 4, 4)]]),
    case("avg_pool1d", lambda x: F.avg_pool1d(x, 3), LINES),
    case("avg_pool2d", lambda x: F.avg_pool2d(x, 2), IMAGES),
    case("avg_pool2d_padding", lambda x: F.avg_pool2d(x, 3, 2, 1, True),
         [[(2, 2, 4, 5)], [(1, 1, 6, 3)]]),
    case("avg_pool2d_without_padding",
         lambda x: F.avg_pool2d(x, (3, 2), (2, 3), 1, True, False),
         [[(2, 2, 4, 5)], [(1, 1, 6, 3)]]),
    case("avg_pool3d", lambda x: F.avg_pool3d(x, (2, 1, 2), 1), [[(1, 2, 3, 2, 4)]]),
    case("adaptive_avg_pool1d", lambda x: F.adaptive_avg_pool1d(x, 3), LINES),
    case("adaptive_max_pool1d", lambda x: F.adaptive_max_pool1d(x, 3), LINES),
    case("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, (2, 3)), IMAGES),
    case("adaptive_max_pool2d", lambda x: F.adaptive_max_pool2d(x, (2, 3)), IMAGES),
]
