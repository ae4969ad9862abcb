#include <xgrad/ops/embedding_loss.hpp>

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/kernels/elementwise.hpp>
#include <xgrad/ops/normalize.hpp>
#include <xgrad/ops/statistics.hpp>
#include <xgrad/ops/unary.hpp>

namespace xgrad {
namespace {

/// max(0, margin - t x), element by element.
template <class T>
Tensor<T> hinge(const char* op, const Tensor<T>& x, const Tensor<T>& t, double margin,
                Location at) {
  T limit = static_cast<T>(margin);
  return binary(
      op, x, t, [limit](auto a, auto b) { return relu(limit - a * b); },
      from_a_and_b(
          [limit](auto g, auto a, auto b) { return where(limit - a * b <= 0, 0, -(g * b)); }),
      from_a_and_b(
          [limit](auto g, auto a, auto b) { return where(limit - a * b <= 0, 0, -(g * a)); }),
      at);
}

/// Where the target is 1. Throws unless it is -1 or 1.
template <class T>
Array<bool> alike(const char* op, const Tensor<T>& target, Location at) {
  for (std::size_t i = 0; i < target.size(); ++i) {
    T t = target.data()[i];
    if (t != 1 && t != -1)
      fail(op, "targets of -1 or 1", std::to_string(t) + " at " + std::to_string(i), at);
  }
  return equal(target, 1);
}

/// The Euclidean norm of a - b + eps along the last axis.
template <class T>
Tensor<T> distance(const Tensor<T>& a, const Tensor<T>& b) {
  return norm(a - b + T(1e-6), 2, -1);
}

}  // namespace

template <class T>
Tensor<T> hinge_loss(const Tensor<T>& prediction, const Same<Tensor<T>>& target, double margin,
                     Reduction reduction, Location at) {
  const char* op = "hinge_loss";
  check_same_shape(op, "prediction and target", prediction.shape(), target.shape(), at);
  return reduced(op, hinge(op, prediction, target, margin, at), reduction, at);
}

template <class T>
Tensor<T> margin_ranking_loss(const Tensor<T>& a, const Same<Tensor<T>>& b,
                              const Same<Tensor<T>>& target, double margin, Reduction reduction,
                              Location at) {
  const char* op = "margin_ranking_loss";
  check_same_shape(op, "both scores", a.shape(), b.shape(), at);
  check_same_shape(op, "scores and target", a.shape(), target.shape(), at);
  return reduced(op, hinge(op, subtract(a, b, at), target, margin, at), reduction, at);
}

template <class T>
Tensor<T> hinge_embedding_loss(const Tensor<T>& distance, const Same<Tensor<T>>& target,
                               double margin, Reduction reduction, Location at) {
  const char* op = "hinge_embedding_loss";
  check_same_shape(op, "distance and target", distance.shape(), target.shape(), at);
  Array<bool> same = alike(op, target, at);
  return reduced(op, where(std::move(same), distance, relu(static_cast<T>(margin) - distance)),
                 reduction, at);
}

template <class T>
Tensor<T> cosine_embedding_loss(const Tensor<T>& a, const Same<Tensor<T>>& b,
                                const Same<Tensor<T>>& target, double margin, Reduction reduction,
                                Location at) {
  const char* op = "cosine_embedding_loss";
  check_same_shape(op, "both embeddings", a.shape(), b.shape(), at);
  if (a.ndim() == 0) fail(op, "embeddings (..., features)", to_string(a.shape()), at);
  check_same_shape(op, "embeddings without their last axis and target",
                   Shape(a.shape().begin(), a.shape().end() - 1), target.shape(), at);
  Array<bool> same = alike(op, target, at);
  Tensor<T> cosine = cosine_similarity(a, b, -1, 1e-8, at);
  return reduced(op, where(std::move(same), 1 - cosine, relu(cosine - static_cast<T>(margin))),
                 reduction, at);
}

template <class T>
Tensor<T> triplet_margin_loss(const Tensor<T>& anchor, const Same<Tensor<T>>& positive,
                              const Same<Tensor<T>>& negative, double margin, Reduction reduction,
                              Location at) {
  const char* op = "triplet_margin_loss";
  check_same_shape(op, "anchor and positive", anchor.shape(), positive.shape(), at);
  check_same_shape(op, "anchor and negative", anchor.shape(), negative.shape(), at);
  if (anchor.ndim() == 0) fail(op, "vectors (..., features)", to_string(anchor.shape()), at);
  return reduced(
      op, relu(distance(anchor, positive) - distance(anchor, negative) + static_cast<T>(margin)),
      reduction, at);
}

#define XGRAD_EMBEDDING_LOSS(T)                                                                   \
  template Tensor<T> hinge_loss(const Tensor<T>&, const Tensor<T>&, double, Reduction, Location); \
  template Tensor<T> hinge_embedding_loss(const Tensor<T>&, const Tensor<T>&, double, Reduction,  \
                                          Location);                                              \
  template Tensor<T> margin_ranking_loss(const Tensor<T>&, const Tensor<T>&, const Tensor<T>&,    \
                                         double, Reduction, Location);                            \
  template Tensor<T> cosine_embedding_loss(const Tensor<T>&, const Tensor<T>&, const Tensor<T>&,  \
                                           double, Reduction, Location);                          \
  template Tensor<T> triplet_margin_loss(const Tensor<T>&, const Tensor<T>&, const Tensor<T>&,    \
                                         double, Reduction, Location);
XGRAD_EMBEDDING_LOSS(float)
XGRAD_EMBEDDING_LOSS(double)

}  // namespace xgrad
