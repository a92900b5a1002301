#include "base/random.h"

#include <cmath>
#include <numbers>

#include <Random123/philox.h>

namespace lockstep {

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t stream_high, std::uint32_t stream_low)
    : seed_(seed),
      counter_{0, stream_low, static_cast<std::uint32_t>(stream_high), static_cast<std::uint32_t>(stream_high >> 32)} {}

std::uint32_t RandomStream::next() {
  if (used_ == block_.size()) {
    r123::Philox4x32 generator;
    const r123::Philox4x32::ctr_type counter = {{counter_[0], counter_[1], counter_[2], counter_[3]}};
    const r123::Philox4x32::key_type key = {
        {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)}};
    const r123::Philox4x32::ctr_type block = generator(counter, key);
    for (unsigned i = 0; i < block_.size(); ++i) {
      block_[i] = block[i];
    }
    ++counter_[0];
    used_ = 0;
  }
  return block_[used_++];
}

std::uint32_t RandomStream::below(std::uint32_t bound) {
  std::uint64_t product = std::uint64_t{next()} * bound;
  if (static_cast<std::uint32_t>(product) < bound) {
    const std::uint32_t threshold = (0u - bound) % bound;
    while (static_cast<std::uint32_t>(product) < threshold) {
      product = std::uint64_t{next()} * bound;
    }
  }
  return static_cast<std::uint32_t>(product >> 32);
}

double RandomStream::uniform() {
  const std::uint64_t high = next();
  const std::uint64_t bits = (high << 32 | next()) >> 11;
  return static_cast<double>(bits) * 0x1p-53;
}

double RandomStream::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

}  // namespace lockstep
