// Why a case is not run. A reason goes by an operator or an element type.
#include "table.hpp"

namespace onnx_cases {
namespace {

struct Reason {
  const char *op, *why;
};

const char* const no_flow = "no control flow: C++ has its own";
const char* const no_image = "no image processing";
const char* const no_random = "random numbers, of which ONNX prescribes no values";
const char* const no_sequences = "no sequences and optional values: C++ has its own";
const char* const no_signal = "no signal processing";
const char* const no_text = "no text processing";

const Reason operators[] = {
    {"Bernoulli", no_random},
    {"BitShift", "no functions of the bits of integers"},
    {"DFT", no_signal},
    {"Dropout", "no dropout"},
    {"GridSample", no_image},
    {"If", no_flow},
    {"Loop", no_flow},
    {"MelWeightMatrix", no_signal},
    {"NonMaxSuppression", no_image},
    {"OptionalHasElement", no_sequences},
    {"RandomUniformLike", no_random},
    {"Resize", no_image},
    {"RoiAlign", no_image},
    {"STFT", no_signal},
    {"Scan", no_flow},
    {"SequenceConstruct", no_sequences},
    {"SequenceEmpty", no_sequences},
    {"SplitToSequence", no_sequences},
    {"TfIdfVectorizer", no_text},
    {"Unique", "no sets"},
};

/// Why xgrad has no such elements; "" if it has, or can hold them exactly.
std::string reason_of(Type type) {
  switch (type) {
    case Type::other:
      return no_sequences;
    case Type::string:
      return no_text;
    case Type::float16:
    case Type::bfloat16:
      return "no numbers of 16 bits";
    default:
      return "";
  }
}

std::set<std::string>& used() {
  static std::set<std::string> ops;
  return ops;
}

}  // namespace

std::string reason_not_run(const Model& model) {
  for (const Node& node : model.nodes) {
    for (const Reason& reason : operators) {
      if (node.op != reason.op) continue;
      used().insert(reason.op);
      return reason.why;
    }
    // adam_multiple: its results are those of an epsilon of 0.01.
    if (node.op == "Adam" && node.attributes.count("epsilon") == 0) {
      return "an epsilon that the model does not state";
    }
  }
  for (Type type : model.types) {
    if (!reason_of(type).empty()) return reason_of(type);
  }
  return "";
}

std::vector<std::string> unused_reasons() {
  std::vector<std::string> result;
  for (const Reason& reason : operators) {
    if (!used().count(reason.op)) result.push_back(reason.op);
  }
  return result;
}

}  // namespace onnx_cases
