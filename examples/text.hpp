// A text as codes of its characters, for models that predict the next one; and the model of counted
// characters that they have to beat.
#pragma once
#include <xgrad/autograd/array.hpp>
#include <xgrad/nn/random.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace text {

/// Windows of a text: row i of `targets` (batch, length) has the characters that follow those of
/// row i of `inputs` (batch, length).
struct Windows {
  xgrad::Array<std::int64_t> inputs, targets;
};

/// A text with a part held out. A character is a byte; its code is its place in `alphabet`.
struct Text {
  std::vector<std::int64_t> train, held_out;
  std::string alphabet;  // in the order of the bytes

  /// Throws std::runtime_error if a part is empty.
  Text(const std::string& train_part, const std::string& held_out_part);

  std::size_t characters() const noexcept { return alphabet.size(); }
  /// The codes of a string. Throws std::runtime_error for a character that is not in the alphabet.
  std::vector<std::int64_t> codes(const std::string& characters) const;
  std::string decoded(const std::vector<std::int64_t>& codes) const;
};

/// Where Debian's package base-files, which every machine has, keeps licences.
inline constexpr const char* licences = "/usr/share/common-licenses";

/// The text of a file, or of eight licences in a folder (the latest version of each); the last
/// tenth of each file is held out. Throws std::runtime_error naming a file that cannot be read.
Text load(const std::filesystem::path& path = licences);

/// `batch` windows of `length` characters, each from a random place of a part of a text. Throws
/// std::runtime_error if the part is not longer than that.
Windows draw(const std::vector<std::int64_t>& part, std::size_t batch, std::size_t length,
             xgrad::nn::Generator& generator);

/// A part of a text cut into consecutive windows, as many as fit: (n, length). Throws as draw.
Windows cut(const std::vector<std::int64_t>& part, std::size_t length);

/// Bits per character that an interpolated model of order `order` needs for the held-out part: it
/// predicts a character from the `order` before it, by the counts of the training part, smoothed
/// with the model of the next lower order (Witten & Bell 1991, method C).
double ngram_bits_per_character(const Text& text, std::size_t order = 3);

}  // namespace text
