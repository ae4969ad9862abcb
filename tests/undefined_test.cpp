// A tensor without a value as any argument of any operation: std::logic_error that says so.
#include "check.hpp"

#include <functional>
#include <xgrad/ops/fuse.hpp>
#include <xgrad/xgrad.hpp>

namespace {

namespace xg = xgrad;
using Tensor = xg::Tensor<double>;
using Call = std::function<void()>;
using Calls = std::vector<std::pair<const char*, Call>>;

void expect_undefined(const Calls& calls) {
  for (const auto& [name, call] : calls) {
    try {
      call();
      ADD_FAILURE() << name << " accepts an undefined tensor";
    } catch (const std::logic_error& error) {
      EXPECT_NE(std::string(error.what()).find("has no value"), std::string::npos)
          << name << ": " << error.what();
    }
  }
}

#define CALL(...)                              \
  {                                            \
#__VA_ARGS__, [=] { (void)(__VA_ARGS__); } \
  }

const Tensor u, s = 1.0, v = {1, 2, 3}, m = {{2, 1}, {1, 3}};
const xg::Array<bool> mask = v > 1;
const xg::Array<int> labels = {0, 1};

TEST(Undefined, Tensor) {
  Tensor from = {1, 2}, to = std::move(from);
  expect_undefined({
      CALL(u.value()),
      CALL(u.shape()),
      CALL(u.item()),
      CALL(u.data()),
      CALL(u.backward()),
      CALL(Tensor(u).requires_grad()),
      CALL(u.assign(s)),
      CALL(s.assign(u)),
      CALL(xg::parameter(u)),
      CALL(xg::grad(u, {s})),
      CALL(xg::grad(xg::parameter(s) * 2, {u})),
      CALL(xg::parameter(v).backward(u)),
      CALL(xg::Tensor<float>(u)),
      CALL(xg::broadcast_to(u, {2})),
      CALL(xg::sum_to(u, {2})),
      CALL(xg::empty_like(u)),
      CALL(xg::full_like(u, 2)),
      {"moved from", [&] { (void)(from + s); }},
  });
  EXPECT_FALSE(u.tracked());
  EXPECT_FALSE(u.has_grad());
  u.zero_grad();
}

TEST(Undefined, Elementwise) {
  expect_undefined({
      CALL(-u),
      CALL(u + s),
      CALL(s + u),
      CALL(u * 2),
      CALL(2 / u),
      CALL(u < s),
      CALL(s == u),
      CALL(u + u),
      CALL(xg::abs(u)),
      CALL(xg::pow(s, u)),
      CALL(xg::pow(u, xg::parameter(s))),
      CALL(xg::atan2(xg::parameter(s), u)),
      CALL(xg::lerp(u, s, s)),
      CALL(xg::lerp(s, u, s)),
      CALL(xg::lerp(s, s, u)),
      CALL(xg::where(mask, u, v)),
      CALL(xg::where(mask, v, u)),
      CALL(xg::where(mask, u, 1)),
      CALL(xg::clip(u, 0, 1)),
      CALL(xg::gelu(u)),
      CALL(xg::polygamma(1, u)),
      CALL(xg::sin(u)),
      CALL(xg::floor(u)),
      CALL(xg::expm1(u)),
      CALL(xg::isnan(u)),
      CALL(xg::isclose(u, s)),
      CALL(xg::allclose(s, u)),
      CALL(xg::masked_fill(u, mask, 1)),
      CALL(xg::masked_fill(v, mask, u)),
      CALL(xg::masked_select(u, mask)),
      CALL(xg::compress(mask, u)),
      {"fuse", [] { xg::fuse([](auto a, auto b) { return a * b; }, v, u); }},
      {"fuse_sum", [] { xg::fuse_sum([](auto a) { return a * a; }, u); }},
  });
}

TEST(Undefined, ReductionsAndOrder) {
  expect_undefined({
      CALL(xg::sum(u)),          CALL(xg::mean(u, 0)),   CALL(xg::amax(u)),
      CALL(xg::prod(u)),         CALL(xg::var(u)),       CALL(xg::std(u)),
      CALL(xg::norm(u)),         CALL(xg::argmax(u)),    CALL(xg::max(u, 0)),
      CALL(xg::sort(u)),         CALL(xg::argsort(u)),   CALL(xg::topk(u, 1)),
      CALL(xg::median(u)),       CALL(xg::cumsum(u)),    CALL(xg::cumprod(u, 0)),
      CALL(xg::logcumsumexp(u)), CALL(xg::diff(u)),      CALL(xg::softmax(u)),
      CALL(xg::log_softmax(u)),  CALL(xg::logsumexp(u)),
  });
}

TEST(Undefined, Shapes) {
  expect_undefined({
      CALL(xg::reshape(u, {2})),
      CALL(xg::transpose(u)),
      CALL(xg::transpose(u, {0, 1})),
      CALL(xg::concatenate({v, u})),
      CALL(xg::concatenate({u, v})),
      CALL(xg::stack({v, u})),
      CALL(xg::slice(u, {0})),
      CALL(xg::slice_scatter(u, {3}, {0})),
      CALL(xg::flatten(u)),
      CALL(xg::swapaxes(u, 0, 1)),
      CALL(xg::moveaxis(u, 0, 1)),
      CALL(xg::expand_dims(u, 0)),
      CALL(xg::squeeze(u)),
      CALL(xg::squeeze(u, 0)),
      CALL(xg::split(u, 2)),
      CALL(xg::split_with_sizes(u, {1, 2})),
      CALL(xg::chunk(u, 2)),
      CALL(xg::broadcast_arrays(std::vector<Tensor>{v, u})),
      CALL(xg::meshgrid(std::vector<Tensor>{v, u})),
      CALL(xg::flip(u)),
      CALL(xg::rot90(u)),
      CALL(xg::roll(u, 1)),
      CALL(xg::tile(u, 2)),
      CALL(xg::repeat(u, 2)),
      CALL(xg::pad(u, {{1, 1}})),
      CALL(xg::pad(u, {{1, 1}}, xg::PadMode::edge)),
      CALL(xg::diagonal(u)),
      CALL(xg::diag(u)),
      CALL(xg::tril(u)),
      CALL(xg::take(u, 0)),
      CALL(xg::index_add(u, 0, {0}, v)),
      CALL(xg::index_add(v, 0, {0}, u)),
      CALL(xg::gather(u, 0, {0})),
      CALL(xg::scatter(u, 0, {0}, v)),
      CALL(xg::scatter(v, 0, {0}, u)),
      CALL(xg::scatter_add(v, 0, {0}, u)),
      CALL(xg::take_along_axis(u, {0}, 0)),
      CALL(xg::put_along_axis(v, {0}, u, 0)),
      CALL(xg::gather_nd(u, {0})),
      CALL(xg::scatter_nd(v, {0}, u)),
  });
}

TEST(Undefined, Products) {
  expect_undefined({
      CALL(xg::dot(u, v)),
      CALL(xg::dot(v, u)),
      CALL(xg::matmul(m, u)),
      CALL(xg::outer(u, v)),
      CALL(xg::linear(u, m, v)),
      CALL(xg::linear(m, u, v)),
      CALL(xg::linear(m, m, u)),
      CALL(xg::einsum("i,i->", {v, u})),
      CALL(xg::tensordot(m, u)),
      CALL(xg::trace(u)),
      CALL(xg::inner(u, v)),
      CALL(xg::vdot(v, u)),
      CALL(xg::kron(u, m)),
      CALL(xg::inv(u)),
      CALL(xg::solve(u, m)),
      CALL(xg::solve(m, u)),
      CALL(xg::triangular_solve(m, u)),
      CALL(xg::det(u)),
      CALL(xg::slogdet(u)),
      CALL(xg::cholesky(u)),
      CALL(xg::qr(u)),
      CALL(xg::eigh(u)),
      CALL(xg::eigvalsh(u)),
      CALL(xg::svd(u)),
      CALL(xg::svdvals(u)),
      CALL(xg::lstsq(m, u)),
      CALL(xg::pinv(u)),
      CALL(xg::matrix_rank(u)),
      CALL(xg::matrix_norm(u)),
      CALL(xg::matrix_norm(u, 2)),
      CALL(xg::cond(u)),
      CALL(xg::matrix_power(u, 2)),
      CALL(xg::expm(u)),
  });
}

TEST(Undefined, LossesAndNormalization) {
  expect_undefined({
      CALL(xg::mean_squared_error(u, v)),
      CALL(xg::mean_squared_error(v, u)),
      CALL(xg::huber_loss(v, u)),
      CALL(xg::softmax_cross_entropy(u, labels)),
      CALL(xg::softmax_cross_entropy(m, u)),
      CALL(xg::nll_loss(u, labels)),
      CALL(xg::binary_cross_entropy(v, u)),
      CALL(xg::binary_cross_entropy_with_logits(u, v)),
      CALL(xg::kl_div(u, v)),
      CALL(xg::poisson_nll_loss(v, u)),
      CALL(xg::gaussian_nll_loss(v, v, u)),
      CALL(xg::gaussian_nll_loss(u, v, v)),
      CALL(xg::hinge_loss(v, u)),
      CALL(xg::margin_ranking_loss(v, u, v)),
      CALL(xg::margin_ranking_loss(v, v, u)),
      CALL(xg::hinge_embedding_loss(u, v)),
      CALL(xg::cosine_embedding_loss(m, m, u)),
      CALL(xg::triplet_margin_loss(v, v, u)),
      CALL(xg::layer_norm(u, {2})),
      CALL(xg::rms_norm(u, {2})),
      CALL(xg::group_norm(u, 1)),
      CALL(xg::instance_norm(u)),
      CALL(xg::batch_norm(m, u, v)),
      CALL(xg::batch_norm(m, xg::ones<double>({2}), u)),
      CALL(xg::batch_norm_training(u)),
      CALL(xg::normalize(u)),
      CALL(xg::cosine_similarity(m, u)),
  });
}

TEST(Undefined, Transforms) {
  auto square = [](auto x) { return x * x; };
  auto nothing = [](auto) { return Tensor(); };
  expect_undefined({
      CALL(xg::value_and_grad(square, u)),
      CALL(xg::value_and_grad(nothing, s)),
      CALL(xg::vjp(square, s).pull(u)),
      CALL(xg::jvp(square, s, u)),
      CALL(xg::jvp(nothing, s, s)),
      CALL(xg::jacobian(square, u)),
      CALL(xg::jacobian(nothing, s)),
      CALL(xg::hessian(nothing, s)),
      CALL(xg::hvp(square, s, u)),
  });
}

TEST(Undefined, InDerivativeOfOwn) {
  Tensor x = xg::parameter(s);
  auto made = [&](auto derivative) {
    return xg::record("own", check::copy(x), {&x, &u}, std::move(derivative));
  };
  using Pullback = xg::Pullback<double>;
  expect_undefined({
      {"add", [&] { made([](Pullback& p) { p.add(0, Tensor()); }).backward(); }},
      {"saved",
       [&] {
         made([saved = xg::Saved<double>(u)](Pullback& p) {
           p.add(0, p.get(saved) * p.g);
         }).backward();
       }},
  });
  // Inputs that nobody asks about, and that do not exist.
  EXPECT_THROW(made([](Pullback& p) { p.shape(1); }).backward(), std::logic_error);
  EXPECT_THROW(made([](Pullback& p) { p.add(2, p.g); }).backward(), std::logic_error);
  EXPECT_THROW(made([](Pullback& p) { p.wants(2); }).backward(), std::logic_error);
  EXPECT_THROW(made([](Pullback& p) { p.pending(1); }).backward(), std::logic_error);
  EXPECT_FALSE(x.has_grad());
}

}  // namespace
