// Included by each test program of the copy of the sources: notes which tests reach which mutants.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <xgrad/autograd/mutation.hpp>

namespace {
// Writes for each test its time in milliseconds and the mutants it reaches.
class NoteReached : public ::testing::EmptyTestEventListener {
  void OnTestStart(const ::testing::TestInfo&) override {
    std::fill_n(xgrad::mutation::reached, xgrad::mutation::most, 0);
  }
  void OnTestEnd(const ::testing::TestInfo& test) override {
    std::ofstream out(std::getenv("XGRAD_MUTANTS_REACHED"), std::ios::app);
    out << test.test_suite_name() << '.' << test.name() << ' ' << test.result()->elapsed_time();
    for (int k = 0; k < xgrad::mutation::most; ++k) {
      if (xgrad::mutation::reached[k]) out << ' ' << k;
    }
    out << '\n';
  }
};
const bool noting_reached = [] {
  bool wanted = std::getenv("XGRAD_MUTANTS_REACHED") != nullptr;
  if (wanted) ::testing::UnitTest::GetInstance()->listeners().Append(new NoteReached);
  return wanted;
}();
}  // namespace
