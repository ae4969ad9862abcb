// Fashion-MNIST from made-up and from real files.
#include "files.hpp"

#include <xgrad/nn/data.hpp>

#include <algorithm>
#include <iostream>

namespace {

namespace fs = std::filesystem;
namespace nn = xgrad::nn;
using files::gzip, files::header;
using xgrad::FileError, xgrad::Shape;

/// A folder with a small data set: 3 images to train and 2 to test, pixel p of image i is i + p.
class FashionMnist : public files::Folder {
 protected:
  FashionMnist() {
    write("train-images-idx3-ubyte", images(3, 28, 28));
    write("train-labels-idx1-ubyte", labels({9, 0, 4}));
    write("t10k-images-idx3-ubyte", images(2, 28, 28));
    write("t10k-labels-idx1-ubyte", labels({1, 8}));
  }

  static std::string images(std::uint32_t n, std::uint32_t rows, std::uint32_t columns) {
    std::string bytes = header(8, {n, rows, columns});
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t p = 0; p < rows * columns; ++p) bytes += static_cast<char>(i + p);
    }
    return bytes;
  }
  static std::string labels(std::initializer_list<char> values) {
    return header(8, {static_cast<std::uint32_t>(values.size())}) + std::string(values);
  }
  void pack(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    std::string content(std::istreambuf_iterator<char>(file), {});
    write(name + ".gz", gzip(content));
    fs::remove(folder_ / name);
  }

  void expect_error(const std::string& name, const std::string& expected, const std::string& got,
                    std::int64_t offset) const {
    fs::path path = folder_ / name;
    std::string place = offset < 0 ? "" : ", byte " + std::to_string(offset);
    try {
      nn::fashion_mnist(folder_);
      ADD_FAILURE() << "no error; expected " << expected << ", got " << got;
    } catch (const FileError& error) {
      EXPECT_EQ(error.what(), "fashion_mnist: expected " + expected + ", got " + got + " [" +
                                  path.string() + place + "]");
      EXPECT_EQ(error.path(), path.string());
    }
  }
};

void check_made_up(const nn::Dataset& dataset, const std::vector<int>& labels) {
  EXPECT_EQ(dataset.size(), labels.size());
  EXPECT_EQ(dataset.labels.shape(), Shape{labels.size()});
  EXPECT_EQ(dataset.images.shape(), (Shape{labels.size(), 784}));
  EXPECT_EQ(std::vector<int>(dataset.labels.begin(), dataset.labels.end()), labels);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t p = 0; p < 784; ++p) {
      ASSERT_EQ(dataset.images(i, p), float((i + p) % 256) / 255.0f);
    }
  }
}

TEST_F(FashionMnist, PlainAndGzip) {
  write("t10k-images-idx3-ubyte.gz", "not read while there is a plain file");
  for (const char* name : {"", "train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    if (*name != '\0') pack(name);
    nn::Split split = nn::fashion_mnist(folder_);
    check_made_up(split.train, {9, 0, 4});
    check_made_up(split.test, {1, 8});
  }
}

TEST_F(FashionMnist, MissingFile) {
  std::vector<std::string> names = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
  for (const std::string& name : names) {
    fs::rename(folder_ / name, folder_ / "elsewhere");
    expect_error(name, name + "[.gz], which the Debian package dataset-fashion-mnist provides",
                 "no such file", -1);
    fs::rename(folder_ / "elsewhere", folder_ / name);
  }
}

TEST_F(FashionMnist, MissingOrEmptyFolder) {
  const auto message = [&] {
    try {
      nn::fashion_mnist(folder_);
    } catch (const xgrad::FileError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  fs::remove_all(folder_);
  EXPECT_EQ(message(),
            "fashion_mnist: expected a folder with the files of the Debian package "
            "dataset-fashion-mnist, got No such file or directory [" +
                folder_.string() + "]");
  std::ofstream(folder_) << "a file";
  EXPECT_EQ(message(),
            "fashion_mnist: expected a folder with the files of the Debian package "
            "dataset-fashion-mnist, got no folder [" +
                folder_.string() + "]");
  fs::remove(folder_);
  fs::create_directory(folder_);
  EXPECT_EQ(message(),
            "fashion_mnist: expected train-images-idx3-ubyte[.gz], which the Debian package "
            "dataset-fashion-mnist provides, got no such file [" +
                (folder_ / "train-images-idx3-ubyte").string() + "]");
}

TEST_F(FashionMnist, Images) {
  std::string name = "train-images-idx3-ubyte", expected = "images of shape (n, 28, 28)";
  write(name, images(3, 27, 28));
  expect_error(name, expected, "(3, 27, 28)", 8);
  write(name, images(3, 28, 32));
  expect_error(name, expected, "(3, 28, 32)", 12);
  write(name, header(8, {3, 112}) + std::string(3 * 112, 'x'));
  expect_error(name, expected, "(3, 112)", 3);
}

TEST_F(FashionMnist, Labels) {
  std::string name = "t10k-labels-idx1-ubyte";
  write(name, labels({1}));
  expect_error(name, "2 labels, one per image", "1", 4);
  write(name, labels({1, 2, 3}));
  expect_error(name, "2 labels, one per image", "3", 4);
  write(name, labels({1, 10}));
  expect_error(name, "a label in 0..9", "10", 9);
  write(name, labels({'\xff', 1}));
  expect_error(name, "a label in 0..9", "255", 8);
  write(name, header(8, {2, 1}) + "xx");
  expect_error(name, "labels of shape (n)", "(2, 1)", 3);
}

TEST_F(FashionMnist, DamagedFile) {
  write("train-labels-idx1-ubyte", labels({1, 2, 3}) + "x");
  try {
    nn::fashion_mnist(folder_);
    ADD_FAILURE() << "no error";
  } catch (const FileError& error) {
    EXPECT_EQ(error.what(), "idx: expected the end of the file, got more data [" +
                                (folder_ / "train-labels-idx1-ubyte").string() + ", byte 11]");
  }
}

TEST(FashionMnistInstalled, RealData) {
  if (!fs::exists(nn::fashion_mnist_folder)) {
    std::cout << "not run: " << nn::fashion_mnist_folder
              << " is missing; the Debian package dataset-fashion-mnist provides it\n";
    GTEST_SKIP();
  }
  nn::Split split = nn::fashion_mnist();
  EXPECT_EQ(split.train.images.shape(), (Shape{60000, 784}));
  EXPECT_EQ(split.test.images.shape(), (Shape{10000, 784}));
  for (const nn::Dataset* dataset : {&split.train, &split.test}) {
    std::vector<std::size_t> count(10);
    for (int label : dataset->labels) ++count.at(static_cast<std::size_t>(label));
    EXPECT_EQ(count, std::vector<std::size_t>(10, dataset->size() / 10));
    auto [least, greatest] = std::minmax_element(dataset->images.begin(), dataset->images.end());
    EXPECT_EQ(*least, 0.0f);
    EXPECT_EQ(*greatest, 1.0f);
  }
  // The mean that everybody normalizes this data set with.
  double sum = 0;
  for (float pixel : split.train.images) sum += double(pixel);
  EXPECT_NEAR(sum / double(split.train.images.size()), 0.2860, 5e-5);
  EXPECT_EQ(split.train.labels.data()[0], 9);  // an ankle boot
}

}  // namespace
