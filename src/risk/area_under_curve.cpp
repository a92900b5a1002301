#include "risk/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lockstep {

namespace {

struct Scored {
  double score;
  double label;
  double weight;
};

/// All rows with weight on rank 0 in global order; empty elsewhere.
std::vector<Scored> gather(const std::vector<double>& scores, const std::vector<double>& labels,
                           const std::vector<double>& weights, Communicator& comm) {
  std::vector<Scored> mine;
  mine.reserve(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double weight = weights.empty() ? 1.0 : weights[i];
    if (weight != 0) {
      mine.push_back({scores[i], labels[i], weight});
    }
  }
  const std::vector<std::int64_t> counts = all_gather_value(comm, std::int64_t{std::ssize(mine)});
  if (comm.rank() != 0) {
    comm.send(0, std::as_bytes(std::span(mine)));
    return {};
  }
  for (int rank = 1; rank < comm.size(); ++rank) {
    const std::size_t begin = mine.size();
    mine.resize(begin + static_cast<std::size_t>(counts[static_cast<std::size_t>(rank)]));
    comm.receive(rank, std::as_writable_bytes(std::span(mine).subspan(begin)));
  }
  return mine;
}

/// Σ over pairs (1, 0) of [score of the 1 larger] + ½ [equal], over the number of pairs; weighted.
double ranked_area(std::vector<Scored> rows) {
  if (std::ranges::any_of(rows, [](const Scored& row) { return std::isnan(row.score); })) {
    return std::numeric_limits<double>::quiet_NaN();  // no order
  }
  std::ranges::stable_sort(rows, {}, &Scored::score);
  double negatives_below = 0;
  double positives = 0;
  double pairs_won = 0;
  for (std::size_t begin = 0; begin < rows.size();) {
    double tied_positives = 0;
    double tied_negatives = 0;
    std::size_t end = begin;
    do {
      (rows[end].label == 1 ? tied_positives : tied_negatives) += rows[end].weight;
      ++end;
    } while (end < rows.size() && rows[end].score == rows[begin].score);
    pairs_won += tied_positives * (negatives_below + 0.5 * tied_negatives);
    negatives_below += tied_negatives;
    positives += tied_positives;
    begin = end;
  }
  return positives > 0 && negatives_below > 0 ? pairs_won / (positives * negatives_below)
                                              : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

double area_under_curve(const std::vector<double>& scores, const std::vector<double>& labels,
                        const std::vector<double>& weights, Communicator& comm) {
  std::vector<Scored> rows = gather(scores, labels, weights, comm);
  double area = comm.rank() == 0 ? ranked_area(std::move(rows)) : 0;
  broadcast_values(comm, std::span(&area, 1), 0);
  return area;
}

}  // namespace lockstep
