#include "plots.hpp"

#include <gnuplot-iostream.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <sstream>

namespace plots {
namespace {

using Path = std::filesystem::path;

/// The program in PATH that draws. gnuplot-iostream itself would die of a broken pipe without it.
std::string find_gnuplot() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    Path program = Path(folder) / "gnuplot";
    std::error_code ignored;
    if (std::filesystem::is_regular_file(program, ignored)) return program.string();
  }
  throw Error("gnuplot is not installed (Debian: apt install gnuplot-nox)");
}

/// A string for gnuplot, which doubles single quotes.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (char c : text) result.append(c == '\'' ? 2 : 1, c);
  return result + "'";
}

/// Runs gnuplot on what `draw` writes to it; the result is a PNG of this many pixels.
template <class Draw>
void draw_png(const Path& file, std::size_t width, std::size_t height, const Draw& draw) {
  const std::string gnuplot = find_gnuplot();
  std::error_code ignored;
  // Where gnuplot cannot write, it would write the picture to the terminal.
  if (!std::ofstream(file)) throw Error("cannot write " + file.string());
  std::filesystem::remove(file, ignored);

  // Should gnuplot die while we write to it, we want an error, not a signal.
  auto* const handler = std::signal(SIGPIPE, SIG_IGN);
  {
    Gnuplot gp(quoted(gnuplot));
    gp << "set terminal pngcairo noenhanced size " << width << ',' << height
       << " font 'DejaVu Sans,12' background rgb 'white'\n"
       << "set output " << quoted(file.string()) << '\n'
       << "set encoding utf8\n";
    draw(gp);
    gp << "unset output\n";
  }
  std::signal(SIGPIPE, handler);
  if (!std::filesystem::exists(file, ignored)) {
    throw Error("gnuplot could not draw " + file.string());
  }
}

/// An image of red, green and blue bytes, white at first.
class Canvas {
 public:
  struct Color {
    unsigned char red, green, blue;
  };
  Canvas(std::size_t width, std::size_t height)
      : width_(width), height_(height), pixels_(width * height, Color{255, 255, 255}) {}

  std::size_t width() const { return width_; }
  std::size_t height() const { return height_; }
  Color& operator()(std::size_t x, std::size_t y) { return pixels_[y * width_ + x]; }
  const char* bytes() const { return reinterpret_cast<const char*>(pixels_.data()); }
  std::streamsize byte_count() const {
    return static_cast<std::streamsize>(pixels_.size() * sizeof(Color));
  }

 private:
  std::size_t width_, height_;
  std::vector<Color> pixels_;
};

constexpr std::size_t side = 28;  // of an image

/// Puts an image with its corner at (left, top), ink dark on white.
void put_image(Canvas& canvas, const float* pixels, std::size_t left, std::size_t top) {
  for (std::size_t y = 0; y < side; ++y) {
    for (std::size_t x = 0; x < side; ++x) {
      const auto shade = static_cast<unsigned char>(std::lround(255 * (1 - pixels[y * side + x])));
      canvas(left + x, top + y) = {shade, shade, shade};
    }
  }
}

/// Writes a canvas, as an image of its own pixels, below a margin of `top` parts of the height.
void write_canvas(Gnuplot& gp, const Canvas& canvas, double top, const std::string& labels) {
  gp << std::defaultfloat << "set margins 0,0,0,0\n"
     << "set tmargin at screen " << 1 - top << '\n'
     << "set bmargin at screen 0\n"
     << "unset border\nunset tics\nunset key\n"
     << "set xrange [-0.5:" << static_cast<double>(canvas.width()) - 0.5 << "]\n"
     << "set yrange [" << static_cast<double>(canvas.height()) - 0.5 << ":-0.5]\n"
     << labels << "plot '-' binary array=(" << canvas.width() << ',' << canvas.height()
     << ") format='%uchar%uchar%uchar' using 1:2:3 with rgbimage\n";
  gp.write(canvas.bytes(), canvas.byte_count());
}

}  // namespace

void draw_panels(const std::vector<Panel>& panels, const Path& file) {
  const char* const colors[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000"};
  draw_png(file, 600 * panels.size(), 480, [&](Gnuplot& gp) {
    std::size_t curve_count = 0;
    gp << std::defaultfloat << std::setprecision(10);
    for (const Panel& panel : panels) {
      for (const Curve& curve : panel.curves) {
        gp << "$curve" << curve_count++ << " << EOD\n";
        for (std::size_t i = 0; i < curve.y.size(); ++i) {
          gp << (curve.x.empty() ? static_cast<double>(i + 1) : curve.x[i]) << ' ' << curve.y[i]
             << '\n';
        }
        gp << "EOD\n";
      }
    }
    gp << "set multiplot layout 1," << panels.size() << " margins 0.08,0.98,0.14,0.90 spacing 0.1\n"
       << "set border 3 lc rgb '#808080'\n"
       << "set grid lc rgb '#e4e4e4' lt 1\n"
       << "set tics nomirror textcolor rgb '#303030'\n"
       << "set offsets graph 0.02, graph 0.02, graph 0.04, graph 0.04\n"
       << "set autoscale xfix\n";
    curve_count = 0;
    for (const Panel& panel : panels) {
      const Curve& first = panel.curves.front();
      if (first.x.empty()) {
        gp << "set xtics 1," << std::max<std::size_t>(1, (first.y.size() + 14) / 15) << '\n';
      } else {
        gp << "set xtics autofreq\n";
      }
      gp << (panel.logarithmic ? "set" : "unset") << " logscale y\n"
         << "set key " << panel.key << " reverse Left samplen 2\n"
         << "set title " << quoted(panel.title) << " font ',14'\n"
         << "set xlabel " << quoted(panel.x_label) << '\n'
         << "set ylabel " << quoted(panel.y_label) << '\n';
      for (std::size_t i = 0; i < panel.curves.size(); ++i) {
        const Curve& curve = panel.curves[i];
        gp << (i == 0 ? "plot " : ", ") << "$curve" << curve_count++ << " using 1:2 with "
           << (curve.dots             ? "points pt 7 ps 0.6"
               : curve.y.size() <= 40 ? "linespoints pt 7 ps 0.8 lw 2.5"
                                      : "lines lw 2")
           << " lc rgb '" << (curve.dots ? "#404040" : colors[i % 5]) << "' "
           << (curve.name.empty() ? "notitle" : "title " + quoted(curve.name));
      }
      gp << '\n';
    }
    gp << "unset multiplot\n";
  });
}

void draw_curves(const std::vector<Epoch>& history, const Path& file) {
  Curve loss, train, test;
  for (const Epoch& epoch : history) {
    loss.y.push_back(epoch.loss);
    train.y.push_back(100 * epoch.train_accuracy);
    test.y.push_back(100 * epoch.test_accuracy);
  }
  train.name = "training set, during the epoch";
  std::ostringstream at_the_end;
  at_the_end << std::fixed << std::setprecision(2) << "test set (" << test.y.back()
             << " % at the end)";
  test.name = at_the_end.str();
  draw_panels({{"Training loss", "epoch", "cross-entropy", {loss}},
               {"Accuracy",
                "epoch",
                "images classified correctly (%)",
                {train, test},
                false,
                "bottom right"}},
              file);
}

void draw_confusion_matrix(const xgrad::Array<std::int64_t>& counts,
                           const std::vector<std::string>& classes, const Path& file) {
  const std::size_t n = classes.size(), cell = 62, edge = 150;
  draw_png(file, edge + n * cell + 40, edge + n * cell, [&](Gnuplot& gp) {
    std::ostringstream x_tics, y_tics, numbers;
    gp << std::defaultfloat << "$parts << EOD\n";
    for (std::size_t i = 0; i < n; ++i) {
      double support = 0;
      for (std::size_t j = 0; j < n; ++j) support += static_cast<double>(counts(i, j));
      for (std::size_t j = 0; j < n; ++j) {
        const double part = support == 0 ? 0 : static_cast<double>(counts(i, j)) / support;
        gp << j << ' ' << i << ' ' << part << '\n';
        if (counts(i, j) == 0) continue;
        numbers << "set label '" << counts(i, j) << "' at " << j << ',' << i
                << " center front textcolor rgb '" << (part > 0.5 ? "#ffffff" : "#303030") << "'\n";
      }
      x_tics << (i == 0 ? "" : ", ") << quoted(classes[i]) << ' ' << i;
      y_tics << (i == 0 ? "" : ", ") << quoted(classes[i]) << ' ' << i;
    }
    gp << "EOD\n"
       << "set title 'Which class was taken for which' font ',14'\n"
       << "set xlabel 'predicted'\nset ylabel 'is'\n"
       << "set xtics (" << x_tics.str() << ") rotate by 40 right\n"
       << "set ytics (" << y_tics.str() << ")\n"
       << "set tics scale 0\nunset key\nunset colorbox\nunset grid\n"
       << "set xrange [-0.5:" << static_cast<double>(n) - 0.5 << "]\n"
       << "set yrange [" << static_cast<double>(n) - 0.5 << ":-0.5]\n"
       << "set cbrange [0:1]\n"
       << "set palette defined (0 '#ffffff', 0.05 '#d6e6f2', 1 '#08519c')\n"
       << numbers.str() << "plot $parts using 1:2:3 with image\n";
  });
}

void draw_predictions(const xgrad::Array<float>& images, const xgrad::Array<int>& labels,
                      const xgrad::Array<int>& predicted, const std::vector<std::string>& classes,
                      const Path& file) {
  // In units of one image pixel: a cell is an image in a frame, space around it, two lines of text.
  constexpr std::size_t columns = 8, rows = 6, border = 4, text = 12;
  constexpr std::size_t cell_width = side + 2 * border, cell_height = side + border + text;
  constexpr std::size_t zoom = 4, title = 60;
  constexpr Canvas::Color right = {27, 120, 55}, wrong = {200, 30, 45};

  Canvas canvas(columns * cell_width, rows * cell_height);
  std::ostringstream captions;
  const std::size_t count = std::min(columns * rows, labels.size());
  std::size_t right_count = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t left = i % columns * cell_width + border;
    const std::size_t top = i / columns * cell_height + border;
    const bool is_right = predicted(i) == labels(i);
    right_count += is_right;

    for (std::size_t y = 0; y < side + 2; ++y) {
      for (std::size_t x = 0; x < side + 2; ++x) {
        canvas(left + x - 1, top + y - 1) = is_right ? right : wrong;
      }
    }
    put_image(canvas, images.data() + i * side * side, left, top);

    const auto caption = [&](std::size_t line, const std::string& name, const char* color) {
      captions << "set label " << quoted(name) << " at " << left + side / 2 << ','
               << top + side + 3 + 5 * line << " center front textcolor rgb '" << color << "'\n";
    };
    const auto name = [&](int label) { return classes.at(static_cast<std::size_t>(label)); };
    caption(0, name(predicted(i)), is_right ? "#1b7837" : "#c81e2d");
    if (!is_right) caption(1, "is: " + name(labels(i)), "#606060");
  }

  const std::size_t width = zoom * canvas.width(), height = zoom * canvas.height() + title;
  const double head = static_cast<double>(title) / static_cast<double>(height);
  captions << "set label 'The first " << count
           << " test images and their predicted classes: " << right_count << " right, "
           << count - right_count << " wrong' at screen 0.5," << 1 - 0.55 * head
           << " center font ',16'\n";
  draw_png(file, width, height,
           [&](Gnuplot& gp) { write_canvas(gp, canvas, head, captions.str()); });
}

void draw_images(const std::vector<Images>& blocks, std::size_t columns, const Path& file) {
  constexpr std::size_t gap = 2, cell = side + gap, title = 16, zoom = 3;
  std::size_t height = 0;
  const auto rows_of = [&](const Images& block) {
    return (block.pixels.shape()[0] + columns - 1) / columns;
  };
  for (const Images& block : blocks) height += title + rows_of(block) * cell;
  Canvas canvas(columns * cell + gap, height + gap);
  std::ostringstream titles;
  std::size_t top = 0;
  for (const Images& block : blocks) {
    titles << "set label " << quoted(block.title) << " at " << gap << ',' << top + title / 2
           << " left front font ',14'\n";
    top += title;
    for (std::size_t i = 0; i < block.pixels.shape()[0]; ++i) {
      put_image(canvas, block.pixels.data() + i * side * side, gap + i % columns * cell,
                top + i / columns * cell);
    }
    top += rows_of(block) * cell;
  }
  draw_png(file, zoom * canvas.width(), zoom * canvas.height(),
           [&](Gnuplot& gp) { write_canvas(gp, canvas, 0, titles.str()); });
}

}  // namespace plots
