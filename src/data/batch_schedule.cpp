#include "data/batch_schedule.h"

#include "base/random.h"

#include <algorithm>
#include <numeric>

namespace lockstep {

namespace {

__extension__ typedef __int128 Wide;

/// Fisher–Yates.
template <typename T>
void shuffle(std::span<T> items, RandomStream& random) {
  for (std::size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[random.below(static_cast<std::uint32_t>(i))]);
  }
}

/// Streams of an epoch and lane: 0 permutes the blocks, 1 + g the rows of group g.
std::uint64_t stream_of(std::int64_t epoch, std::int64_t lane) {
  return static_cast<std::uint64_t>(epoch) << 32 | static_cast<std::uint64_t>(lane);
}

}  // namespace

std::int64_t steps_per_epoch(std::int64_t rows, std::int64_t batch_size) {
  return std::max<std::int64_t>(1, (rows + batch_size - 1) / batch_size);
}

Run batch_positions(std::int64_t step, std::int64_t steps, std::int64_t lane, std::int64_t lanes,
                    std::int64_t rows_of_lane) {
  // ⌊(t·m + l·S/L)/S⌋ = ⌊(t·m·L + l·S)/(S·L)⌋
  const auto position = [&](std::int64_t t) {
    const Wide taken = (static_cast<Wide>(t) * rows_of_lane * lanes + static_cast<Wide>(lane) * steps) /
                       (static_cast<Wide>(steps) * lanes);
    return std::min(static_cast<std::int64_t>(taken), rows_of_lane);
  };
  return {position(step), position(step + 1)};
}

std::vector<std::int64_t> shuffled_blocks(std::uint64_t seed, std::int64_t epoch, std::int64_t lane,
                                          std::int64_t rows_of_lane) {
  std::vector<std::int64_t> blocks(static_cast<std::size_t>((rows_of_lane + kBlockRows - 1) / kBlockRows));
  std::iota(blocks.begin(), blocks.end(), std::int64_t{0});
  RandomStream random(seed, stream_of(epoch, lane), 0);
  shuffle(std::span(blocks), random);
  return blocks;
}

Run rows_of_block(std::int64_t block, std::int64_t rows_of_lane) {
  return {block * kBlockRows, std::min((block + 1) * kBlockRows, rows_of_lane)};
}

std::vector<std::int32_t> shuffled_lane(std::uint64_t seed, std::int64_t epoch, std::int64_t lane,
                                        std::int64_t rows_of_lane) {
  const std::vector<std::int64_t> blocks = shuffled_blocks(seed, epoch, lane, rows_of_lane);
  std::vector<std::int32_t> order;
  order.reserve(static_cast<std::size_t>(rows_of_lane));
  for (std::int64_t group = 0; group * kGroupBlocks < std::ssize(blocks); ++group) {
    const std::size_t begin = order.size();
    const std::int64_t last = std::min<std::int64_t>((group + 1) * kGroupBlocks, std::ssize(blocks));
    for (std::int64_t b = group * kGroupBlocks; b < last; ++b) {
      const Run rows = rows_of_block(blocks[static_cast<std::size_t>(b)], rows_of_lane);
      for (std::int64_t row = rows.begin; row < rows.end; ++row) {
        order.push_back(static_cast<std::int32_t>(row));
      }
    }
    RandomStream row_random(seed, stream_of(epoch, lane), static_cast<std::uint32_t>(group + 1));
    shuffle(std::span(order).subspan(begin), row_random);
  }
  return order;
}

}  // namespace lockstep
