#include "lockstep/objective/overflow.h"

#include "lockstep/base/lanes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lockstep {

namespace {

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

/// The first of all ranks' rows, or −1. Collective.
std::int64_t first_of_ranks(std::int64_t mine, Communicator& comm) {
  const std::int64_t first = std::ranges::min(all_gather_value(comm, mine));
  return first == kNone ? -1 : first;
}

/// The first local row i of a panel for which `is_bad(i)` after `load(panel)`, as a global row; else kNone.
template <typename Load, typename IsBad>
std::int64_t first_local_row(const Dataset& data, Load load, IsBad is_bad) {
  for (std::int64_t leaf = data.leaves.begin; leaf < data.leaves.end; ++leaf) {
    for (const Rows& panel : data.panels_of_leaf(leaf)) {
      load(panel);
      for (Index i = 0; i < panel.count; ++i) {
        if (is_bad(i)) {
          return data.first_row + panel.row(i);
        }
      }
    }
  }
  return kNone;
}

std::int64_t first_with_infinite_loss(const Dataset& data, const Model& model, const KernelParameters& w) {
  Workspace scratch;
  Partial unused;
  return first_local_row(
      data,
      [&](const Rows& panel) {
        unused.reshape(model.shape(Order::value));
        unused.set_zero();
        model.add_rows(data, std::span(&panel, 1), w, Order::value, unused, scratch, nullptr);
      },
      [&](Index i) { return !std::isfinite(scratch.loss[static_cast<std::size_t>(i)]); });
}

std::int64_t first_with_huge_features(const Dataset& data) {
  const Index stride = padded(data.features);
  AlignedVector<double> x;
  return first_local_row(
      data,
      [&](const Rows& panel) {
        x.resize(static_cast<std::size_t>(panel.count * stride));
        data.x->gather(panel, x.data(), stride);
      },
      [&](Index i) { return !std::isfinite(lane_dot(x.data() + i * stride, x.data() + i * stride, stride)); });
}

}  // namespace

std::int64_t first_row_without_margin(const Dataset& data, const Margins& margins, std::span<const double> weights,
                                      Communicator& comm) {
  std::int64_t first = kNone;
  const auto outputs = data.rows > 0 ? std::ssize(margins) / data.rows : 1;
  for (Index row = 0; row < data.rows && first == kNone; ++row) {
    const auto z = margins.begin() + row * outputs;
    const bool counts = weights.empty() || weights[static_cast<std::size_t>(row)] != 0;
    if (counts && !std::all_of(z, z + outputs, [](double value) { return std::isfinite(value); })) {
      first = data.first_row + row;
    }
  }
  return first_of_ranks(first, comm);
}

std::int64_t first_row_that_overflows(const Dataset& data, const Model& model, const KernelParameters& w,
                                      Communicator& comm) {
  const std::int64_t row = first_of_ranks(first_with_infinite_loss(data, model, w), comm);
  return row >= 0 ? row : first_of_ranks(first_with_huge_features(data), comm);
}

}  // namespace lockstep
