/// Compared with the peak resident memory of runs: see tests/campaign/memory.py.
#include "run/memory_model.h"

#include "comm/summation_tree.h"
#include "comm/tree_reducer.h"
#include "data/batch_schedule.h"
#include "data/column_entries.h"
#include "data/feature_matrix.h"
#include "data/streamed_rows.h"
#include "fit/optimizer_vectors.h"
#include "optim/convergence.h"
#include "run/problem.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace lockstep {

namespace {

constexpr double kDouble = sizeof(double);
constexpr double kEntry = sizeof(double) + sizeof(std::int32_t);  // of a compressed row
constexpr double kRowStart = sizeof(std::int64_t);
/// Measured (x86-64, Open MPI 4.1, OpenBLAS): code and libraries; MPI; a thread's stack and BLAS buffer.
constexpr double kProgram = 20e6;
constexpr double kMpi = 10e6;
constexpr double kThread = 1e6;
/// Address space of a thread whether it uses it or not: a stack, an arena of the allocator, and a buffer of OpenBLAS.
constexpr double kThreadAddress = (8 + 64) << 20;
constexpr double kBlasAddress = 128 << 20;

/// Blocks in which rows are looked at before they are laid out, and in which they are read into their layout.
constexpr double kSurveyBytes = (1 << 16) * kDouble;
constexpr double kSurveyParts = 16;
constexpr double kPartBytes = (1 << 19) * kDouble;

double padded_size(double size) {
  return std::ceil(size / static_cast<double>(kLanes)) * static_cast<double>(kLanes);
}

std::int64_t whole(double x) {
  return static_cast<std::int64_t>(x);
}

/// All ranks' rows as the reader holds them.
double block_bytes(const DataShape& data, double rows, double entries) {
  return data.is_read_dense ? rows * static_cast<double>(data.features) * kDouble : entries * kEntry + rows * kRowStart;
}

Layout layout_of(const PlanSizes& s, const DataShape& data, double rows, double entries) {
  return choose_layout(whole(rows), data.features, whole(entries), s.access);
}

/// All ranks' rows as they are laid out.
double laid_out_bytes(const PlanSizes& s, const DataShape& data, double rows, double entries) {
  const auto leaves = static_cast<double>(leaf_count(whole(rows), whole(entries), whole(s.p)));
  return layout_bytes(layout_of(s, data, rows, entries), rows, data.features, entries, leaves);
}

/// Nodes that wait for their sibling while a run of units is summed.
double waiting_nodes(double units) {
  return static_cast<double>(std::bit_width(static_cast<std::uint64_t>(std::max(1.0, units))));
}

/// Partial sums of `payload` bytes: the threads' nodes, those that merge them, the total, and the messages.
double partial_bytes(const PlanSizes& s, double payload) {
  const double merging = s.threads > 1 ? waiting_nodes(s.threads) : 0;
  const double messages = s.ranks > 1 ? std::min(payload, static_cast<double>(kPieceBytes)) : 0;
  return payload * (s.threads * waiting_nodes(s.units_a_thread) + merging + 1) + messages;
}

/// Sums of gradients and products; by columns a rank's nodes, the total, the messages, and a number a margin.
double gradient_bytes(const PlanSizes& s) {
  const double payload = s.p * s.scalar_bytes;
  if (!s.is_by_column) {
    return partial_bytes(s, payload);
  }
  const double nodes = std::has_single_bit(static_cast<std::uint64_t>(s.ranks)) ? 1 : 3;
  const double messages = s.ranks > 1 ? std::min(payload, static_cast<double>(kPieceBytes)) : 0;
  return payload * (nodes + 1) + messages + s.n * s.k * kDouble / s.ranks;
}

/// Threads' scratch of a linear model or softmax: terms of a panel's rows, the Gram product of a panel, and what
/// softmax keeps of a leaf.
double linear_scratch(const PlanSizes& s, bool wants_hessian, bool is_sparse) {
  const double stride = s.k > 1 ? padded_size(s.k) : 1;
  double numbers = 7 * padded_size(s.rows_a_piece) * stride;
  if (wants_hessian && !is_sparse) {
    numbers += s.rows_a_piece * (s.d + 1) + s.d * s.d;
  }
  if (s.k > 1) {
    numbers += s.d * stride;
    numbers += wants_hessian ? s.d * (s.d + 1) / 2 + s.n / std::max(1.0, s.ranks) / s.units_a_thread * stride : 0;
  }
  return numbers * kDouble;
}

/// Threads' scratch of a network: a piece's input (of sparse rows the nonzeros, by row and by column, and one block
/// rows × units), and activations, slopes and deltas (newton-cg: also their derivatives along a vector) of each layer.
double network_scratch(const PlanSizes& s, const ModelDescription& model, bool wants_products, bool is_sparse,
                       double entries_a_row) {
  const NetworkShape shape = model.network();
  double units = 0;
  for (Index l = 1; l <= shape.layers(); ++l) {
    units += static_cast<double>(shape.units(l));
  }
  const double kinds = wants_products ? 6 : 3;
  const double input = is_sparse ? s.rows_a_piece * (2 * entries_a_row * kEntry + units * s.scalar_bytes) +
                                       (s.d + s.rows_a_piece) * kRowStart
                                 : s.rows_a_piece * s.d * s.scalar_bytes;
  return input + s.rows_a_piece * (kinds * units * s.scalar_bytes + 7 * s.k * kDouble);
}

/// The iterate's and the trial point's Hessian and that of the solve, packed; their scaled square, its factor and a
/// damped copy. Where the Hessian but judges the last points, one and that of the solve.
double hessian_bytes(const PlanSizes& s, bool is_newton) {
  const double packed = s.p * (s.p + 1) / 2 * kDouble;
  return partial_bytes(s, packed) + (is_newton ? 3 : 2) * packed + 3 * s.p * s.p * kDouble;
}

/// True where the optimizer takes a Hessian on its way or to judge whether it has converged.
bool takes_hessian(const PlanSizes& s, const TrainSettings& settings) {
  return settings.fit.optimizer->takes_hessians() ||
         (!s.is_stochastic && !s.is_network && s.p <= static_cast<double>(kMostJudgedByHessian));
}

}  // namespace

PlanSizes::PlanSizes(const TrainSettings& settings, const ModelDescription& model, const DataShape& data,
                     int rank_count, int thread_count)
    : n(static_cast<double>(data.rows)),
      d(static_cast<double>(data.features)),
      k(static_cast<double>(model.outputs)),
      p(static_cast<double>(model.dimension())),
      held_out(static_cast<double>(data.held_out_rows)),
      weights(model.is_network() ? static_cast<double>(model.network().weights()) : k * d),
      ranks(rank_count),
      threads(thread_count),
      scalar_bytes(model.is_network() && model.precision == Scalar::float32 ? sizeof(float) : kDouble),
      is_network(model.is_network()),
      is_stochastic(settings.fit.optimizer->is_mini_batch()),
      access(access_of(settings, model)) {
  const std::int64_t leaves = leaf_count(data.rows, data.stored_entries, model.dimension());
  units_a_thread = std::max(1.0, static_cast<double>(leaves) / (ranks * threads));
  is_by_column = access == Access::full_batch && !data.is_streamed &&
                 choose_layout(data.rows, data.features, data.stored_entries, access) == Layout::sparse_rows &&
                 pays_by_columns(data.stored_entries, leaves, model.dimension());
  rows_a_piece = std::min(static_cast<double>(panel_rows(data.features)), n);
}

/// Where any row can be read at any time, features are read into their layout, or stay where they are: beside them
/// there are the blocks that are being read.
double reading_in_place_bytes(const PlanSizes& s, const DataShape& data) {
  const double numbers = 2 * (s.n + s.held_out) * static_cast<double>(data.columns) * kDouble / s.ranks;
  const double all =
      block_bytes(data, s.n + s.held_out, static_cast<double>(data.stored_entries + data.held_out_entries)) / s.ranks;
  const double beside =
      data.is_streamed ? 3 * std::min(all / kSurveyParts, kSurveyBytes) : std::min(all, s.threads * kPartBytes);
  const double features = data.is_streamed
                              ? 0
                              : (laid_out_bytes(s, data, s.n, static_cast<double>(data.stored_entries)) +
                                 laid_out_bytes(s, data, s.held_out, static_cast<double>(data.held_out_entries))) /
                                    s.ranks;
  return features + numbers + beside + static_cast<double>(data.reader_bytes);
}

/// Rows are read, divided into training and held-out rows, sent to their owners, and laid out; each step holds what it
/// takes and what it makes. A file of held-out rows goes the same way once the training rows are laid out.
double reading_bytes(const PlanSizes& s, const DataShape& data) {
  if (data.has_any_row) {
    return reading_in_place_bytes(s, data);
  }
  const auto entries = static_cast<double>(data.stored_entries);
  const auto held_entries = static_cast<double>(data.held_out_entries);
  const bool is_split = s.held_out > 0 && !data.is_held_out_file;
  const double block = block_bytes(data, s.n, entries);
  const double held_block = block_bytes(data, s.held_out, held_entries);
  const double read = is_split ? block + held_block : block;
  const double beside = is_split ? held_block : 0;
  const bool has_power_of_two_ranks = std::has_single_bit(static_cast<std::uint64_t>(s.ranks));
  const bool moves = s.ranks > 1 && (data.is_text || is_split || !has_power_of_two_ranks);
  const auto laid_out = [&](double rows, double nonzeros) { return laid_out_bytes(s, data, rows, nonzeros); };
  /// Sparse rows become the layout without a copy.
  const auto copied = [&](double rows, double nonzeros) {
    const bool stays = !data.is_read_dense && layout_of(s, data, rows, nonzeros) == Layout::sparse_rows;
    return stays ? 0 : laid_out(rows, nonzeros);
  };
  const double training = moves ? std::max(read + block, block + copied(s.n, entries)) : read + copied(s.n, entries);
  const double held_out =
      laid_out(s.n, entries) + held_block + std::max(moves ? held_block : 0, copied(s.held_out, held_entries));
  const double numbers = (s.n + s.held_out) * static_cast<double>(data.columns) * kDouble;
  return (std::max(beside + training, s.held_out > 0 ? held_out : 0) + (moves ? 2 : 1) * numbers) / s.ranks +
         std::min(static_cast<double>(data.reader_bytes), read / s.ranks);
}

/// Score, label and weight of a rank's rows, the same to be sorted, and those that it owns of the sorted ones.
double score_bytes(const PlanSizes& s, const ModelDescription& model) {
  const bool is_ranked = model.is_classifier() && model.outputs <= 2;
  return is_ranked ? 9 * kDouble * std::max(s.n, s.held_out) / s.ranks : 0;
}

/// A leaf that is added up, as it was read and laid out, and those behind it, for each thread; of mini-batch runs also
/// the group of rows that each lane is at, and the next one.
double stream_bytes(const PlanSizes& s, const TrainSettings& settings, const DataShape& data) {
  const bool is_sparse = layout_of(s, data, s.n, static_cast<double>(data.stored_entries)) == Layout::sparse_rows;
  const double row = data.is_read_dense || !is_sparse
                         ? s.d * kDouble
                         : static_cast<double>(data.stored_entries) / std::max(1.0, s.n) * kEntry + kRowStart;
  const double leaf_rows = std::ceil(s.n / (s.units_a_thread * s.ranks * s.threads));
  const double leaves = s.threads * (2 + static_cast<double>(kLeavesAhead)) * leaf_rows * row;
  if (!s.is_stochastic) {
    return leaves + static_cast<double>(data.reader_bytes);
  }
  const double lanes = std::min(s.n, static_cast<double>(std::max<std::int64_t>(1, settings.fit.lanes)));
  const double group_rows = std::min(std::ceil(s.n / lanes), static_cast<double>(kBlockRows * kGroupBlocks));
  return leaves + std::ceil(lanes / s.ranks) * 2 * group_rows * row + static_cast<double>(data.reader_bytes);
}

double data_bytes(const PlanSizes& s, const TrainSettings& settings, const DataShape& data,
                  const ModelDescription& model) {
  const double features = data.is_streamed
                              ? stream_bytes(s, settings, data) * s.ranks
                              : laid_out_bytes(s, data, s.n, static_cast<double>(data.stored_entries)) +
                                    laid_out_bytes(s, data, s.held_out, static_cast<double>(data.held_out_entries));
  const double numbers = (s.n + s.held_out) * static_cast<double>(data.columns) * kDouble;
  // Of the last pass, the accepted and the trial point; networks only to evaluate.
  const double margins = (s.is_network || s.is_stochastic ? 1 : 3) * s.n + 2 * s.held_out;
  const double columns =
      s.is_by_column ? column_entries_bytes(s.d, static_cast<double>(data.stored_entries) / s.ranks) : 0;
  const double order = s.is_stochastic ? s.n * sizeof(std::int32_t) : 0;
  return (features + numbers + margins * s.k * kDouble + order) / s.ranks + columns + score_bytes(s, model);
}

/// A copy of the state to write, and the file that is built in memory.
double checkpoint_bytes(const PlanSizes& s, const TrainSettings& settings) {
  return 2 * static_cast<double>(optimizer_vectors(settings.fit, static_cast<Index>(s.p)).state) * s.p * kDouble;
}

double optimizer_bytes(const PlanSizes& s, const TrainSettings& settings, const DataShape& data,
                       const ModelDescription& model) {
  const bool wants_hessian = takes_hessian(s, settings);
  const bool takes_products = settings.fit.optimizer->second_order == OptimizerRow::SecondOrder::products;
  const auto entries = static_cast<double>(data.stored_entries);
  const bool is_sparse = layout_of(s, data, s.n, entries) == Layout::sparse_rows;
  const OptimizerVectors needed = optimizer_vectors(settings.fit, model.dimension());
  const auto vectors = static_cast<double>(needed.state + needed.working);
  const double scratch = s.is_network
                             ? network_scratch(s, model, takes_products, is_sparse, entries / std::max(1.0, s.n))
                             : linear_scratch(s, wants_hessian, is_sparse);
  return vectors * s.p * kDouble + checkpoint_bytes(s, settings) + gradient_bytes(s) +
         (wants_hessian ? hessian_bytes(s, settings.fit.optimizer->takes_hessians()) : 0) + s.threads * scratch;
}

double address_bytes(const PlanSizes& s, const TrainSettings& settings) {
  const bool uses_blas = s.is_network || takes_hessian(s, settings);
  return s.threads * (kThreadAddress + (uses_blas ? kBlasAddress : 0));
}

double program_bytes(const PlanSizes& s) {
  return kProgram + (s.ranks > 1 ? kMpi : 0) + s.threads * kThread;
}

}  // namespace lockstep
