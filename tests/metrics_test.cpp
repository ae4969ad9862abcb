// Metrics of classifiers, against counts by hand and scikit-learn's numbers.
#include "check.hpp"

#include <xgrad/nn/data.hpp>
#include <xgrad/nn/training/metrics.hpp>

#include <cmath>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::message;
using Labels = xg::Array<int>;

Labels labels(const std::vector<int>& values) {
  Labels result = xg::empty_array<int>({values.size()});
  std::copy(values.begin(), values.end(), result.data());
  return result;
}

TEST(TopK, CountsLabelsAmongTheKGreatest) {
  const xg::Tensor<double> logits = {
      {0.1, 0.7, 0.2}, {3, 2, 1}, {1, 1, 1}, {std::nan(""), 5, 0}, {-1, -2, -3}};
  const Labels y = labels({0, 1, 1, 1, 2});
  EXPECT_DOUBLE_EQ(nn::top_k_accuracy(logits, y, 1), 0.0 / 5);
  EXPECT_DOUBLE_EQ(nn::top_k_accuracy(logits, y, 2), 2.0 / 5);  // the first of equal ones count
  EXPECT_DOUBLE_EQ(nn::top_k_accuracy(logits, y, 3), 4.0 / 5);  // a row with a NaN is wrong
}

TEST(TopK, IsAccuracyForOne) {
  check::Random random(1);
  const xg::Tensor<float> logits = check::tensor<float>(random.array({200, 7}));
  Labels y = xg::empty_array<int>({200});
  for (int& label : y) label = static_cast<int>(random.below(7));
  EXPECT_EQ(nn::top_k_accuracy(logits, y, 1), nn::accuracy(logits, y));
  nn::ConfusionMatrix matrix(7);
  matrix.add(logits, y);
  EXPECT_EQ(matrix.accuracy(), nn::accuracy(logits, y));
  EXPECT_EQ(nn::top_k_accuracy(logits, y, 7), 1);
}

TEST(TopK, RejectsWhatDoesNotFit) {
  const xg::Tensor<double> logits = {{1, 2}, {3, 4}};
  EXPECT_EQ(message<std::invalid_argument>([&] {
              nn::top_k_accuracy(logits, labels({0, 1}), 3, xg::Location());
            }),
            "top_k_accuracy: expected k in 1..2, got 3");
  EXPECT_THROW(nn::top_k_accuracy(logits, labels({0, 1}), 0), std::invalid_argument);
  EXPECT_THROW(nn::top_k_accuracy(logits, labels({0}), 1), std::invalid_argument);
  EXPECT_THROW(nn::top_k_accuracy(logits, labels({0, 2}), 1), std::invalid_argument);
  EXPECT_THROW(nn::top_k_accuracy(logits, labels({0, -1}), 1), std::invalid_argument);
  EXPECT_THROW(nn::top_k_accuracy(xg::zeros<double>({0, 2}), labels({}), 1), std::invalid_argument);
  EXPECT_THROW(nn::top_k_accuracy(xg::zeros<double>({2}), labels({0, 0}), 1),
               std::invalid_argument);
}

void expect_scores(const nn::Scores& actual, double precision, double recall, double f1) {
  EXPECT_NEAR(actual.precision, precision, 1e-15);
  EXPECT_NEAR(actual.recall, recall, 1e-15);
  EXPECT_NEAR(actual.f1, f1, 1e-15);
}

TEST(ConfusionMatrix, HasTheScoresOfScikitLearn) {
  nn::ConfusionMatrix matrix(4);  // nothing of class 3 is there, and once it is predicted
  matrix.add(labels({0, 2, 1, 0}), labels({0, 1, 2, 0}));
  matrix.add(labels({0, 1, 3, 2, 2}), labels({1, 2, 0, 2, 2}));
  const std::int64_t counts[4][4] = {{2, 0, 0, 1}, {1, 0, 1, 0}, {0, 2, 2, 0}, {0, 0, 0, 0}};
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) EXPECT_EQ(matrix.counts()(i, j), counts[i][j]);
  }
  EXPECT_EQ(matrix.size(), 9);
  EXPECT_EQ(matrix.support(2), 4);
  EXPECT_DOUBLE_EQ(matrix.accuracy(), 4.0 / 9);
  expect_scores(matrix.scores(0), 2.0 / 3, 2.0 / 3, 2.0 / 3);
  expect_scores(matrix.scores(1), 0, 0, 0);
  expect_scores(matrix.scores(2), 2.0 / 3, 0.5, 4.0 / 7);
  expect_scores(matrix.scores(3), 0, 0, 0);
  expect_scores(matrix.macro(), (4.0 / 3) / 4, (7.0 / 6) / 4, (2.0 / 3 + 4.0 / 7) / 4);
  expect_scores(matrix.weighted(), (3 * 2.0 / 3 + 4 * 2.0 / 3) / 9, (2.0 + 2.0) / 9,
                (3 * 2.0 / 3 + 4 * 4.0 / 7) / 9);
  expect_scores(matrix.micro(), 4.0 / 9, 4.0 / 9, 4.0 / 9);
  EXPECT_THROW(matrix.scores(4), std::out_of_range);
}

TEST(ConfusionMatrix, StartsEmptyAndRejectsWhatDoesNotFit) {
  nn::ConfusionMatrix matrix(3);
  EXPECT_EQ(matrix.accuracy(), 0);
  expect_scores(matrix.macro(), 0, 0, 0);
  expect_scores(matrix.weighted(), 0, 0, 0);
  EXPECT_THROW(nn::ConfusionMatrix(0), std::invalid_argument);
  EXPECT_EQ(message<std::invalid_argument>([&] {
              matrix.add(labels({0, 3}), labels({0, 1}), xg::Location());
            }),
            "ConfusionMatrix: expected predictions in 0..2, got 3 at 1");
  EXPECT_THROW(matrix.add(labels({0, 1}), labels({0, -1})), std::invalid_argument);
  EXPECT_THROW(matrix.add(labels({0, 1}), labels({0})), std::invalid_argument);
  const xg::Tensor<double> logits = {{1, 2, std::nan("")}}, narrow = {{1, 2}};
  EXPECT_THROW(matrix.add(logits, labels({0})), std::invalid_argument);
  EXPECT_THROW(matrix.add(narrow, labels({0})), std::invalid_argument);
  EXPECT_EQ(matrix.size(), 0);
}

}  // namespace
