// Pictures of a training run, drawn by gnuplot.
#pragma once
#include <xgrad/autograd/array.hpp>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace plots {

/// gnuplot is missing, or left no picture. The message is one line.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What is known after an epoch: the mean training loss, and accuracies from 0 to 1.
struct Epoch {
  double loss;
  double train_accuracy;
  double test_accuracy;
};

/// A curve: values at 1, 2, ... or at the places `x`.
struct Curve {
  std::string name;
  std::vector<double> y, x;
  bool dots = false;  // instead of a line
};
/// Curves over one axis.
struct Panel {
  std::string title, x_label, y_label;
  std::vector<Curve> curves;
  bool logarithmic = false;       // the y axis
  std::string key = "top right";  // where the names stand
};

/// Draws a PNG with panels side by side. Throws Error.
void draw_panels(const std::vector<Panel>& panels, const std::filesystem::path& file);

/// Draws a PNG with two panels, loss and accuracy by epoch. Throws Error.
void draw_curves(const std::vector<Epoch>& history, const std::filesystem::path& file);

/// Draws a PNG with the first images (at most 48), each with the name of the predicted class, and
/// the right name where that is wrong. `images` is (n, 784) from 0 to 1, `labels` and `predicted`
/// are (n) and index `classes`. Throws Error.
void draw_predictions(const xgrad::Array<float>& images, const xgrad::Array<int>& labels,
                      const xgrad::Array<int>& predicted, const std::vector<std::string>& classes,
                      const std::filesystem::path& file);

/// Draws a PNG with the counts (classes, classes) of which class was taken for which, each row
/// colored by its parts. Throws Error.
void draw_confusion_matrix(const xgrad::Array<std::int64_t>& counts,
                           const std::vector<std::string>& classes,
                           const std::filesystem::path& file);

/// Images (n, 784) from 0 to 1, and what they are.
struct Images {
  std::string title;
  xgrad::Array<float> pixels;
};

/// Draws a PNG with blocks of images, one below the other, in rows of `columns`. Throws Error.
void draw_images(const std::vector<Images>& blocks, std::size_t columns,
                 const std::filesystem::path& file);

}  // namespace plots
