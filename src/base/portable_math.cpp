#include "base/portable_math.h"

#include "base/random.h"

#include <algorithm>

namespace lockstep::portable {

void fill_normal(std::uint64_t seed, std::uint64_t stream_high, std::uint32_t stream_low, std::span<double> out) {
  constexpr std::size_t kPairs = 64;
  RandomStream stream(seed, stream_high, stream_low);
  std::array<std::uint32_t, kPairs> first;
  std::array<std::uint32_t, kPairs> second;
  std::array<double, kPairs> even;
  std::array<double, kPairs> odd;
  while (!out.empty()) {
    const std::size_t pairs = std::min(kPairs, (out.size() + 1) / 2);
    for (std::size_t i = 0; i < pairs; ++i) {
      first[i] = stream.next();
      second[i] = stream.next();
    }
    for (std::size_t i = 0; i < pairs; ++i) {
      const std::array<double, 2> pair = normal_pair(first[i], second[i]);
      even[i] = pair[0];
      odd[i] = pair[1];
    }
    const std::size_t count = std::min(out.size(), 2 * pairs);
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = i % 2 == 0 ? even[i / 2] : odd[i / 2];
    }
    out = out.subspan(count);
  }
}

}  // namespace lockstep::portable
