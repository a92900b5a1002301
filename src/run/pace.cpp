#include "run/pace.h"

#include "base/gemm.h"
#include "base/lanes.h"
#include "base/timer.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr double kTrialSeconds = 0.005;
/// What leaves and panels reach of a plain product, and threads of their sum.
constexpr double kEfficiency = 0.6;

/// Flops a second of work of so many, which is done until the trial is over, the first time for nothing.
template <typename Work>
double rate_of(double flops, Work work) {
  work();
  const Timer timer;
  double done = 0;
  do {
    work();
    done += flops;
  } while (timer.seconds() < kTrialSeconds);
  return done / timer.seconds();
}

double rate_of_products() {
  constexpr Index kSize = 256;
  const Matrix a = Matrix::Constant(kSize, kSize, 0.5);
  Matrix c(kSize, kSize);
  return rate_of(2.0 * kSize * kSize * kSize, [&] {
    gemm(kSize, kSize, kSize, Factor<double>{a.data(), kSize}, Factor<double>{a.data(), kSize}, 0.0, c.data(), kSize);
  });
}

double rate_of_streams() {
  constexpr Index kLength = Index{1} << 21;  // 16 MB
  const Vector a = Vector::Constant(kLength, 0.5);
  double sum = 0;
  return rate_of(2.0 * kLength, [&] { sum += dot(a, a); }) + (sum > 0 ? 0 : 1);
}

std::string seconds_text(double seconds) {
  return seconds < 1e-3 ? fmt::format("{:.2g} µs", 1e6 * seconds)
         : seconds < 1  ? fmt::format("{:.2g} ms", 1e3 * seconds)
                        : fmt::format("{:.2g} s", seconds);
}

}  // namespace

CoreRates measured_rates() {
  return {rate_of_products(), rate_of_streams()};
}

double foretold_seconds(const Plan& plan, const CoreRates& rates, int workers) {
  const double cores = std::max(1, workers);
  const double streamed = plan.flops - plan.product_flops - plan.solve_flops;
  return streamed / (kEfficiency * rates.streams * cores) + plan.vector_flops / (kEfficiency * rates.streams) +
         plan.product_flops / (kEfficiency * rates.products * cores) +
         plan.solve_flops / (kEfficiency * rates.products);
}

std::string pace_text(const Plan& plan, const CoreRates& rates, int workers, bool is_mini_batch) {
  return fmt::format("pace: about {} {} on {} core{}, by a short trial of this one",
                     seconds_text(foretold_seconds(plan, rates, workers)), is_mini_batch ? "a step" : "an iteration",
                     workers, workers == 1 ? "" : "s");
}

std::string too_long_for(double limit_seconds, const Plan& plan, const CoreRates& rates, int workers) {
  const double seconds = foretold_seconds(plan, rates, workers);
  if (2 * seconds <= limit_seconds) {
    return "";
  }
  return fmt::format(
      "a step takes about {} by a short trial of this machine, the time limit is {}: what a job has not "
      "finished of a step is lost; give it more time or cores, or another optimizer",
      seconds_text(seconds), seconds_text(limit_seconds));
}

}  // namespace lockstep
