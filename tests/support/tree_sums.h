/// Leaves whose sum shows the order of its additions, and the naive serial tree over them to compare with.
///
/// A leaf's values are random with magnitudes from 2^-40 to 2^40 (2^-20 to 2^20 in float32) and both signs, so that
/// nearly every other order of additions ends in other bits.
#pragma once

#include "comm/node_stack.h"
#include "comm/tree_reducer.h"

#include <bit>
#include <cstring>
#include <type_traits>
#include <vector>

namespace lockstep::testing {

template <typename T>
constexpr Scalar scalar_of() {
  return std::is_same_v<T, double> ? Scalar::float64 : Scalar::float32;
}

/// Element i of a leaf.
template <typename T>
T leaf_value(std::int64_t leaf, std::size_t i) {
  // splitmix64 of the position
  std::uint64_t z = (static_cast<std::uint64_t>(leaf) << 32 | i) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  z ^= z >> 31;
  if constexpr (std::is_same_v<T, double>) {
    const std::uint64_t exponent = 1023 - 40 + (z >> 52) % 81;
    return std::bit_cast<double>(z << 63 | exponent << 52 | (z & 0xfffffffffffffU));
  } else {
    const auto exponent = static_cast<std::uint32_t>(127 - 20 + (z >> 52) % 41);
    return std::bit_cast<float>(static_cast<std::uint32_t>(z >> 63) << 31 | exponent << 23 |
                                static_cast<std::uint32_t>(z & 0x7fffffU));
  }
}

/// Header and payload of a sum, without any of the library's buffers.
template <typename T>
struct NaiveSum {
  std::vector<double> header;
  std::vector<T> payload;

  friend bool operator==(const NaiveSum&, const NaiveSum&) = default;
};

template <typename T>
NaiveSum<T> naive_leaf(std::int64_t leaf, const PartialShape& shape) {
  NaiveSum<T> sum{std::vector<double>(static_cast<std::size_t>(shape.header)),
                  std::vector<T>(static_cast<std::size_t>(shape.payload))};
  for (std::size_t i = 0; i < sum.header.size(); ++i) {
    sum.header[i] = leaf_value<double>(leaf, (std::size_t{1} << 31) + i);
  }
  for (std::size_t i = 0; i < sum.payload.size(); ++i) {
    sum.payload[i] = leaf_value<T>(leaf, i);
  }
  return sum;
}

template <typename T>
void naive_add(NaiveSum<T>& left, const NaiveSum<T>& right) {
  for (std::size_t i = 0; i < left.header.size(); ++i) {
    left.header[i] = left.header[i] + right.header[i];
  }
  for (std::size_t i = 0; i < left.payload.size(); ++i) {
    left.payload[i] = left.payload[i] + right.payload[i];
  }
}

/// The node over the leaves [begin, end) of a perfect binary tree: left half + right half.
template <typename T>
NaiveSum<T> naive_tree_sum(std::int64_t begin, std::int64_t end, const PartialShape& shape) {
  if (end - begin == 1) {
    return naive_leaf<T>(begin, shape);
  }
  const std::int64_t middle = (begin + end) / 2;
  NaiveSum<T> left = naive_tree_sum<T>(begin, middle, shape);
  naive_add(left, naive_tree_sum<T>(middle, end, shape));
  return left;
}

/// One leaf after the other: what a plain loop would do, and what an order of ranks would do.
template <typename T>
NaiveSum<T> naive_sequential_sum(std::int64_t leaves, const PartialShape& shape) {
  NaiveSum<T> total = naive_leaf<T>(0, shape);
  for (std::int64_t leaf = 1; leaf < leaves; ++leaf) {
    naive_add(total, naive_leaf<T>(leaf, shape));
  }
  return total;
}

/// Fills the stack as a worker does: its leaves one after the other, siblings merged as they come.
template <typename T>
void add_leaves(NodeStack& stack, Run run) {
  for (std::int64_t leaf = run.begin; leaf < run.end; ++leaf) {
    const NaiveSum<T> values = naive_leaf<T>(leaf, stack.shape());
    Partial& partial = stack.open({0, leaf});
    std::ranges::copy(values.header, partial.header().begin());
    std::ranges::copy(values.payload, partial.template payload<T>().begin());
    stack.merge();
  }
}

template <typename T, typename U>
bool same_bits(std::span<T> a, const std::vector<U>& b) {
  return a.size() == b.size() && (b.empty() || std::memcmp(a.data(), b.data(), b.size() * sizeof(U)) == 0);
}

template <typename T>
bool same_bits(const Partial& sum, const NaiveSum<T>& expected) {
  return same_bits(sum.header(), expected.header) && same_bits(sum.payload<T>(), expected.payload);
}

inline std::vector<Run> worker_runs(int workers, std::int64_t units) {
  std::vector<Run> runs;
  for (int worker = 0; worker < workers; ++worker) {
    runs.push_back(worker_run(worker, workers, units));
  }
  return runs;
}

/// Words that only one rank sets, so that a rank whose words are lost shows.
inline RidingWords words_of_rank(int rank, int ranks) {
  RidingWords words{};
  words[0] = static_cast<std::uint64_t>(rank);
  words[1] = static_cast<std::uint64_t>(ranks - 1 - rank);
  words[2] = ~static_cast<std::uint64_t>(rank);
  words[kRidingWords - 1] = rank == ranks / 2 ? 7 : 0;
  return words;
}

/// The maximum of words_of_rank over the ranks.
inline RidingWords words_of_all(int ranks) {
  RidingWords words{};
  words[0] = static_cast<std::uint64_t>(ranks - 1);
  words[1] = static_cast<std::uint64_t>(ranks - 1);
  words[2] = ~std::uint64_t{0};
  words[kRidingWords - 1] = 7;
  return words;
}

/// Reduces this rank's run of leaves with the others'. Collective.
template <typename T>
void reduce_leaves(TreeReducer& reducer, const Communicator& comm, std::int64_t leaves, const std::vector<Run>& runs,
                   const PartialShape& shape, Partial& total) {
  const ReductionPlan plan(leaves, runs);
  NodeStack mine;
  mine.reset(shape);
  add_leaves<T>(mine, runs[static_cast<std::size_t>(comm.rank())]);
  reducer.all_reduce(plan, words_of_rank(comm.rank(), comm.size()), mine, total);
}

}  // namespace lockstep::testing
