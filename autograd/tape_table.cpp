#include <xgrad/autograd/tape.hpp>

#include <algorithm>
#include <iomanip>
#include <ostream>

namespace xgrad {

std::ostream& operator<<(std::ostream& out, const Tape& tape) {
  std::size_t op_width = 2, shape_width = 5;
  for (const Tape::Entry& entry : tape.entries) {
    op_width = std::max(op_width, entry.op.size());
    shape_width = std::max(shape_width, to_string(entry.shape).size());
  }
  auto row = [&](const std::string& number, const std::string& op, const std::string& shape,
                 const std::string& inputs) {
    out << std::right << std::setw(6) << number << "  " << std::left << std::setw(int(op_width))
        << op << "  " << std::setw(int(shape_width)) << shape << "  " << inputs << "\n";
  };
  row("number", "op", "shape", "inputs");
  for (std::size_t i = 0; i < tape.entries.size(); ++i) {
    const Tape::Entry& entry = tape.entries[i];
    std::string inputs;
    for (std::size_t input : entry.inputs) {
      inputs += (inputs.empty() ? "" : ", ") +
                (input == Tape::constant ? "constant" : std::to_string(input));
    }
    row(std::to_string(i), entry.op, to_string(entry.shape), inputs);
  }
  return out;
}

}  // namespace xgrad
