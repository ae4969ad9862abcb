// Optimizers against 50 steps of PyTorch's.
#include "training_goldens.hpp"

#include <xgrad/nn/optim.hpp>

#include <functional>
#include <memory>

namespace {

namespace nn = xgrad::nn;
using namespace training_goldens;

/// An optimizer of unknown type over two groups: parameters 0 and 1, and 2.
struct Stepper {
  std::function<void()> step;
};
template <class Optimizer, class Options>
Stepper stepper(const Tensors& p, const Options& options) {
  auto optimizer = std::make_shared<Optimizer>(Tensors{p[0], p[1]}, options);
  Options of_group = options;
  of_group.learning_rate /= 2;
  optimizer->add_group({p[2]}, of_group);
  return {[optimizer] { optimizer->step(); }};
}
template <template <class> class Optimizer, class Options>
std::function<Stepper(const Tensors&)> with(const Options& options) {
  return [options](const Tensors& p) { return stepper<Optimizer<double>>(p, options); };
}

const std::map<std::string, std::function<Stepper(const Tensors&)>> optimizers = {
    {"SGD", with<nn::SGD>(nn::SGDOptions{0.01})},
    {"SGD_decay", with<nn::SGD>(nn::SGDOptions{0.01, 0, 0, 0.1})},
    {"SGD_momentum", with<nn::SGD>(nn::SGDOptions{0.01, 0.9, 0, 0.01})},
    {"SGD_dampening", with<nn::SGD>(nn::SGDOptions{0.01, 0.9, 0.3})},
    {"SGD_nesterov", with<nn::SGD>(nn::SGDOptions{0.01, 0.8, 0, 0.02, true})},
    {"Adam", with<nn::Adam>(nn::AdamOptions{0.01})},
    {"Adam_decay", with<nn::Adam>(nn::AdamOptions{0.02, 0.8, 0.95, 1e-6, 0.1})},
    {"Adam_amsgrad", with<nn::Adam>(nn::AdamOptions{0.01, 0.9, 0.9, 1e-8, 0, true})},
    {"AdamW", with<nn::AdamW>(nn::AdamWOptions(0.01))},
    {"AdamW_amsgrad", with<nn::AdamW>([] {
       nn::AdamWOptions options(0.03);
       options.beta1 = 0.7;
       options.beta2 = 0.9;
       options.weight_decay = 0.2;
       options.amsgrad = true;
       return options;
     }())},
    {"NAdam", with<nn::NAdam>(nn::NAdamOptions{0.01})},
    {"NAdam_decay", with<nn::NAdam>(nn::NAdamOptions{0.01, 0.9, 0.999, 1e-8, 0.1, 0.1})},
    {"NAdam_decoupled", with<nn::NAdam>(nn::NAdamOptions{0.01, 0.9, 0.999, 1e-8, 0.1, 4e-3, true})},
    {"RAdam", with<nn::RAdam>(nn::RAdamOptions{0.01})},
    {"RAdam_decay", with<nn::RAdam>(nn::RAdamOptions{0.02, 0.9, 0.8, 1e-8, 0.1})},
    {"RAdam_decoupled", with<nn::RAdam>(nn::RAdamOptions{0.01, 0.9, 0.999, 1e-8, 0.1, true})},
    {"RMSprop", with<nn::RMSprop>(nn::RMSpropOptions{0.01})},
    {"RMSprop_decay", with<nn::RMSprop>(nn::RMSpropOptions{0.01, 0.9, 1e-4, 0.1})},
    {"RMSprop_momentum", with<nn::RMSprop>(nn::RMSpropOptions{0.01, 0.99, 1e-8, 0, 0.9})},
    {"RMSprop_centered", with<nn::RMSprop>(nn::RMSpropOptions{0.01, 0.9, 1e-8, 0, 0, true})},
    {"RMSprop_all", with<nn::RMSprop>(nn::RMSpropOptions{0.01, 0.95, 1e-8, 0, 0.5, true})},
    {"Adagrad", with<nn::Adagrad>(nn::AdagradOptions{0.1})},
    {"Adagrad_all", with<nn::Adagrad>(nn::AdagradOptions{0.1, 0.1, 0.1, 0.5, 1e-4})},
    {"Adadelta", with<nn::Adadelta>(nn::AdadeltaOptions{1.0})},
    {"Adadelta_all", with<nn::Adadelta>(nn::AdadeltaOptions{0.5, 0.7, 1e-3, 0.1})},
};

TEST(Goldens, OfOptimizers) {
  EXPECT_EQ(rows("optimizer"), keys(optimizers));
  const Arrays& gradients = golden("");
  for (const auto& [row, make] : optimizers) {
    SCOPED_TRACE(row);
    const Arrays& arrays = golden("optimizer " + row);
    const Tensors p = {leaf(arrays.at("p0")), leaf(arrays.at("p1")), leaf(arrays.at("p2"))};
    const Stepper optimizer = make(p);
    for (std::size_t t = 0; t < 50; ++t) {
      for (std::size_t i = 0; i < 3; ++i) {
        p[i].zero_grad();
        if (i == 2 && t % 3 == 0) continue;
        set_gradient(p[i], row_of(gradients.at("gradient" + std::to_string(i)), t));
      }
      optimizer.step();
      for (std::size_t i = 0; i < 3; ++i) {
        const Plain expected = row_of(arrays.at("v" + std::to_string(i)), t);
        ASSERT_TRUE(check::close(check::plain(p[i]), expected, tolerance)) << t << ", " << i;
      }
    }
  }
}

}  // namespace
