// The progress of an epoch: a bar on a terminal; elsewhere, one line when it is over.
#pragma once
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>

class Progress {
 public:
  /// Epochs count from 1 to `epochs`; each sees `images` images.
  Progress(std::size_t epoch, std::size_t epochs, std::size_t images)
      : epoch_(epoch), epochs_(epochs), images_(images) {}

  /// Takes note of a batch of n images, given its mean loss and its accuracy from 0 to 1.
  void add(std::size_t n, double loss, double accuracy) {
    const auto weight = static_cast<double>(n);
    done_ += n;
    loss_sum_ += weight * loss;
    accuracy_sum_ += weight * accuracy;
    seconds_ = since_start();
    const bool due = seconds_ - drawn_ > 0.1 || done_ >= images_;
    if (terminal_ && due) draw_bar();
  }

  /// Ends the epoch's line.
  void finish(double test_accuracy) {
    if (terminal_) std::printf("\r\033[K");
    print_numbers();
    std::printf("   test %5.2f %%\n", 100 * test_accuracy);
    std::fflush(stdout);
  }

  /// Means over the images so far.
  double loss() const { return loss_sum_ / static_cast<double>(done_); }
  double accuracy() const { return accuracy_sum_ / static_cast<double>(done_); }

 private:
  using Clock = std::chrono::steady_clock;

  double since_start() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }
  void draw_bar() {
    constexpr std::size_t width = 16;  // all in all less than 80 columns
    const std::size_t filled = width * done_ / images_;
    std::printf("\r\033[K");
    print_numbers();
    std::printf("  %s%s", std::string(filled, '#').c_str(),
                std::string(width - filled, '.').c_str());
    std::fflush(stdout);
    drawn_ = seconds_;
  }
  void print_numbers() const {
    std::printf("epoch %2zu/%zu   %6.0f images/s   loss %.4f   train %5.2f %%", epoch_, epochs_,
                static_cast<double>(done_) / seconds_, loss(), 100 * accuracy());
  }

  std::size_t epoch_, epochs_, images_;
  std::size_t done_ = 0;
  double loss_sum_ = 0, accuracy_sum_ = 0;
  double seconds_ = 0, drawn_ = 0;  // training time so far, and when the bar was last drawn
  Clock::time_point start_ = Clock::now();
  bool terminal_ = isatty(STDOUT_FILENO) != 0;
};
