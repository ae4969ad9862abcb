#include <xgrad/nn/optim/option_check.hpp>
#include <xgrad/nn/optim/plateau.hpp>

#include <algorithm>
#include <limits>
#include <string>

namespace xgrad::nn {

bool Better::operator()(double metric, double best) const noexcept {
  if (relative) return larger ? metric > best * (1 + threshold) : metric < best * (1 - threshold);
  return larger ? metric > best + threshold : metric < best - threshold;
}
double Better::worst() const noexcept {
  const double infinity = std::numeric_limits<double>::infinity();
  return larger ? -infinity : infinity;
}

EarlyStopping::EarlyStopping(std::int64_t patience, Better better, Location at)
    : patience_(patience), better_(better), best_(better.worst()) {
  if (patience < 0) fail("EarlyStopping", "patience >= 0", std::to_string(patience), at);
}

bool EarlyStopping::operator()(double metric) {
  if (better_(metric, best_.item())) {
    best_.assign(metric);
    bad_ = 0;
  } else {
    ++bad_;
  }
  return bad_ > patience_;
}

Plateau::Plateau(const PlateauOptions& options, const std::vector<double>& rates, Location at)
    : options_(options), best_(options.better.worst()), rates_(zeros<double>({rates.size()})) {
  const OptionCheck check("ReduceLROnPlateau", at);
  check(options.factor > 0 && options.factor < 1, "factor in (0, 1)", options.factor);
  check(options.patience >= 0, "patience >= 0", static_cast<double>(options.patience));
  check(options.cooldown >= 0, "cooldown >= 0", static_cast<double>(options.cooldown));
  std::copy(rates.begin(), rates.end(), rates_.mutable_value().data());
}

bool Plateau::add(double metric) {
  if (options_.better(metric, best_.item())) {
    best_.assign(metric);
    bad_ = 0;
  } else {
    ++bad_;
  }
  if (cooldown_ > 0) {
    --cooldown_;
    bad_ = 0;
  }
  if (bad_ <= options_.patience) return false;
  cooldown_ = options_.cooldown;
  bad_ = 0;
  for (double& rate : rates_.mutable_value()) {
    const double reduced = std::max(rate * options_.factor, options_.minimum);
    if (rate - reduced > options_.epsilon) rate = reduced;
  }
  return true;
}

}  // namespace xgrad::nn
