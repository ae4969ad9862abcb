// The pictures of a training run are PNGs of the size that they say, whatever is drawn.
#include "../examples/plots.hpp"
#include "files.hpp"

#include <limits>

namespace {

class Pictures : public files::Folder {
 protected:
  /// Width and height of a PNG.
  static std::pair<unsigned, unsigned> extents_of(const std::filesystem::path& path) {
    const std::string bytes = files::read(path);
    EXPECT_EQ(bytes.substr(0, 8), "\x89PNG\r\n\x1a\n");
    EXPECT_EQ(bytes.substr(12, 4), "IHDR");
    const auto number = [&](std::size_t at) {
      unsigned value = 0;
      for (std::size_t i = at; i < at + 4; ++i) {
        value = value << 8 | static_cast<unsigned char>(bytes.at(i));
      }
      return value;
    };
    return {number(16), number(20)};
  }
  /// Draws, unless there is no gnuplot.
  template <class Draw>
  void expect(unsigned width, unsigned height, const Draw& draw) {
    const std::filesystem::path file = folder_ / "it's a picture.png";
    try {
      draw(file);
    } catch (const plots::Error& error) {
      GTEST_SKIP() << error.what();
    }
    EXPECT_EQ(extents_of(file), std::make_pair(width, height));
    EXPECT_GT(std::filesystem::file_size(file), 2000u);
  }
};

TEST_F(Pictures, OfCurves) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const plots::Curve line{"it's a line", {1, 0.1, nan, 1e-3}, {}}, at{"", {1, 2}, {0, 5}, true};
  expect(1200, 480, [&](const auto& file) {
    plots::draw_panels({{"one", "x", "y", {line, at}}, {"two", "x", "", {line}, true}}, file);
  });
  expect(1200, 480, [&](const auto& file) {
    plots::draw_curves({{0.5, 0.8, 0.7}, {0.4, 0.9, 0.8}}, file);
  });
}

TEST_F(Pictures, OfConfusionMatrices) {
  xgrad::Array<std::int64_t> counts = xgrad::empty_array<std::int64_t>({3, 3});
  std::fill(counts.begin(), counts.end(), 0);
  counts(0, 0) = 90;
  counts(0, 2) = 10;
  counts(1, 1) = 5;  // and nothing of the third class
  expect(150 + 3 * 62 + 40, 150 + 3 * 62, [&](const auto& file) {
    plots::draw_confusion_matrix(counts, {"cat", "dog's", "T-shirt/top"}, file);
  });
}

TEST_F(Pictures, ThatCannotBeDrawnAreAnError) {
  EXPECT_THROW(
      plots::draw_panels({{"t", "x", "y", {{"", {1, 2}, {}}}}}, folder_ / "no" / "such.png"),
      plots::Error);
}

}  // namespace
