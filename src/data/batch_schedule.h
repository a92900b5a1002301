/// Which rows of a lane belong to which step of which epoch: pure functions of (seed, epoch, lane, sizes).
///
/// A lane is a run of leaves and the unit of ownership in mini-batch runs. With S = ⌈n/B⌉ steps an epoch, step t takes
/// from lane l, of m rows, its shuffled positions [⌊(t·m + l·S/L)/S⌋, ⌊((t+1)·m + l·S/L)/S⌋), clipped to [0, m): every
/// row exactly once an epoch, batch sizes nearly equal, B = 1 included.
///
/// The shuffle has two levels, so that a run streamed from disk has the bits of a run in memory: blocks of 256
/// consecutive rows are permuted, taken in groups of 8, and the rows inside a group permuted.
#pragma once

#include "comm/summation_tree.h"

#include <cstdint>
#include <span>
#include <vector>

namespace lockstep {

/// S = ⌈n/B⌉, at least 1. batch_size ≥ 1.
std::int64_t steps_per_epoch(std::int64_t rows, std::int64_t batch_size);

/// Positions in the shuffled lane that step t takes; lane l of L has m rows.
Run batch_positions(std::int64_t step, std::int64_t steps, std::int64_t lane, std::int64_t lanes,
                    std::int64_t rows_of_lane);

/// Consecutive rows that stay together until the rows of their group are permuted; of the last block fewer.
inline constexpr std::int64_t kBlockRows = 256;
inline constexpr std::int64_t kGroupBlocks = 8;

/// The blocks of a lane in the order of this epoch; every kGroupBlocks of them are a group.
std::vector<std::int64_t> shuffled_blocks(std::uint64_t seed, std::int64_t epoch, std::int64_t lane,
                                          std::int64_t rows_of_lane);

/// The rows of one of its blocks.
Run rows_of_block(std::int64_t block, std::int64_t rows_of_lane);

/// The rows of a lane in the order of this epoch: a permutation of [0, rows_of_lane) from a counter-based generator
/// (Philox 4x32-10; J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11).
std::vector<std::int32_t> shuffled_lane(std::uint64_t seed, std::int64_t epoch, std::int64_t lane,
                                        std::int64_t rows_of_lane);

}  // namespace lockstep
