#include "text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <unordered_map>

namespace text {
namespace {

constexpr std::array<const char*, 8> chosen = {"Apache-2.0", "Artistic", "BSD",      "CC0-1.0",
                                               "GFDL-1.3",   "GPL-3",    "LGPL-2.1", "MPL-2.0"};

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text) throw std::runtime_error(file.string() + ": cannot be read");
  return text.str();
}

void append(std::string& train, std::string& held_out, const std::filesystem::path& file) {
  const std::string all = contents(file);
  const std::size_t kept = all.size() - all.size() / 10;
  train.append(all, 0, kept);
  held_out.append(all, kept);
}

void check_length(const std::vector<std::int64_t>& part, std::size_t length) {
  if (part.size() > length) return;
  throw std::runtime_error("a text of " + std::to_string(part.size()) +
                           " characters has no window of " + std::to_string(length) +
                           " and the character that follows");
}

/// Copies the window that starts at `from` into row i.
void fill(Windows& windows, std::size_t i, const std::int64_t* from, std::size_t length) {
  std::copy_n(from, length, windows.inputs.data() + i * length);
  std::copy_n(from + 1, length, windows.targets.data() + i * length);
}

Windows empty(std::size_t count, std::size_t length) {
  return {xgrad::empty_array<std::int64_t>({count, length}),
          xgrad::empty_array<std::int64_t>({count, length})};
}

/// How often each character followed a context.
struct Followers {
  std::unordered_map<std::int64_t, double> counts;
  double total = 0;
};

}  // namespace

Text::Text(const std::string& train_part, const std::string& held_out_part) {
  if (train_part.empty() || held_out_part.empty()) {
    throw std::runtime_error("the text is too short to hold a part of it out");
  }
  alphabet = train_part + held_out_part;
  const auto by_byte = [](char a, char b) {
    return static_cast<unsigned char>(a) < static_cast<unsigned char>(b);
  };
  std::sort(alphabet.begin(), alphabet.end(), by_byte);
  alphabet.erase(std::unique(alphabet.begin(), alphabet.end()), alphabet.end());
  train = codes(train_part);
  held_out = codes(held_out_part);
}

std::vector<std::int64_t> Text::codes(const std::string& characters) const {
  std::vector<std::int64_t> result;
  result.reserve(characters.size());
  for (char c : characters) {
    const std::size_t place = alphabet.find(c);
    if (place == std::string::npos) {
      throw std::runtime_error(std::string("the text has no character '") + c + "'");
    }
    result.push_back(static_cast<std::int64_t>(place));
  }
  return result;
}

std::string Text::decoded(const std::vector<std::int64_t>& codes) const {
  std::string result;
  for (std::int64_t code : codes) result += alphabet.at(static_cast<std::size_t>(code));
  return result;
}

Text load(const std::filesystem::path& path) {
  std::string train, held_out;
  if (std::filesystem::is_directory(path)) {
    for (const char* name : chosen) append(train, held_out, path / name);
  } else {
    append(train, held_out, path);
  }
  return Text(train, held_out);
}

Windows draw(const std::vector<std::int64_t>& part, std::size_t batch, std::size_t length,
             xgrad::nn::Generator& generator) {
  check_length(part, length);
  Windows windows = empty(batch, length);
  for (std::size_t i = 0; i < batch; ++i) {
    fill(windows, i, part.data() + xgrad::below(generator, part.size() - length), length);
  }
  return windows;
}

Windows cut(const std::vector<std::int64_t>& part, std::size_t length) {
  check_length(part, length);
  Windows windows = empty((part.size() - 1) / length, length);
  for (std::size_t i = 0; i < windows.inputs.shape()[0]; ++i) {
    fill(windows, i, part.data() + i * length, length);
  }
  return windows;
}

double ngram_bits_per_character(const Text& text, std::size_t order) {
  const std::vector<std::int64_t>&train = text.train, &test = text.held_out;
  if (test.size() <= order) throw std::runtime_error("the held-out text is too short");
  // A context is a number whose digits are its characters.
  const std::size_t base = text.characters();
  std::vector<std::unordered_map<std::size_t, Followers>> models(order + 1);
  const auto for_each_context = [&](const std::vector<std::int64_t>& part, std::size_t i,
                                    const auto& visit) {
    std::size_t context = 0, scale = 1;
    for (std::size_t n = 0; n <= order && n <= i; ++n) {
      if (n > 0) {
        context += scale * static_cast<std::size_t>(part[i - n]);
        scale *= base;
      }
      visit(n, context);
    }
  };
  for (std::size_t i = 0; i < train.size(); ++i) {
    for_each_context(train, i, [&](std::size_t n, std::size_t context) {
      Followers& followers = models[n][context];
      followers.counts[train[i]] += 1;
      followers.total += 1;
    });
  }
  double bits = 0;
  for (std::size_t i = order; i < test.size(); ++i) {
    double p = 1 / static_cast<double>(base);
    for_each_context(test, i, [&](std::size_t n, std::size_t context) {
      const auto found = models[n].find(context);
      if (found == models[n].end()) return;
      const Followers& followers = found->second;
      const auto count = followers.counts.find(test[i]);
      const double seen = count == followers.counts.end() ? 0 : count->second;
      const auto kinds = static_cast<double>(followers.counts.size());
      p = (seen + kinds * p) / (followers.total + kinds);
    });
    bits -= std::log2(p);
  }
  return bits / static_cast<double>(test.size() - order);
}

}  // namespace text
