// The rows of losses that are likelihoods or divergences.
#include "op_table_loss.hpp"
#include "reference_loss.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/likelihood.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;
using ref::Reduce;
using xg::Reduction;

constexpr Domain probabilities{0.05, 0.95};

std::vector<Row> likelihood_rows() {
  const Call probability_2 = FN(xg::binary_cross_entropy(x[0] + 1, x[1]));
  const Call variance_0 = FN(xg::gaussian_nll_loss(x[0], x[1], x[2] - 1));
  const Call eps_0 = [](const auto& x) {
    xg::GaussianOptions options;
    options.eps = 0;
    return xg::gaussian_nll_loss(x[0], x[1], x[2], options);
  };
  const Call eps_negative = [](const auto& x) {
    xg::PoissonOptions options;
    options.eps = -1;
    return xg::poisson_nll_loss(x[0], x[1], options);
  };
  const auto weighted = [](const auto& x) {
    xg::BinaryOptions<typename std::decay_t<decltype(x[0])>::value_type> options;
    options.weight = x[2];
    options.pos_weight = x[3];
    return xg::binary_cross_entropy_with_logits(x[0], x[1], options);
  };
  const auto weighted_only = [](const auto& x) {
    xg::BinaryOptions<typename std::decay_t<decltype(x[0])>::value_type> options;
    options.weight = x[2];
    options.reduction = Reduction::none;
    return xg::binary_cross_entropy_with_logits(x[0], x[1], options);
  };
  const auto rate = [](const auto& x) {
    xg::PoissonOptions options;
    options.log_input = false;
    options.eps = 0.01;
    return xg::poisson_nll_loss(x[0], x[1], options);
  };
  const auto poisson_full = [](const auto& x) {
    xg::PoissonOptions options;
    options.full = true;
    options.reduction = Reduction::none;
    return xg::poisson_nll_loss(x[0], x[1], options);
  };
  const auto gauss_full = [](const auto& x) {
    xg::GaussianOptions options;
    options.full = true;
    options.reduction = Reduction::none;
    return xg::gaussian_nll_loss(x[0], x[1], x[2], options);
  };
  const std::vector<Sample> triples = {
      {{}, {}, {}}, {{1}, {1}, {1}}, {{17}, {17}, {17}}, {{3, 5}, {3, 5}, {3, 5}}};
  return {
      {"binary_cross_entropy",
       "binary_cross_entropy",
       FN(xg::binary_cross_entropy(x[0], x[1])),
       FN(ref::binary_cross_entropy(x[0], x[1])),
       pairs,
       {probabilities},
       {{{{3}, {4}}},
        {{{3, 1}, {3}}},
        {{{0}, {0}}},
        {{{2}, {2}}, {"[0, 1]", "2.0", "at 0"}, probability_2}}},
      {"binary_cross_entropy_none",
       "binary_cross_entropy",
       FN(xg::binary_cross_entropy(x[0], x[1], Reduction::none)),
       FN(ref::binary_cross_entropy(x[0], x[1], Reduce::none)),
       pairs_or_nothing,
       {probabilities},
       unequal},
      {"binary_cross_entropy_with_logits",
       "binary_cross_entropy_with_logits",
       FN(xg::binary_cross_entropy_with_logits(x[0], x[1])),
       FN(ref::binary_cross_entropy_with_logits(x[0], x[1])),
       pairs,
       {reals, probabilities},
       unequal_or_empty},
      {"binary_cross_entropy_with_logits_none",
       "binary_cross_entropy_with_logits",
       FN(xg::binary_cross_entropy_with_logits(x[0], x[1], Reduction::none)),
       FN(ref::binary_cross_entropy_with_logits(x[0], x[1], Reduce::none)),
       pairs_or_nothing,
       {reals, probabilities},
       unequal},
      {"binary_cross_entropy_with_logits_weights",
       "binary_cross_entropy_with_logits",
       weighted,
       FN(ref::weighted_logit_loss(x[0], x[1], x[2], x[3], Reduce::mean)),
       {{{3, 4}, {3, 4}, {4}, {4}},
        {{3, 4}, {3, 4}, {3, 1}, {}},
        {{17}, {17}, {17}, {1}},
        {{}, {}, {}, {}}},
       {reals, probabilities, positive, positive},
       {{{{3}, {4}, {3}, {3}}, {"(3)", "(4)"}},
        {{{3}, {3}, {2}, {3}}, {"a weight", "(3)", "(2)"}},
        {{{3}, {3}, {3}, {2, 3}}, {"a pos_weight", "(3)", "(2, 3)"}}}},
      {"binary_cross_entropy_with_logits_weight",
       "binary_cross_entropy_with_logits",
       weighted_only,
       FN(ref::multiply(ref::binary_cross_entropy_with_logits(x[0], x[1], Reduce::none), x[2])),
       {{{3, 4}, {3, 4}, {4}}, {{5}, {5}, {}}, {{2, 3, 4}, {2, 3, 4}, {3, 1}}, {{0}, {0}, {1}}},
       {reals, probabilities, positive}},
      {"kl_div",
       "kl_div",
       FN(xg::kl_div(x[0], x[1])),
       FN(ref::kl_div(x[0], x[1])),
       pairs,
       {reals, positive},
       unequal_or_empty},
      {"kl_div_none",
       "kl_div",
       FN(xg::kl_div(x[0], x[1], Reduction::none)),
       FN(ref::kl_div(x[0], x[1], Reduce::none)),
       pairs_or_nothing,
       {reals, positive},
       unequal},
      {"kl_div_batch_mean",
       "kl_div",
       FN(xg::kl_div(x[0], x[1], Reduction::batch_mean)),
       FN(ref::kl_div(x[0], x[1], Reduce::batch_mean)),
       batches,
       {reals, positive},
       no_batch},
      {"kl_div_log_target",
       "kl_div",
       FN(xg::kl_div(x[0], x[1], Reduction::batch_mean, xg::log_target)),
       FN(ref::kl_div_of_logarithms(x[0], x[1], Reduce::batch_mean)),
       batches,
       {reals},
       no_batch},
      {"poisson_nll_loss",
       "poisson_nll_loss",
       FN(xg::poisson_nll_loss(x[0], x[1])),
       FN(ref::poisson_nll_of_logarithm(x[0], x[1])),
       pairs,
       {reals, positive},
       {{{{3}, {4}}}, {{{0}, {0}}}, {{{3}, {3}}, {"eps >= 0", "-1.0"}, eps_negative}}},
      {"poisson_nll_loss_rate",
       "poisson_nll_loss",
       rate,
       FN(ref::poisson_nll_of_rate(x[0], x[1], 0.01)),
       pairs,
       {positive},
       unequal_or_empty},
      {"poisson_nll_loss_full",
       "poisson_nll_loss",
       poisson_full,
       FN(ref::poisson_nll_full(x[0], x[1], Reduce::none)),
       pairs_or_nothing,
       {reals, Domain{1.2, 4.2}},
       unequal},
      {"poisson_nll_loss_full_rare",
       "poisson_nll_loss",
       poisson_full,
       FN(ref::poisson_nll_full(x[0], x[1], Reduce::none)),
       pairs_or_nothing,
       {reals, Domain{0.1, 0.9}}},
      {"gaussian_nll_loss",
       "gaussian_nll_loss",
       FN(xg::gaussian_nll_loss(x[0], x[1], x[2])),
       FN(ref::gaussian_nll_loss(x[0], x[1], x[2], false, Reduce::mean)),
       triples,
       {reals, reals, positive},
       {{{{3}, {4}, {3}}, {"(3)", "(4)"}},
        {{{3}, {3}, {1}}, {"(3)", "(1)"}},
        {{{0}, {0}, {0}}},
        {{{3}, {3}, {3}}, {"positive", "0.0", "at 0"}, variance_0},
        {{{3}, {3}, {3}}, {"eps > 0"}, eps_0}}},
      {"gaussian_nll_loss_full",
       "gaussian_nll_loss",
       gauss_full,
       FN(ref::gaussian_nll_loss(x[0], x[1], x[2], true, Reduce::none)),
       triples,
       {reals, reals, positive}},
  };
}

const Family likelihood(likelihood_rows);

}  // namespace
}  // namespace op_table
