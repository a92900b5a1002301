#include "io/array_file.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// True where the nearest double is another number.
template <typename Integer>
bool loses_digits(Integer value) {
  const auto nearest = static_cast<double>(value);
  const double end = std::ldexp(1.0, std::is_signed_v<Integer> ? 63 : 64);
  return nearest >= end || static_cast<Integer>(nearest) != value;
}

}  // namespace

template <typename Integer>
void copy_exactly(std::span<const Integer> values, std::int64_t first_row, std::int64_t columns,
                  const std::string& place, std::span<double> out) {
  const auto lossy = std::ranges::find_if(values, [](Integer value) { return loses_digits(value); });
  if (lossy != values.end()) {
    const std::int64_t at = lossy - values.begin();
    throw DataError(fmt::format(
        "{}: row {}{}: the integer {} would lose digits as a float64; integers above 2^53 can be ids and "
        "classes, not numbers",
        place, first_row + at / columns + 1, columns > 1 ? fmt::format(", column {}", at % columns + 1) : "", *lossy));
  }
  std::ranges::transform(values, out.begin(), [](Integer value) { return static_cast<double>(value); });
}

template void copy_exactly(std::span<const std::int64_t>, std::int64_t, std::int64_t, const std::string&,
                           std::span<double>);
template void copy_exactly(std::span<const std::uint64_t>, std::int64_t, std::int64_t, const std::string&,
                           std::span<double>);

}  // namespace lockstep
