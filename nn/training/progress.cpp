#include <sys/ioctl.h>
#include <unistd.h>
#include <xgrad/nn/training/progress.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace xgrad::nn {
namespace {

template <class... Values>
std::string printed(const char* format, Values... values) {
  char text[64];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

std::string text_of(const std::vector<Measured>& measured) {
  std::string text;
  for (const Measured& each : measured) text += "  " + each.name + printed(" %.4g", each.value);
  return text;
}

/// 0:07, 12:34, 1:02:03.
std::string clock_text(double seconds) {
  const auto s = static_cast<unsigned long>(std::min(std::max(seconds, 0.0), 3.6e8));
  if (s < 3600) return printed("%lu:%02lu", s / 60, s % 60);
  return printed("%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
}

std::size_t columns_of(std::FILE* terminal) {
  winsize size{};
  const bool known = ioctl(fileno(terminal), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

}  // namespace

Progress::Progress(std::string title, std::size_t total, std::FILE* out, bool last_line)
    : title_(std::move(title)),
      total_(total),
      out_(out),
      last_line_(last_line),
      terminal_(fileno(out) >= 0 && isatty(fileno(out)) != 0) {}

void Progress::add(std::size_t n, const std::vector<Measured>& means) {
  const auto weight = static_cast<double>(n);
  done_ += n;
  for (const Measured& each : means) {
    auto sum = std::find_if(sums_.begin(), sums_.end(),
                            [&](const Sum& known) { return known.name == each.name; });
    if (sum == sums_.end()) sum = sums_.insert(sum, {each.name, 0, 0});
    sum->weight += weight;
    sum->sum += weight * each.value;
  }
  if (terminal_ && (seconds() - drawn_ > 0.1 || done_ >= total_)) draw();
}

double Progress::mean(const std::string& name) const {
  for (const Sum& sum : sums_) {
    if (sum.name == name) return sum.sum / sum.weight;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

std::string Progress::means() const {
  std::vector<Measured> result;
  for (const Sum& sum : sums_) result.push_back({sum.name, sum.sum / sum.weight});
  return text_of(result);
}

void Progress::erase() const {
  if (terminal_) std::fputs("\r\033[K", out_);
}

void Progress::draw() {
  const double now = seconds(), rate = static_cast<double>(done_) / std::max(now, 1e-9);
  const auto left = static_cast<double>(total_ - std::min(done_, total_));
  const std::string numbers =
      printed("  %.0f/s  ", rate) + clock_text(left / std::max(rate, 1e-9)) + " left" + means();
  // The line must not wrap: then it could not be erased.
  const std::size_t room = columns_of(out_) - 1, text = title_.size() + numbers.size() + 4;
  const std::size_t width = text < room ? std::min<std::size_t>(room - text, 30) : 0;
  std::string line = title_;
  if (width >= 4) {
    const std::size_t filled = total_ == 0 ? width : width * std::min(done_, total_) / total_;
    line += "  [" + std::string(filled, '#') + std::string(width - filled, '.') + "]";
  }
  line += numbers;
  erase();
  std::fputs(line.substr(0, room).c_str(), out_);
  std::fflush(out_);
  drawn_ = now;
}

void Progress::finish(const std::vector<Measured>& results) {
  erase();
  if (last_line_) {
    const std::string line = title_ + "  " + clock_text(seconds()) + means() + text_of(results);
    std::fprintf(out_, "%s\n", line.c_str());
  }
  std::fflush(out_);
}

}  // namespace xgrad::nn
