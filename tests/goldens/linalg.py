"""Matrix products, einsum and its kin, and linear algebra on stacks of matrices."""

import math

import torch

from cases import case, strided


def einsum(subscripts):
    return lambda *x: torch.einsum(subscripts, *x)


# The matrices of tests/matrix_samples.hpp.
def plus(x, f):
    m, n = x.shape[-2:]
    values = [[float(f(i, j)) for j in range(n)] for i in range(m)]
    return x + torch.tensor(values, dtype=torch.float64).reshape(m, n)


def regular(x):
    n = x.shape[-1]
    return plus(x, lambda i, j: 2 * n + 1 if (i + 1) % n == j else 0)


def with_diagonal(x):
    return plus(0.5 * x, lambda i, j: 3 if i == j else 0)


def positive_definite(x):
    return plus(x @ x.mT, lambda i, j: 2 if i == j else 0)


def spaced(x):
    return plus(0.25 * x, lambda i, j: 3 * i + 2 if i == j else 0)


def symmetric_spaced(x):
    x = 0.3 * x
    return plus((x + x.mT) * 0.5, lambda i, j: 3 * i - 5 if i == j else 0)


def graded(x):
    return plus(x, lambda i, j: (4 if (i + j) % 2 == 0 else -4) * (i + j + 1))


def weights(n):
    k = torch.arange(n, dtype=torch.float64)
    return (1 - 2 * (k % 2)) * (1 + k)


def of_columns(v):
    return (v * weights(v.shape[-1])) @ v.mT


def of_rows(v):
    return of_columns(v.mT)


def of_pairs(u, vh):
    return (u * weights(u.shape[-1])) @ vh


def svd(x):
    return torch.linalg.svd(spaced(x), full_matrices=False)


def solve(a, b):
    if b.ndim == 1:
        return torch.linalg.solve(regular(a), b.unsqueeze(-1)).squeeze(-1)
    return torch.linalg.solve(regular(a), b)


def triangular(upper, transpose=False, unit=False):
    def solve_triangular(a, b):
        a = 0.25 * a if unit else with_diagonal(a)
        a = a.mT if transpose else a
        columns = b.unsqueeze(-1) if b.ndim == 1 else b
        y = torch.linalg.solve_triangular(
            a, columns, upper=upper != transpose, unitriangular=unit
        )
        return y.squeeze(-1) if b.ndim == 1 else y

    return solve_triangular


def norm(kind, prepared=spaced, keepdim=False):
    return lambda x: torch.linalg.matrix_norm(prepared(x), kind, keepdim=keepdim)


SQUARE = [[(1, 1)], [(3, 3)], [strided((4, 4))], [(2, 3, 3)], [(0, 0)], [(0, 2, 2)]]
RECTANGULAR = [[(3, 3)], [(5, 3)], [strided((3, 5))], [(2, 2, 3)], [(0, 3, 2)]]
SYSTEMS = [
    [(3, 3), (3,)],
    [strided((3, 3)), (3, 2)],
    [(4, 4), (4, 1)],
    [(2, 3, 3), (2, 3, 2)],
    [(3, 3), (2, 3, 1)],
]
TWO_SCALARS = [[(), ()]]
PRODUCTS = [[(2, 3), (3, 4)], [strided((5, 4)), strided((4, 2))], [(2, 0), (0, 3)]]
STACKS = [[(2, 3, 4), (2, 4, 5)], [strided((2, 3, 4)), strided((2, 4, 2))], [(0, 2, 3), (0, 3, 2)]]

CASES = [
    case("dot_scalar_scalar", torch.multiply, TWO_SCALARS),
    case("dot_vector_vector", torch.dot, [[(3,), (3,)], [(0,), (0,)], [(17,), (17,)]]),
    case("dot_matrix_vector", torch.matmul, [[(3, 4), (4,)], [strided((5, 2)), (2,)]]),
    case("dot_matrix_matrix", torch.matmul, PRODUCTS),
    case("dot_stack_stack", einsum("aij,bjk->aibk"), [[(2, 3, 4), (3, 4, 2)]]),
    case("matmul_vector_vector", torch.matmul, [[(7,), (7,)], [(0,), (0,)]]),
    case("matmul_matrix_vector", torch.matmul, [[(3, 4), (4,)]]),
    case("matmul_vector_matrix", torch.matmul, [[(3,), strided((3, 4))]]),
    case("matmul_matrix_matrix", torch.matmul, PRODUCTS),
    case("matmul_stack_stack", torch.matmul, STACKS),
    case(
        "matmul_broadcast_batch",
        torch.matmul,
        [[(1, 3, 4), (5, 4, 2)], [(2, 1, 3, 4), (3, 4, 2)]],
    ),
    case("matmul_stack_vector", torch.matmul, [[(2, 3, 4), (4,)]]),
    case("matmul_vector_stack", torch.matmul, [[(3,), (2, 3, 4)]]),
    case("outer", torch.outer, [[(3,), (4,)], [(0,), (3,)], [(1,), (1,)]]),
    case(
        "linear",
        torch.nn.functional.linear,
        [[(4, 3), (5, 3), (5,)], [(3,), strided((5, 3)), (5,)], [(2, 3, 4), (5, 4), (5,)]],
    ),
    case(
        "linear_relu",
        lambda x, w, b: torch.relu(torch.nn.functional.linear(x, w, b)),
        [[(4, 3), (5, 3), (5,)], [strided((6, 3)), (2, 3), (2,)]],
    ),
    case("einsum_matmul", einsum("ij,jk->ik"), PRODUCTS + [[(2, 1), (3, 2)]]),
    case("einsum_implicit", einsum("kj,ji"), [[(2, 3), (3, 4)]]),
    case("einsum_reduced", einsum("ijk->kj"), [[(2, 3, 4)], [strided((3, 2, 3))], [(0, 2, 3)]]),
    case("einsum_trace", einsum("ii"), [[(3, 3)], [(0, 0)]]),
    case("einsum_diagonal", einsum("iji->ji"), [[(3, 2, 3)]]),
    case("einsum_diagonal_product", einsum("ii,ij->j"), [[(3, 3), (3, 4)]]),
    case("einsum_outer", einsum("i,j->ji"), [[(3,), (4,)]]),
    case("einsum_elementwise", einsum("ij,ij->ij"), [[(2, 3), (2, 3)], [(1, 3), (2, 1)]]),
    case("einsum_batch", einsum("bij,bjk->bik"), STACKS),
    case("einsum_free_reductions", einsum("aijb,cjk->ki"), [[(2, 3, 4, 2), (2, 4, 5)]]),
    case("einsum_ellipsis", einsum("...ij,...jk->...ik"), [[(2, 1, 2, 3), (4, 3, 2)]]),
    case("einsum_chain", einsum("ij,jk,kl->il"), [[(2, 3), (3, 4), (4, 2)]]),
    case("einsum_shared_by_three", einsum("ij,ik,i->jk"), [[(2, 3), (2, 4), (2,)]]),
    case("einsum_bilinear", einsum("bn,anm,bm->ba"), [[(2, 3), (4, 3, 5), (2, 5)]]),
    case("tensordot_0", lambda a, b: torch.tensordot(a, b, 0), [[(3,), (2, 4)]]),
    case("tensordot_1", lambda a, b: torch.tensordot(a, b, 1), [[(2, 3, 4), (4, 5)]]),
    case("tensordot", torch.tensordot, [[(2, 3, 4), (3, 4, 5)]]),
    case(
        "tensordot_axes",
        lambda a, b: torch.tensordot(a, b, ([0, -1], [2, 0])),
        [[(2, 3, 4), (4, 5, 2)], [strided((2, 2, 2)), (2, 3, 2)]],
    ),
    case("trace", torch.trace, [[(3, 3)], [(2, 5)], [strided((4, 3))]]),
    case(
        "trace_offset",
        lambda x: torch.diagonal(x, 1, -1, 0).sum(-1),
        [[(3, 3)], [(2, 3, 4)], [(1, 1)]],
    ),
    case("inner", torch.inner, [[(3,), (2, 3)], [(2, 3, 4), (5, 4)]]),
    case("inner_scalar", torch.inner, [[(2, 3), ()]]),
    case("vdot", torch.vdot, [[(3,), (3,)], [(0,), (0,)]]),
    case("kron", torch.kron, [[(2, 3), (3, 2)], [(3,), (4,)], [(2, 1, 2), (3,)]]),
    case("inv", lambda x: torch.linalg.inv(regular(x)), SQUARE),
    case("solve", solve, SYSTEMS),
    case("triangular_solve", triangular(False), SYSTEMS),
    case("triangular_solve_upper", triangular(True), SYSTEMS),
    case("triangular_solve_transposed", triangular(False, True), SYSTEMS),
    case("triangular_solve_upper_unit", triangular(True, False, True), SYSTEMS),
    case("triangular_solve_all", triangular(True, True, True), SYSTEMS),
    case(
        "lstsq",
        lambda a, b: torch.linalg.lstsq(spaced(a), b).solution,
        [[(3, 3), (3, 2)], [strided((5, 3)), (5, 2)], [(2, 4, 3), (2, 4, 2)]],
        second=False,  # that of PyTorch's lstsq is not implemented
    ),
    case("pinv", lambda x: torch.linalg.pinv(spaced(x)), RECTANGULAR),
    case("matrix_power_3", lambda x: torch.linalg.matrix_power(x, 3), SQUARE),
    case("matrix_power_1", lambda x: torch.linalg.matrix_power(x, 1), SQUARE),
    case("matrix_power_negative", lambda x: torch.linalg.matrix_power(regular(x), -2), SQUARE),
    case("expm", torch.linalg.matrix_exp, [[(1, 1)], [(3, 3)], [strided((4, 4))], [(2, 3, 3)]]),
    case("det", torch.linalg.det, SQUARE),
    case("det_of_regular", lambda x: torch.linalg.det(regular(0.5 * x)), SQUARE),
    case("slogdet", lambda x: torch.linalg.slogdet(regular(x))[1], SQUARE),
    case("slogdet_sign", lambda x: torch.linalg.slogdet(x)[0], SQUARE, differentiable=False),
    case("cholesky", lambda x: torch.linalg.cholesky(positive_definite(x)), SQUARE),
    case("qr_q", lambda x: of_columns(torch.linalg.qr(spaced(x))[0]), RECTANGULAR),
    case("qr_r", lambda x: of_rows(torch.linalg.qr(spaced(x))[1]), RECTANGULAR),
    case("qr_both", lambda x: of_pairs(*torch.linalg.qr(spaced(x))), RECTANGULAR),
    case("eigh_values", lambda x: torch.linalg.eigh(symmetric_spaced(x))[0], SQUARE),
    case("eigh_vectors", lambda x: of_columns(torch.linalg.eigh(symmetric_spaced(x))[1]), SQUARE),
    case("eigvalsh", lambda x: torch.linalg.eigvalsh(symmetric_spaced(x)), SQUARE),
    case("svd_u", lambda x: of_columns(svd(x)[0]), RECTANGULAR),
    case("svd_vh", lambda x: of_rows(svd(x)[2]), RECTANGULAR),
    case("svd_both", lambda x: of_pairs(svd(x)[0], svd(x)[2]), RECTANGULAR),
    case("svd_values", lambda x: svd(x)[1], RECTANGULAR),
    case("svdvals", lambda x: torch.linalg.svdvals(spaced(x)), RECTANGULAR),
    case(
        "matrix_rank",
        lambda a, b: torch.linalg.matrix_rank(torch.outer(a, b)).double(),
        [[(3,), (4,)]],
        differentiable=False,
    ),
    case("cond", lambda x: torch.linalg.cond(spaced(x)), RECTANGULAR[:4]),
    case("matrix_norm", norm("fro", lambda x: x), RECTANGULAR),
    case("matrix_norm_keep_dims", norm("fro", lambda x: x, True), RECTANGULAR[:4]),
    case("matrix_norm_nuc", norm("nuc"), RECTANGULAR),
    case("matrix_norm_1", norm(1, graded), RECTANGULAR[:4]),
    case("matrix_norm_minus_1", norm(-1, graded, True), RECTANGULAR[:4]),
    case("matrix_norm_inf", norm(math.inf, graded), RECTANGULAR[:4]),
    case("matrix_norm_minus_inf", norm(-math.inf, graded), RECTANGULAR[:4]),
    case("matrix_norm_2", norm(2), RECTANGULAR[:4]),
    case("matrix_norm_minus_2", norm(-2), RECTANGULAR[:4]),
]
