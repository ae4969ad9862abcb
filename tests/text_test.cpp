// The text of the examples: codes, windows, and the model of counted characters.
#include "../examples/text.hpp"

#include "check.hpp"

#include <cmath>
#include <stdexcept>

namespace {

using Codes = std::vector<std::int64_t>;

TEST(Text, CodesAreThePlacesInTheAlphabet) {
  const text::Text text("abba ", "cab");
  EXPECT_EQ(text.alphabet, " abc");
  EXPECT_EQ(text.train, (Codes{1, 2, 2, 1, 0}));
  EXPECT_EQ(text.held_out, (Codes{3, 1, 2}));
  EXPECT_EQ(text.decoded(text.codes("cab b")), "cab b");
  EXPECT_EQ(check::message<std::runtime_error>([&] { text.codes("x"); }),
            "the text has no character 'x'");
  EXPECT_THROW(text::Text("a", ""), std::runtime_error);
}

TEST(Text, TargetsFollowTheInputs) {
  const text::Text text("abcdefgh", "ab");
  const text::Windows windows = text::cut(text.train, 3);
  ASSERT_EQ(windows.inputs.shape(), (xgrad::Shape{2, 3}));
  EXPECT_EQ(Codes(windows.inputs.begin(), windows.inputs.end()), (Codes{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(Codes(windows.targets.begin(), windows.targets.end()), (Codes{1, 2, 3, 4, 5, 6}));
  xgrad::nn::Generator generator(1);
  const text::Windows drawn = text::draw(text.train, 50, 7, generator);
  for (std::size_t i = 0; i < drawn.inputs.size(); ++i) {
    EXPECT_EQ(drawn.targets.data()[i], drawn.inputs.data()[i] + 1);
  }
  EXPECT_THROW(text::draw(text.train, 1, 8, generator), std::runtime_error);
  EXPECT_THROW(text::cut(text.train, 8), std::runtime_error);
}

TEST(Text, TheCountsAreSmoothedByShorterContexts) {
  // p(b) = (1 + 2 / 2) / 5, then p(b | a) = (1 + 2 p(b)) / 4, and "ba" was never seen.
  const text::Text text("aab", "ab");
  EXPECT_NEAR(text::ngram_bits_per_character(text, 1), -std::log2(0.45), 1e-14);
  EXPECT_NEAR(text::ngram_bits_per_character(text, 0),
              -(std::log2((2 + 2 * 0.5) / 5) + std::log2(0.4)) / 2, 1e-14);
}

TEST(Text, LoadsTheLicencesOrAFile) {
  const text::Text licences = text::load();
  EXPECT_GT(licences.train.size(), 100000u);
  EXPECT_GT(licences.held_out.size(), 10000u);
  const double order2 = text::ngram_bits_per_character(licences, 2),
               order3 = text::ngram_bits_per_character(licences, 3);
  EXPECT_LT(order3, order2);
  EXPECT_GT(order3, 2);
  EXPECT_EQ(check::message<std::runtime_error>([] { text::load("/nowhere"); }),
            "/nowhere: cannot be read");
}

}  // namespace
