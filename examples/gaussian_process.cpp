// Fits the kernel of a Gaussian process to a series of measurements by L-BFGS, and forecasts how it
// goes on (Rasmussen & Williams 2006, 5.4.1 and 5.4.3). For the options, --help.
//
// The series is a trend, a yearly cycle whose form drifts, and noise. The seven numbers of the
// kernel, among them the noise, are found by maximizing the likelihood of the measurements: its
// derivatives go through the kernel matrix, its Cholesky factor and the solved system.
#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "plots.hpp"

namespace xg = xgrad;
namespace nn = xgrad::nn;

namespace {

using Tensor = xg::Tensor<double>;
const double pi = std::acos(-1.0);

struct Options {
  std::size_t months = 180, forecast = 24;
  double noise = 0.3;
  nn::Generator::result_type seed = 1;
  std::string out = "pictures";
  bool quick = false;
  bool no_pictures = false;
};

/// Times in years, and what was measured, or would be without noise.
struct Series {
  Tensor t, y;
};

/// The truth behind the measurements, at times in years.
double truth(double t) {
  const double season = 2 * std::sin(2 * pi * t) + 0.8 * std::sin(4 * pi * t);
  return 10 + 1.2 * t + 0.05 * t * t + 1.5 * std::sin(0.5 * t) + (1 + 0.02 * t) * season;
}

Series series(std::size_t first, std::size_t count, double noise, nn::Generator& generator) {
  Series result{xg::empty<double>({count}), nn::normal<double>({count}, 0, noise, generator)};
  for (std::size_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(first + i) / 12;
    result.t.mutable_value()(i) = t;
    result.y.mutable_value()(i) += truth(t);
  }
  return result;
}

/// Logarithms of the kernel's numbers, so that these stay positive.
struct Kernel {
  using value_type = double;
  Tensor trend_size = xg::parameter(std::log(10.0)), trend_years = xg::parameter(std::log(10.0));
  Tensor cycle_size = xg::parameter(0.0), cycle_form = xg::parameter(0.0),
         cycle_years = xg::parameter(std::log(10.0)), period = xg::parameter(std::log(1.05));
  Tensor noise = xg::parameter(0.0);

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("trend_size", trend_size);
    visitor("trend_years", trend_years);
    visitor("cycle_size", cycle_size);
    visitor("cycle_form", cycle_form);
    visitor("cycle_years", cycle_years);
    visitor("period", period);
    visitor("noise", noise);
  }

  /// k(a_i, b_j) = A^2 exp(-d^2 / 2 l^2) + B^2 exp(-2 sin^2(pi d / p) / f^2 - d^2 / 2 m^2) for the
  /// differences d = a_i - b_j: (n, m) of times (n) and (m).
  Tensor operator()(const Tensor& a, const Tensor& b) const {
    const Tensor d = xg::reshape(a, {-1, 1}) - xg::reshape(b, {1, -1}), squares = d * d;
    const Tensor trend = xg::exp(2 * trend_size - squares / (2 * xg::exp(2 * trend_years)));
    const Tensor wave = xg::sin(pi * d / xg::exp(period));
    const Tensor cycle = xg::exp(2 * cycle_size - 2 * wave * wave / xg::exp(2 * cycle_form) -
                                 squares / (2 * xg::exp(2 * cycle_years)));
    return trend + cycle;
  }
};

/// The lower Cholesky factor of the measurements' covariance.
Tensor factor(const Kernel& kernel, const Series& data) {
  const double jitter = 1e-6;  // keeps the matrix positive definite where the noise tends to 0
  const Tensor identity = xg::eye<double>(data.t.size());
  return xg::cholesky(kernel(data.t, data.t) + (xg::exp(2 * kernel.noise) + jitter) * identity);
}

/// -ln p(y) = y^T K^-1 y / 2 + ln det K / 2 + n ln(2 pi) / 2, with y less its mean.
Tensor negative_log_likelihood(const Kernel& kernel, const Series& data) {
  const Tensor L = factor(kernel, data);
  const Tensor z = xg::triangular_solve(L, data.y - xg::mean(data.y));
  const double constant = static_cast<double>(data.y.size()) * std::log(2 * pi) / 2;
  return xg::sum(z * z) / 2 + xg::sum(xg::log(xg::diagonal(L))) + constant;
}

/// Mean and standard deviation of measurements to come.
struct Forecast {
  Tensor mean, deviation;
};
Forecast forecast(const Kernel& kernel, const Series& data, const Tensor& t) {
  const xg::NoGrad guard;
  const Tensor L = factor(kernel, data), level = xg::mean(data.y);
  const Tensor across = kernel(data.t, t);  // (n, m)
  const Tensor v = xg::triangular_solve(L, across), z = xg::triangular_solve(L, data.y - level);
  const Tensor own = xg::exp(2 * kernel.trend_size) + xg::exp(2 * kernel.cycle_size);
  const Tensor variance = own + xg::exp(2 * kernel.noise) - xg::sum(v * v, 0);
  return {level + xg::dot(xg::transpose(v), z), xg::sqrt(xg::maximum(variance, 1e-12))};
}

/// Minimizes by L-BFGS; returns the number of evaluations.
std::int64_t fit(Kernel& kernel, const Series& data, int steps) {
  nn::LBFGSOptions options;
  options.max_iterations = 10;
  nn::LBFGS optimizer(nn::parameters(kernel), options);
  double before = 0;
  for (int step = 0; step < steps; ++step) {
    const double loss = optimizer.step([&] { return negative_log_likelihood(kernel, data); });
    std::printf("%4lld evaluations   -ln p = %.4f\n",
                static_cast<long long>(optimizer.evaluations()), loss);
    if (step > 0 && before - loss < 1e-6) break;
    before = loss;
  }
  return optimizer.evaluations();
}

std::vector<double> values(const Tensor& x) { return {x.data(), x.data() + x.size()}; }

/// The last years, and how it goes on.
void draw(const Kernel& kernel, const Series& data, const Series& future,
          const std::filesystem::path& folder) {
  const auto file = folder / "gaussian_process.png";
  const std::size_t recent = std::min<std::size_t>(data.t.size(), 60), fine = 8;
  plots::Curve measured{"measurements", values(data.y), values(data.t), true};
  measured.y.erase(measured.y.begin(), measured.y.end() - static_cast<std::ptrdiff_t>(recent));
  measured.x.erase(measured.x.begin(), measured.x.end() - static_cast<std::ptrdiff_t>(recent));
  const double begin = future.t.data()[0], end = future.t.data()[future.t.size() - 1];
  const Tensor t = xg::linspace<double>(begin, end, fine * future.t.size());
  const Forecast found = forecast(kernel, data, t);
  // Around the band: above it, and back below.
  plots::Curve band{"95 % of the measurements to come", values(found.mean + 1.96 * found.deviation),
                    values(t)};
  const std::vector<double> below = values(found.mean - 1.96 * found.deviation);
  band.y.insert(band.y.end(), below.rbegin(), below.rend());
  const std::vector<double> there = band.x;
  band.x.insert(band.x.end(), there.rbegin(), there.rend());
  const plots::Curve came{"", values(future.y), values(future.t), true};
  const plots::Curve mean{"forecast", values(found.mean), values(t)};
  try {
    plots::draw_panels({{"A Gaussian process goes on with a series",
                         "years",
                         "",
                         {measured, mean, came, band},
                         false,
                         "top left"}},
                       file);
    std::printf("picture: %s\n", file.c_str());
  } catch (const plots::Error& error) {
    std::printf("picture skipped: %s\n", error.what());
  }
}

void run(const Options& options) {
  nn::Generator generator(options.seed);
  const Series data = series(0, options.months, options.noise, generator);
  const Series future = series(options.months, options.forecast, options.noise, generator);
  Kernel kernel;
  fit(kernel, data, options.quick ? 3 : 30);

  const auto number = [](const Tensor& logarithm) { return std::exp(logarithm.item()); };
  std::printf(
      "trend: size %.2f over %.1f years; cycle: size %.2f, period %.4f years, form %.2f, "
      "over %.0f years\n",
      number(kernel.trend_size), number(kernel.trend_years), number(kernel.cycle_size),
      number(kernel.period), number(kernel.cycle_form), number(kernel.cycle_years));
  std::printf("noise: %.3f found, %.3f put in\n", number(kernel.noise), options.noise);

  const Forecast found = forecast(kernel, data, future.t);
  const Tensor miss = future.y - found.mean, relative = xg::abs(miss) / found.deviation;
  std::size_t within = 0;
  for (double x : values(relative)) within += x < 1.96;
  const double last = data.y.data()[data.y.size() - 1];
  const Tensor naive = future.y - last;
  std::printf(
      "forecast of %zu months: error %.3f (root of the mean square), that of the last value "
      "%.3f; %zu within the 95 %% band\n",
      options.forecast, std::sqrt(xg::mean(miss * miss).item()),
      std::sqrt(xg::mean(naive * naive).item()), within);
  if (!options.no_pictures) {
    std::filesystem::create_directories(options.out);
    draw(kernel, data, future, options.out);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CommandLine line("Fits a Gaussian process to a series by L-BFGS and forecasts how it goes on.");
  const Allowed count = between(2, 2000);
  line.option("--months", options.months, "N", "measurements to learn from", count);
  line.option("--forecast", options.forecast, "N", "months to forecast", count);
  line.option("--noise", options.noise, "SIZE", "standard deviation of the measurements' error",
              between(0.01, 10.0));
  line.option("--seed", options.seed, "N", "of the noise");
  line.option("--out", options.out, "FOLDER", "where the picture goes");
  line.flag("--quick", options.quick, "a few iterations");
  line.flag("--no-pictures", options.no_pictures, "draw nothing");
  return line.run(argc, argv, [&] { run(options); });
}
