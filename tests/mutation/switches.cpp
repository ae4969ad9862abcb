#include <xgrad/autograd/mutation.hpp>

#include <cstdlib>

namespace xgrad::mutation {
namespace {
int number() {
  const char* text = std::getenv("XGRAD_MUTANT");
  return text ? std::atoi(text) : 0;
}
}  // namespace
const int active = number();
const bool noting = std::getenv("XGRAD_MUTANTS_REACHED") != nullptr;
char reached[most] = {};
}  // namespace xgrad::mutation
