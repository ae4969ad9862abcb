"""Convolutions."""

import torch.nn.functional as F

from cases import case, strided

CASES = [
    case("conv1d", F.conv1d, [[(2, 3, 7), (4, 3, 3)], [strided((2, 3, 5)), (2, 3, 2)],
                              [(0, 2, 5), (3, 2, 3)]]),
    case("conv1d_options", lambda x, w, b: F.conv1d(x, w, b, 2, 1, 3, 2),
         [[(2, 4, 9), (6, 2, 2), (6,)], [(3, 2, 5), strided((2, 1, 1)), (2,)]]),
    case("conv2d", F.conv2d, [[(2, 3, 5, 4), (4, 3, 3, 2)], [(1, 2, 6, 7), (17, 2, 2, 3)],
                              [strided((2, 3, 4, 3)), strided((2, 3, 2, 2))],
                              [(0, 2, 4, 4), (3, 2, 3, 3)]]),
    case("conv2d_bias", lambda x, w, b: F.conv2d(x, w, b, 1, 1),
         [[(2, 2, 4, 3), (3, 2, 3, 3), (3,)], [(1, 1, 1, 1), (2, 1, 3, 3), (2,)]]),
    case("conv2d_options", lambda x, w: F.conv2d(x, w, None, (2, 1), (1, 2), (1, 2), 2),
         [[(2, 2, 5, 4), (4, 1, 3, 2)], [(1, 4, 4, 5), (2, 2, 2, 3)]]),
    case("conv2d_stride_3", lambda x, w: F.conv2d(x, w, None, 3, 1),
         [[(2, 2, 8, 6), (3, 2, 2, 2)]]),
    case("conv2d_depthwise", lambda x, w: F.conv2d(x, w, None, 1, 1, 1, 3),
         [[(2, 3, 4, 4), (3, 1, 3, 3)], [(1, 3, 4, 4), (6, 1, 3, 3)]]),
    case("conv2d_relu", lambda x, w, b: F.relu(F.conv2d(x, w, b)),
         [[(2, 2, 4, 3), (2, 2, 2, 2), (2,)]]),
    case("conv3d", lambda x, w, b: F.conv3d(x, w, b, (1, 2, 1), (1, 0, 1)),
         [[(2, 2, 3, 4, 2), (3, 2, 2, 2, 3), (3,)]]),
    case("conv_transpose1d", lambda x, w, b: F.conv_transpose1d(x, w, b, 3, 1, 2, 2, 2),
         [[(2, 4, 5), (4, 3, 3), (6,)], [(1, 2, 1), (2, 1, 2), (2,)]]),
    case("conv_transpose2d", F.conv_transpose2d,
         [[(2, 3, 3, 4), (3, 4, 2, 3)], [(1, 2, 3, 3), (2, 17, 2, 2)],
          [strided((1, 2, 2, 3)), (2, 2, 2, 2)], [(0, 2, 3, 3), (2, 3, 3, 3)]]),
    case("conv_transpose2d_options",
         lambda x, w, b: F.conv_transpose2d(x, w, b, (2, 1), (1, 0), (1, 1), 2, (1, 2)),
         [[(2, 2, 3, 2), (2, 2, 2, 3), (4,)], [(1, 4, 2, 3), (4, 1, 3, 2), (2,)]]),
    case("conv_transpose3d", lambda x, w: F.conv_transpose3d(x, w, None, (2, 1, 1), (1, 0, 0)),
         [[(1, 2, 2, 2, 3), (2, 2, 2, 3, 2)]]),
]
