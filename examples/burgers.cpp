// A physics-informed network: learns the solution of Burgers' equation from the equation alone
// (Raissi, Perdikaris & Karniadakis 2019, A.1). For the options, --help.
//
//   u_t + u u_x = v u_xx   for -1 < x < 1, 0 < t < 1,   u(x, 0) = -sin(pi x),   u(-1, t) = u(1, t)
//   = 0.
//
// The network has the initial and the boundary values built in, and is trained to make the
// equation's residual small at scattered points: u_t, u_x and u_xx are derivatives of the network
// with respect to its inputs, and training differentiates them once more. The result is compared
// with the exact solution, which Cole and Hopf's transformation gives as an integral.
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
  std::size_t points = 2000, width = 24, layers = 3;
  int iterations = 4000;
  double viscosity = 0.03;
  nn::Generator::result_type seed = 1;
  std::string out = "pictures";
  bool quick = false;
  bool no_pictures = false;
};

/// u(x, t) = -sin(pi x) + t (1 - x^2) N(x, t), which has the right initial and boundary values
/// whatever the network N.
class Solution {
 public:
  using value_type = double;
  Solution(const Options& options, nn::Generator& generator) {
    for (std::size_t i = 0; i < options.layers; ++i) {
      hidden_.emplace_back(i == 0 ? 2 : options.width, options.width, generator);
    }
    last_.emplace_back(options.width, 1, generator);
  }
  /// Of columns (n, 1) of places and times.
  Tensor operator()(const Tensor& x, const Tensor& t) const {
    Tensor h = xg::concatenate(std::vector<Tensor>{x, 2 * t - 1}, 1);
    for (const nn::Dense<double>& layer : hidden_) h = xg::tanh(layer(h));
    return t * (1 - x * x) * last_.front()(h) - xg::sin(pi * x);
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("hidden", hidden_);
    visitor("last", last_);
  }

 private:
  std::vector<nn::Dense<double>> hidden_, last_;
};

/// u_t + u u_x - v u_xx at points x, t, which have to be leaves that want a gradient.
Tensor residual(const Solution& solution, const Tensor& x, const Tensor& t, double viscosity) {
  const Tensor u = solution(x, t);
  // Each u depends on its own point only: the gradient of the sum is the derivative at each.
  const std::vector<Tensor> first = xg::grad(xg::sum(u), {x, t}, xg::create_graph);
  const Tensor u_xx = xg::grad(xg::sum(first[0]), {x}, xg::create_graph)[0];
  return first[1] + u * first[0] - viscosity * u_xx;
}

/// The exact solution (Cole 1951, Hopf 1950):
///   u = -int sin(pi (x - s)) w(s) ds / int w(s) ds,
///   w(s) = exp(-cos(pi (x - s)) / (2 pi v) - s^2 / (4 v t)),
/// by the trapezoidal rule, which converges exponentially for such integrands.
double exact(double x, double t, double viscosity) {
  if (t == 0) return -std::sin(pi * x);
  const double reach = std::sqrt(4 * viscosity * t) * 7;
  constexpr int intervals = 400;
  double above = 0, below = 0;
  for (int i = 0; i <= intervals; ++i) {
    const double s = reach * (2.0 * i / intervals - 1);
    // Less the greatest exponent there can be, so that nothing overflows.
    const double weight = std::exp((-std::cos(pi * (x - s)) - 1) / (2 * pi * viscosity) -
                                   s * s / (4 * viscosity * t));
    above += std::sin(pi * (x - s)) * weight;
    below += weight;
  }
  return -above / below;
}

/// The network's error on a grid: of all, and the greatest, both relative to the solution's.
struct Error {
  double mean, greatest;
};
Error error_of(const Solution& solution, double viscosity) {
  constexpr std::size_t places = 101, times = 21;
  Tensor x = xg::empty<double>({places * times, 1}), t = xg::empty<double>({places * times, 1});
  for (std::size_t i = 0; i < x.size(); ++i) {
    x.mutable_value()(i, 0) = 2 * static_cast<double>(i % places) / (places - 1) - 1;
    t.mutable_value()(i, 0) = static_cast<double>(i / places) / (times - 1);
  }
  const xg::NoGrad guard;
  const Tensor u = solution(x, t);
  double squares = 0, all = 0, most = 0, greatest = 0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    const double right = exact(x.data()[i], t.data()[i], viscosity), miss = u.data()[i] - right;
    squares += miss * miss;
    all += right * right;
    most = std::max(most, std::abs(miss));
    greatest = std::max(greatest, std::abs(right));
  }
  return {std::sqrt(squares / all), most / greatest};
}

void draw(const Solution& solution, double viscosity, const std::filesystem::path& folder) {
  const auto file = folder / "burgers.png";
  plots::Panel panel{"Burgers' equation: exact, and by the network (points)", "x", "u", {}};
  const xg::NoGrad guard;
  for (double time : {0.0, 0.25, 0.5, 1.0}) {
    plots::Curve curve;
    for (int i = 0; i <= 200; ++i) {
      curve.x.push_back(i / 100.0 - 1);
      curve.y.push_back(exact(curve.x.back(), time, viscosity));
    }
    curve.name = "t = " + std::to_string(time).substr(0, 4);
    panel.curves.push_back(curve);
  }
  for (double time : {0.0, 0.25, 0.5, 1.0}) {
    plots::Curve curve;
    curve.dots = true;
    for (int i = 0; i <= 30; ++i) {
      const double x = i / 15.0 - 1;
      curve.x.push_back(x);
      curve.y.push_back(solution(Tensor{{x}}, Tensor{{time}}).item());
    }
    panel.curves.push_back(curve);
  }
  try {
    plots::draw_panels({panel}, file);
    std::printf("picture: %s\n", file.c_str());
  } catch (const plots::Error& error) {
    std::printf("picture skipped: %s\n", error.what());
  }
}

void run(Options options) {
  if (options.quick) {
    options.points = 200;
    options.iterations = 60;
  }
  nn::Generator generator(options.seed);
  Solution solution(options, generator);
  // More points where the front is going to stand, at x = 0: x = s^3 for some, s uniform.
  Tensor x = nn::uniform<double>({options.points, 1}, -1, 1, generator);
  Tensor t = nn::uniform<double>({options.points, 1}, 0, 1, generator);
  for (std::size_t i = 0; i < options.points / 2; ++i) {
    double& place = x.mutable_value()(i, 0);
    place = place * place * place;
  }
  x.requires_grad();
  t.requires_grad();

  nn::LBFGSOptions lbfgs;
  lbfgs.max_iterations = 25;
  lbfgs.history_size = 50;
  lbfgs.tolerance_change = 1e-12;
  nn::LBFGS optimizer(nn::parameters(solution), lbfgs);
  const int steps = std::max(1, options.iterations / lbfgs.max_iterations);
  std::printf("%zu parameters, %zu points, viscosity %g\n", nn::parameter_count(solution),
              options.points, options.viscosity);
  for (int step = 1; step <= steps; ++step) {
    const double loss = optimizer.step(
        [&] { return xg::mean(xg::square(residual(solution, x, t, options.viscosity))); });
    if (step % std::max(1, steps / 6) != 0) continue;
    std::printf("%5lld evaluations   residual %.2e   error %.2e\n",
                static_cast<long long>(optimizer.evaluations()), std::sqrt(loss),
                error_of(solution, options.viscosity).mean);
    std::fflush(stdout);
  }
  const Error error = error_of(solution, options.viscosity);
  std::printf("error against the exact solution: %.2e of its size, %.2e at most\n", error.mean,
              error.greatest);
  if (!options.no_pictures) {
    std::filesystem::create_directories(options.out);
    draw(solution, options.viscosity, options.out);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CommandLine line("Learns the solution of Burgers' equation from the equation alone.");
  const Allowed count = between(1, 100000);
  line.option("--points", options.points, "N", "at which the equation is to hold", count);
  line.option("--width", options.width, "N", "neurons in a hidden layer", count);
  line.option("--layers", options.layers, "N", "hidden layers", between(1, 20));
  line.option("--iterations", options.iterations, "N", "of L-BFGS", count);
  line.option("--viscosity", options.viscosity, "V", "the smaller, the steeper the front",
              between(0.01, 1.0));
  line.option("--seed", options.seed, "N", "of the weights and the points");
  line.option("--out", options.out, "FOLDER", "where the picture goes");
  line.flag("--quick", options.quick, "fewer points and iterations");
  line.flag("--no-pictures", options.no_pictures, "draw nothing");
  return line.run(argc, argv, [&] { run(options); });
}
