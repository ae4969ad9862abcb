// Elements at given places along an axis, and the adjoint: how order statistics hand back their
// gradient. Not for users.
#pragma once
#include <xgrad/ops/rules.hpp>

#include <memory>

namespace xgrad {

/// Places along one axis, for each line along it; kept by derivatives of any order, so shared.
using Places = std::shared_ptr<const Array<std::int64_t>>;

/// y[..., i, ...] = x[..., places[..., i, ...], ...] along `axis`; shapes agree but there.
/// gx = put_at(g).   Saves the places.   `op` is its name on the tape.
template <class T>
Tensor<T> take_at(const char* op, const Tensor<T>& x, const Places& places, std::size_t axis);

/// Zeros with `extent` elements along `axis`, to which x is added at the places.   gx = take_at(g).
template <class T>
Tensor<T> put_at(const Tensor<T>& x, const Places& places, std::size_t axis, std::size_t extent);

}  // namespace xgrad
