#include <xgrad/ops/einsum.hpp>
#include <xgrad/ops/named_axes.hpp>

#include <iterator>

namespace xgrad {

using namespace named_axes;

namespace {

/// The subscripts of an einsum, axis by axis. Axes of an ellipsis have negative names, -1 the last.
struct Subscripts {
  std::vector<Labels> operands;
  Labels output;

  template <class T>
  Subscripts(const std::string& text, const std::vector<Tensor<T>>& tensors, Location at)
      : text_(text), at_(at) {
    for (const Tensor<T>& tensor : tensors) shapes_.push_back(tensor.shape());
    std::string terms;
    std::copy_if(text.begin(), text.end(), std::back_inserter(terms),
                 [](char c) { return c != ' '; });
    std::size_t arrow = terms.find("->");
    std::string inputs = terms.substr(0, arrow);
    if (static_cast<std::size_t>(std::count(inputs.begin(), inputs.end(), ',')) + 1 !=
        tensors.size()) {
      reject("an operand for each term");
    }
    std::size_t start = 0;
    for (const Shape& shape : shapes_) {
      std::size_t end = std::min(inputs.find(',', start), inputs.size());
      operands.push_back(parsed(inputs.substr(start, end - start), shape.size()));
      start = end + 1;
    }
    check_extents();
    if (arrow == std::string::npos)
      imply_output();
    else
      parse_output(terms.substr(arrow + 2));
  }

 private:
  [[noreturn]] void reject(const std::string& expected) const {
    std::string got = "\"" + text_ + "\" for";
    for (const Shape& shape : shapes_) got += " " + to_string(shape);
    fail("einsum", expected, shapes_.empty() ? "\"" + text_ + "\" for none" : got, at_);
  }

  /// The names of a term for `rank` axes; an ellipsis takes what the letters leave.
  Labels parsed(const std::string& term, std::size_t rank) {
    std::size_t dots = term.find("..."), letters = term.size() - (dots == npos ? 0 : 3);
    if (letters > rank || (dots == npos && letters < rank)) {
      reject("a letter for each axis of an operand");
    }
    Labels labels;
    for (std::size_t i = 0; i < term.size(); ++i) {
      if (i == dots) {
        for (std::size_t d = rank - letters; d > 0; --d) labels.push_back(-static_cast<int>(d));
        widest_ = std::max(widest_, static_cast<int>(rank - letters));
        i += 2;
      } else if ((term[i] >= 'a' && term[i] <= 'z') || (term[i] >= 'A' && term[i] <= 'Z')) {
        labels.push_back(term[i]);
      } else {
        reject("letters, commas, one \"->\" and \"...\"");
      }
    }
    return labels;
  }

  /// Axes of one name have one extent, but that 1 broadcasts between operands.
  void check_extents() const {
    std::vector<std::pair<int, std::size_t>> known;
    for (std::size_t i = 0; i < operands.size(); ++i) {
      for (std::size_t d = 0; d < operands[i].size(); ++d) {
        int label = operands[i][d];
        std::size_t extent = shapes_[i][d];
        auto first = std::find(operands[i].begin(), operands[i].end(), label);
        bool fits = shapes_[i][static_cast<std::size_t>(first - operands[i].begin())] == extent;
        auto seen = std::find_if(known.begin(), known.end(),
                                 [&](const auto& entry) { return entry.first == label; });
        if (seen == known.end())
          known.emplace_back(label, extent);
        else if (seen->second == 1)
          seen->second = extent;
        else
          fits = fits && (extent == 1 || extent == seen->second);
        if (!fits) reject("equal extents for equal subscripts");
      }
    }
  }

  Labels ellipsis() const {
    Labels labels;
    for (int d = widest_; d > 0; --d) labels.push_back(-d);
    return labels;
  }
  void imply_output() {
    Labels letters;
    for (const Labels& labels : operands) letters = letters + labels;
    output = ellipsis();
    for (int letter = 'A'; letter <= 'z'; ++letter) {
      if (std::count(letters.begin(), letters.end(), letter) == 1) output.push_back(letter);
    }
  }
  void parse_output(const std::string& term) {
    bool has_dots = term.find("...") != npos;
    if (!has_dots && widest_ > 0) reject("an ellipsis in the output for that of the operands");
    std::size_t dots = static_cast<std::size_t>(widest_);
    output = parsed(term, has_dots ? term.size() - 3 + dots : term.size());
    for (int label : output) {
      bool known = std::any_of(operands.begin(), operands.end(),
                               [&](const Labels& labels) { return contains(labels, label); });
      if (!known) reject("an output of subscripts that occur in the operands");
      if (std::count(output.begin(), output.end(), label) > 1)
        reject("each subscript once in the output");
    }
  }

  static constexpr std::size_t npos = std::string::npos;
  const std::string& text_;
  Location at_;
  std::vector<Shape> shapes_;
  int widest_ = 0;  // axes of the longest ellipsis
};

}  // namespace

template <class T>
Tensor<T> einsum(const std::string& subscripts, const std::vector<Tensor<T>>& operands,
                 Location at) {
  Subscripts parsed(subscripts, operands, at);
  // What the operands from i on, or the output, still need.
  std::vector<Labels> needed(operands.size() + 1, parsed.output);
  for (std::size_t i = operands.size(); i-- > 0;) needed[i] = needed[i + 1] + parsed.operands[i];
  Named<T> y{operands[0], parsed.operands[0]};
  y.take_diagonals();
  for (std::size_t i = 1; i < operands.size(); ++i) {
    Named<T> next{operands[i], parsed.operands[i]};
    next.take_diagonals();
    y = contract(y, next, needed[i + 1]);
  }
  y.reduce([&](int label) { return !contains(parsed.output, label); });
  y.permute(parsed.output);
  bool same = y.tensor.storage().get() == operands[0].storage().get();
  return same ? reshape(y.tensor, y.tensor.shape()) : y.tensor;
}

#define XGRAD_EINSUM(T) \
  template Tensor<T> einsum(const std::string&, const std::vector<Tensor<T>>&, Location);
XGRAD_EINSUM(float)
XGRAD_EINSUM(double)

}  // namespace xgrad
