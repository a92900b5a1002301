/// Remainders of a Taylor expansion at the steps h = 1, ½, ¼, … and the slope with which they fall.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

namespace lockstep {

class Remainders {
 public:
  /// The remainder at the next, half as long step, and the level of rounding in it.
  void add(double remainder, double rounding) {
    size_.push_back(std::abs(remainder));
    counts_.push_back(size_.back() > kAboveRounding * rounding);
  }

  /// True when the last steps are at rounding level, and will stay there.
  bool has_sunk() const {
    const std::size_t n = counts_.size();
    return n >= 2 * kSunk && !counts_[n - 1] && !counts_[n - 2] && !counts_[n - 3] && !counts_[n - kSunk];
  }

  /// Slope of log r over log h by least squares at the `most` ≥ 3 shortest steps that are above rounding: there the
  /// leading term rules. Empty where fewer than three steps in a row are.
  std::optional<double> slope(std::size_t most) const {
    std::size_t end = counts_.size();
    std::size_t begin = end;
    while (end - begin < kFewest && begin > 0) {
      --begin;
      end = counts_[begin] ? end : begin;
    }
    if (end - begin < kFewest) {
      return std::nullopt;
    }
    while (begin > 0 && end - begin < most && counts_[begin - 1]) {
      --begin;
    }
    const double middle = static_cast<double>(end - begin - 1) / 2;
    double moment = 0;
    double spread = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const double x = middle - static_cast<double>(i - begin);  // log₂ h about its mean
      moment += x * std::log2(size_[i]);
      spread += x * x;
    }
    return moment / spread;
  }

 private:
  static constexpr double kAboveRounding = 64;
  static constexpr std::size_t kFewest = 3;
  static constexpr std::size_t kSunk = 4;
  std::vector<double> size_;
  std::vector<bool> counts_;
};

}  // namespace lockstep
