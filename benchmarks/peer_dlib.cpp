// The training steps with SGD in dlib, from the parameters and data of training_step.cpp. Prints
// what peers.py reads.
#include "peer.hpp"
#include "problem.hpp"

#include <dlib/dnn.h>
#include <dlib/revision.h>

namespace {

using problem::Training;
using Sample = dlib::matrix<float>;
template <long Hidden, long Out>
using Two =
    dlib::loss_multiclass_log<dlib::fc<Out, dlib::relu<dlib::fc<Hidden, dlib::input<Sample>>>>>;
template <long First, long Second, long Out>
using Three = dlib::loss_multiclass_log<
    dlib::fc<Out, dlib::relu<dlib::fc<Second, dlib::relu<dlib::fc<First, dlib::input<Sample>>>>>>>;

/// A layer's weights (in, out), then its bias.
template <class Layer>
void set_parameters(Layer& layer, const Training& training, std::size_t k) {
  const std::size_t in = training.dims[k], out = training.dims[k + 1];
  float* to = layer.layer_details().get_layer_params().host();
  for (std::size_t i = 0; i < in; ++i) {
    for (std::size_t j = 0; j < out; ++j) to[i * out + j] = training.weights[k][j * in + i];
  }
  std::copy(training.biases[k].begin(), training.biases[k].end(), to + in * out);
}

template <class Net>
void run(peer::Report& report, const Training& training) {
  Net net;
  std::vector<Sample> samples;
  std::vector<unsigned long> labels(training.labels.begin(), training.labels.end());
  const std::size_t width = training.dims.front();
  for (std::size_t i = 0; i < training.batch; ++i) {
    Sample sample(static_cast<long>(width), 1);
    std::copy_n(training.images.begin() + static_cast<std::ptrdiff_t>(i * width), width,
                sample.begin());
    samples.push_back(sample);
  }
  dlib::resizable_tensor images;
  net.to_tensor(samples.begin(), samples.end(), images);
  net.forward(images);  // gives the parameters their sizes
  constexpr unsigned long depth = Net::num_layers;
  set_parameters(dlib::layer<depth - 2>(net), training, 0);
  if constexpr (depth > 5) set_parameters(dlib::layer<depth - 4>(net), training, 1);
  set_parameters(dlib::layer<1>(net), training, training.layers() - 1);
  std::vector<dlib::sgd> solvers(Net::num_computational_layers, dlib::sgd(0, 0));
  const auto step = [&] {
    const double loss = net.compute_parameter_gradients(images, labels.begin());
    net.update_parameters(dlib::make_sstack(solvers),
                          static_cast<double>(training.learning_rate()));
    return loss;
  };
  double loss = 0;
  for (int i = 0; i <= problem::verified_steps; ++i) loss = step();
  report.add(training.name, 1, step, loss);
}

}  // namespace

int main() {
  peer::Report report(std::to_string(DLIB_MAJOR_VERSION) + "." +
                      std::to_string(DLIB_MINOR_VERSION));
  for (const Training& training : problem::perceptrons()) {
    if (training.name == "mlp_2_8_2_batch_4") run<Two<8, 2>>(report, training);
    if (training.name == "mlp_784_128_10_batch_1" || training.name == "mlp_784_128_10_batch_64")
      run<Two<128, 10>>(report, training);
    if (training.name == "mlp_784_512_512_10_batch_256") run<Three<512, 512, 10>>(report, training);
  }
  report.print();
}
