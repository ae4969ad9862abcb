// Learns to balance a pole on a cart by policy gradients: REINFORCE with a baseline (Williams 1992;
// Sutton & Barto 2018, sec. 13.4). For the options, --help.
#include <xgrad/xgrad.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <numeric>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "plots.hpp"

namespace xg = xgrad;
namespace nn = xgrad::nn;

namespace {

struct Options {
  std::size_t updates = 150;
  std::size_t episodes = 16;
  std::size_t hidden = 32;
  double discount = 0.99;
  double learning_rate = 1e-2;
  nn::Generator::result_type seed = 1;
  std::string picture{};
  bool quick = false;
};

/// A cart on a track with a pole hinged to it, pushed to the left or the right with a force of 10 N
/// every 20 ms; equations and constants of Barto, Sutton & Anderson 1983. A step on which the pole
/// is within 12 degrees of upright and the cart within 2.4 m of the centre is worth 1; an episode
/// ends with the first that is not, or after 500.
class CartPole {
 public:
  static constexpr std::size_t limit = 500, size = 4, actions = 2;
  using State = std::array<float, size>;  // position, velocity, angle, angular velocity

  explicit CartPole(nn::Generator& generator) {
    for (double* variable : {&x_, &x_velocity_, &angle_, &angle_velocity_}) {
      *variable = 0.1 * nn::uniform01(generator) - 0.05;
    }
  }
  State state() const {
    return {static_cast<float>(x_), static_cast<float>(x_velocity_), static_cast<float>(angle_),
            static_cast<float>(angle_velocity_)};
  }
  bool over() const { return steps_ >= limit || std::abs(x_) > 2.4 || std::abs(angle_) > bound; }
  /// Steps that were survived.
  std::size_t steps() const { return steps_; }

  void step(bool right) {
    constexpr double g = 9.8, cart = 1, pole = 0.1, half_length = 0.5, interval = 0.02;
    constexpr double friction_of_cart = 5e-4, friction_of_pole = 2e-6, mass = cart + pole;
    const double force = right ? 10 : -10, sine = std::sin(angle_), cosine = std::cos(angle_);
    const double sign = x_velocity_ > 0 ? 1 : x_velocity_ < 0 ? -1 : 0;
    const double along = force + pole * half_length * angle_velocity_ * angle_velocity_ * sine -
                         friction_of_cart * sign;
    const double angle_acceleration = (g * sine - cosine * along / mass -
                                       friction_of_pole * angle_velocity_ / (pole * half_length)) /
                                      (half_length * (4.0 / 3 - pole * cosine * cosine / mass));
    const double x_acceleration = (along - pole * half_length * angle_acceleration * cosine) / mass;
    x_ += interval * x_velocity_;
    x_velocity_ += interval * x_acceleration;
    angle_ += interval * angle_velocity_;
    angle_velocity_ += interval * angle_acceleration;
    ++steps_;
  }

 private:
  static constexpr double bound = 12 * 3.14159265358979323846 / 180;
  double x_, x_velocity_, angle_, angle_velocity_;
  std::size_t steps_ = 0;
};

/// A layer of tanh, and outputs: preferences for the actions, or the value of a state.
auto network(std::size_t outputs, const Options& options, nn::Generator& generator) {
  return nn::Sequential{nn::Dense(CartPole::size, options.hidden, generator), nn::Tanh(),
                        nn::Dense(options.hidden, outputs, generator)};
}
using Network = decltype(network(0, std::declval<Options>(), std::declval<nn::Generator&>()));

/// What happened in some episodes, one after the other: a state, the action taken there, and the
/// discounted sum of rewards from there on, for each step.
struct Experience {
  std::vector<CartPole::State> states;
  std::vector<int> actions;
  std::vector<float> returns;
  std::vector<double> lengths;  // of the episodes

  xg::Tensor<> all_states() const {
    xg::Array<float> result = xg::empty_array<float>({states.size(), CartPole::size});
    for (std::size_t i = 0; i < states.size(); ++i)
      std::copy(states[i].begin(), states[i].end(), result.data() + i * CartPole::size);
    return xg::Tensor<>(std::move(result));
  }
};

/// What the policy does, as `draw` chooses from the probability of going right.
template <class Draw>
Experience played(const Network& policy, std::size_t episodes, double discount,
                  nn::Generator& generator, Draw draw) {
  const xg::NoGrad guard;
  std::vector<CartPole> games;
  for (std::size_t i = 0; i < episodes; ++i) games.emplace_back(generator);
  std::vector<Experience> histories(episodes);
  for (;;) {  // all that still run take a step at once
    std::vector<std::size_t> running;
    Experience now;
    for (std::size_t i = 0; i < episodes; ++i) {
      if (games[i].over()) continue;
      running.push_back(i);
      now.states.push_back(games[i].state());
    }
    if (running.empty()) break;
    const xg::Tensor<> probabilities = xg::softmax(policy(now.all_states()));
    for (std::size_t k = 0; k < running.size(); ++k) {
      const bool right = draw(static_cast<double>(probabilities.value()(k, 1)));
      Experience& history = histories[running[k]];
      history.states.push_back(now.states[k]);
      history.actions.push_back(right);
      games[running[k]].step(right);
    }
  }
  Experience all;
  for (const Experience& one : histories) {
    const std::size_t steps = one.states.size();
    // The step that ends an episode early earns nothing more, but counts as in the literature.
    std::vector<float> returns(steps);
    double sum = 0;
    for (std::size_t t = steps; t-- > 0;) {
      sum = 1 + discount * sum;
      returns[t] = static_cast<float>(sum);
    }
    all.states.insert(all.states.end(), one.states.begin(), one.states.end());
    all.actions.insert(all.actions.end(), one.actions.begin(), one.actions.end());
    all.returns.insert(all.returns.end(), returns.begin(), returns.end());
    all.lengths.push_back(static_cast<double>(steps));
  }
  return all;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The policy and the values of states that serve as its baseline, each with its optimizer.
class Agent {
 public:
  Agent(const Options& options, nn::Generator& generator)
      : policy(network(CartPole::actions, options, generator)),
        value_(network(1, options, generator)),
        policy_optimizer_(nn::parameters(policy), options.learning_rate),
        value_optimizer_(nn::parameters(value_), options.learning_rate) {}

  Network policy;

  /// A step up the gradient of E[return]: the mean of (return - value) grad ln p(action); and
  /// several of the values towards the returns.
  void learn(const Experience& seen) {
    const std::size_t n = seen.states.size();
    const xg::Tensor<> states = seen.all_states();
    xg::Array<float> array = xg::empty_array<float>({n, 1});
    std::copy(seen.returns.begin(), seen.returns.end(), array.begin());
    const xg::Tensor<> returns(std::move(array));
    xg::Array<int> actions = xg::empty_array<int>({n, 1});
    std::copy(seen.actions.begin(), seen.actions.end(), actions.begin());

    // Only scales the step: rewards grow a hundredfold while it learns.
    const xg::Tensor<> advantage = (returns - scale * value_(states)).detach();
    const xg::Tensor<> deviation = xg::sqrt(xg::mean(advantage * advantage)) + 1e-6F;
    const xg::Tensor<> chosen = xg::gather(xg::log_softmax(policy(states)), 1, actions);
    policy_optimizer_.zero_grad();
    (-xg::mean(chosen * advantage / deviation)).backward();
    policy_optimizer_.step();

    for (int i = 0; i < 20; ++i) {
      value_optimizer_.zero_grad();
      xg::mean_squared_error(value_(states), returns / scale).backward();
      value_optimizer_.step();
    }
  }

 private:
  static constexpr float scale = 100;  // about the largest discounted return
  Network value_;
  nn::Adam<> policy_optimizer_, value_optimizer_;
};

/// Whether the agent has learned: 475 of 500 steps in the mean over 100 new episodes or, after
/// little training, more than twice what chance gives.
bool run(Options options) {
  if (options.quick) options.updates = 15;
  nn::Generator generator(options.seed);
  Agent agent(options, generator);
  const auto by_chance = [&](double p) { return nn::uniform01(generator) < p; };
  const auto likelier = [](double p) { return p > 0.5; };

  const auto start = std::chrono::steady_clock::now();
  std::deque<double> recent;
  double first = 0, reached = 0;
  plots::Curve each{"an episode", {}, {}, true}, of_100{"the last 100", {}, {}};
  for (std::size_t update = 1; update <= options.updates; ++update) {
    const Experience seen =
        played(agent.policy, options.episodes, options.discount, generator, by_chance);
    agent.learn(seen);
    for (double length : seen.lengths) {
      recent.push_back(length);
      each.y.push_back(length);
      each.x.push_back(static_cast<double>(each.x.size() + 1));
    }
    while (recent.size() > 100) recent.pop_front();
    reached = mean({recent.begin(), recent.end()});
    if (update == 1) first = reached;
    of_100.y.push_back(reached);
    of_100.x.push_back(each.x.back());
    if (update % 10 == 0 || update == options.updates) {
      std::printf("update %4zu, episode %5zu: %.1f steps, of the last %zu\n", update,
                  update * options.episodes, reached, recent.size());
      std::fflush(stdout);
    }
    if (recent.size() == 100 && reached >= 490) break;
  }
  const Experience test = played(agent.policy, 100, options.discount, generator, likelier);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  const double result = mean(test.lengths), least = options.quick ? 2 * first : 475;
  std::printf("%.1f steps of %zu in the mean over 100 new episodes after %.0f s; at first %.1f\n",
              result, CartPole::limit, time.count(), first);
  if (!options.picture.empty()) {
    plots::draw_panels(
        {{"Steps until the pole fell", "episode", "", {each, of_100}, false, "top left"}},
        options.picture);
  }
  return result >= least;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CommandLine line("Learns to balance a pole on a cart by policy gradients.");
  const Allowed count = between(1, 1000000);
  const Allowed fraction = between(0.0, 1.0);
  line.option("--updates", options.updates, "N", "at most so many steps of the policy", count);
  line.option("--episodes", options.episodes, "N", "between two of them", count);
  line.option("--hidden", options.hidden, "N", "units of policy and baseline", count);
  line.option("--discount", options.discount, "RATE", "of later rewards, per step", fraction);
  line.option("--learning-rate", options.learning_rate, "RATE", "of both", fraction);
  line.option("--seed", options.seed, "N", "of weights, episodes and actions");
  line.option("--picture", options.picture, "FILE", "a PNG of how it learns, if given");
  line.flag("--quick", options.quick, "a few updates");
  return line.run(argc, argv, [&] {
    if (run(options)) return true;
    std::fprintf(stderr, "error: it has not learned enough\n");
    return false;
  });
}
