#include "risk/overflow.h"

#include "base/lanes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

/// The first of all ranks' rows, or −1. Collective.
std::int64_t first_of_ranks(std::int64_t mine, Communicator& comm) {
  const std::int64_t first = std::ranges::min(all_gather_value(comm, mine));
  return first == kNone ? -1 : first;
}

/// The first row i of a piece for which `is_bad(i)` after `load(set)`, the set being that piece alone, as a global row;
/// else kNone.
template <typename Load, typename IsBad>
std::int64_t first_local_row(const LeafSource& rows, RowBuffer& buffer, Load load, IsBad is_bad) {
  const Run leaves = rows.facts().leaves;
  rows.read_ahead(leaves);
  for (std::int64_t leaf = leaves.begin; leaf < leaves.end; ++leaf) {
    const RowSet all = rows.read(leaf, buffer);
    for (const Rows& piece : all.pieces) {
      RowSet set = all;
      set.pieces = std::span(&piece, 1);
      load(set);
      for (Index i = 0; i < piece.count; ++i) {
        if (is_bad(i)) {
          return set.first_row + piece.row(i);
        }
      }
    }
  }
  return kNone;
}

std::int64_t first_with_infinite_loss(const LeafSource& rows, const Model& model, const KernelParameters& w) {
  Workspace scratch;
  Partial unused;
  Pass pass;
  pass.w = &w;
  return first_local_row(
      rows, scratch.rows,
      [&](const RowSet& set) {
        unused.reshape(model.shape(pass.kind));
        unused.set_zero();
        model.add(pass, set, unused, scratch);
      },
      [&](Index i) { return !std::isfinite(scratch.loss[static_cast<std::size_t>(i)]); });
}

bool is_finite(RowResult result, std::span<const double> z, Task task, const Dataset& data, std::size_t row) {
  if (!std::ranges::all_of(z, [](double value) { return std::isfinite(value); })) {
    return false;
  }
  const bool is_log_link = task == Task::counts || task == Task::positives;
  if (result == RowResult::margins || !(is_log_link || task == Task::regression)) {
    return true;
  }
  const double prediction = is_log_link ? std::exp(z[0]) : z[0];
  if (result == RowResult::prediction) {
    return std::isfinite(prediction);
  }
  const double y = data.label[row];
  const double ratio = task == Task::positives ? y * std::exp(-z[0]) : 0;  // y / mean
  return std::isfinite((prediction - y) * (prediction - y) + ratio);
}

std::int64_t first_with_huge_features(const LeafSource& rows) {
  const Index stride = padded(rows.facts().features);
  AlignedVector<double> x;
  RowBuffer buffer;
  return first_local_row(
      rows, buffer,
      [&](const RowSet& set) {
        const Rows& piece = set.pieces.front();
        x.resize(static_cast<std::size_t>(piece.count * stride));
        set.x->gather(piece, x.data(), stride);
      },
      [&](Index i) { return !std::isfinite(lane_dot(x.data() + i * stride, x.data() + i * stride, stride)); });
}

}  // namespace

std::int64_t first_row_without(RowResult result, const Dataset& data, const Margins& margins, Task task,
                               std::span<const double> weights, Communicator& comm) {
  std::int64_t first = kNone;
  const auto outputs = static_cast<std::size_t>(data.rows > 0 ? std::ssize(margins) / data.rows : 1);
  for (std::size_t row = 0; row < static_cast<std::size_t>(data.rows) && first == kNone; ++row) {
    const std::span<const double> z = std::span(margins).subspan(row * outputs, outputs);
    if ((weights.empty() || weights[row] != 0) && !is_finite(result, z, task, data, row)) {
      first = data.first_row + static_cast<std::int64_t>(row);
    }
  }
  return first_of_ranks(first, comm);
}

std::string overflow_text(RowResult result, const Dataset& data, const Margins& margins, Task task,
                          std::span<const double> weights, Communicator& comm) {
  const std::int64_t row = first_row_without(result, data, margins, task, weights, comm);
  if (row < 0) {
    return "";
  }
  const auto is_cause = [&](RowResult cause) {
    return first_row_without(cause, data, margins, task, weights, comm) == row;
  };
  const char* what = is_cause(RowResult::margins)      ? "the model's sum over its features"
                     : is_cause(RowResult::prediction) ? "the model's prediction e^z"
                                                       : "the squared error or the deviance";
  return fmt::format("row {}: {} overflows", row + 1, what);
}

std::int64_t first_row_that_overflows(const LeafSource& rows, const Model& model, const KernelParameters& w,
                                      Communicator& comm) {
  const std::int64_t row = first_of_ranks(first_with_infinite_loss(rows, model, w), comm);
  return row >= 0 ? row : first_of_ranks(first_with_huge_features(rows), comm);
}

}  // namespace lockstep
