#include "base/exact_sum.h"
#include "risk/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lockstep {

namespace {

/// Rows of one score, by the weights of their labels.
struct Scored {
  double score;
  double positive;
  double negative;
};

/// Sums of whole numbers below 2^53: exact as they are.
class WholeSum {
 public:
  void add(double value) { total_ += value; }
  void add(const WholeSum& other) { total_ += other.total_; }
  double value() const { return total_; }

 private:
  double total_ = 0;
};

/// All rows with weight.
std::vector<Scored> weighted_rows(const std::vector<double>& scores, const std::vector<double>& labels,
                                  const std::vector<double>& weights) {
  std::vector<Scored> rows;
  rows.reserve(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double weight = weights.empty() ? 1.0 : weights[i];
    if (weight != 0) {
      rows.push_back({scores[i], labels[i] == 1 ? weight : 0, labels[i] == 1 ? 0 : weight});
    }
  }
  return rows;
}

/// The weights are counts, and so are all sums of them.
bool are_counts(const std::vector<Scored>& rows, Communicator& comm) {
  constexpr double kMost = 0x1p53;
  double total = 0;
  bool are_whole = true;
  for (const Scored& row : rows) {
    const double weight = row.positive + row.negative;
    are_whole = are_whole && weight == std::floor(weight);
    total += weight;
  }
  const std::vector<double> totals = all_gather_value(comm, are_whole ? total : kMost);
  double all = 0;
  for (const double one : totals) {
    all += one;
  }
  return all < kMost;
}

/// One entry a score, so that many rows of one score are none too many for a rank.
void join_ties(std::vector<Scored>& rows) {
  std::size_t last = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].score == rows[last].score) {
      rows[last].positive += rows[i].positive;
      rows[last].negative += rows[i].negative;
    } else {
      rows[++last] = rows[i];
    }
  }
  rows.resize(std::min(rows.size(), last + 1));
}

/// Scores that cut all rows into about equal parts, one fewer than ranks: every rank tells evenly spaced ones.
std::vector<double> splitters(const std::vector<Scored>& rows, Communicator& comm) {
  constexpr std::size_t kPerRank = 32;
  const std::size_t samples = kPerRank * static_cast<std::size_t>(comm.size());
  std::vector<double> mine(samples, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t k = 0; k < samples && !rows.empty(); ++k) {
    mine[k] = rows[(2 * k + 1) * rows.size() / (2 * samples)].score;
  }
  std::vector<double> all(samples * static_cast<std::size_t>(comm.size()));
  comm.all_gather(std::as_bytes(std::span(mine)), std::as_writable_bytes(std::span(all)));
  std::erase_if(all, [](double score) { return std::isnan(score); });
  std::ranges::sort(all);
  std::vector<double> result;
  for (int rank = 1; rank < comm.size() && !all.empty(); ++rank) {
    result.push_back(all[all.size() * static_cast<std::size_t>(rank) / static_cast<std::size_t>(comm.size())]);
  }
  return result;
}

/// Sends rows to the ranks that own their scores; all of a score go to one. Returns this rank's, sorted.
std::vector<Scored> exchange(std::vector<Scored> rows, Communicator& comm) {
  if (comm.size() == 1) {
    return rows;
  }
  const std::vector<double> cuts = splitters(rows, comm);
  std::vector<std::int64_t> send;
  auto begin = rows.begin();
  for (int rank = 0; rank < comm.size(); ++rank) {
    const auto cut = static_cast<std::size_t>(rank);
    const auto end =
        cut < cuts.size() ? std::ranges::lower_bound(begin, rows.end(), cuts[cut], {}, &Scored::score) : rows.end();
    send.push_back((end - begin) * std::int64_t{sizeof(Scored)});
    begin = end;
  }
  std::vector<std::int64_t> counts(send.size() * send.size());
  comm.all_gather(std::as_bytes(std::span(send)), std::as_writable_bytes(std::span(counts)));
  std::vector<std::int64_t> receive;
  std::int64_t bytes = 0;
  for (std::size_t rank = 0; rank < send.size(); ++rank) {
    receive.push_back(counts[rank * send.size() + static_cast<std::size_t>(comm.rank())]);
    bytes += receive.back();
  }
  std::vector<Scored> owned(static_cast<std::size_t>(bytes) / sizeof(Scored));
  comm.all_to_all(std::as_bytes(std::span(rows)), send, std::as_writable_bytes(std::span(owned)), receive);
  std::ranges::sort(owned, {}, &Scored::score);
  return owned;
}

/// The sum of the ranks' parts: those before this rank, and all.
template <typename Sum>
std::pair<Sum, Sum> before_and_all(const Sum& mine, Communicator& comm) {
  std::pair<Sum, Sum> sums;
  const std::vector<Sum> parts = all_gather_value(comm, mine);
  for (std::size_t rank = 0; rank < parts.size(); ++rank) {
    if (rank < static_cast<std::size_t>(comm.rank())) {
      sums.first.add(parts[rank]);
    }
    sums.second.add(parts[rank]);
  }
  return sums;
}

/// Σ over pairs (1, 0) of [score of the 1 larger] + ½ [equal], over the number of pairs; weighted. The weight below a
/// score is exact, and so is the sum over scores: where ranks cut them does not matter.
template <typename Sum>
double ranked_area(const std::vector<Scored>& rows, Communicator& comm) {
  Sum positives;
  Sum negatives;
  for (const Scored& row : rows) {
    positives.add(row.positive);
    negatives.add(row.negative);
  }
  const double all_positives = before_and_all(positives, comm).second.value();
  auto [below, all_negatives] = before_and_all(negatives, comm);
  ExactSum pairs_won;
  for (std::size_t begin = 0; begin < rows.size();) {
    Sum tied_positives;
    Sum tied_negatives;
    std::size_t end = begin;
    for (; end < rows.size() && rows[end].score == rows[begin].score; ++end) {
      tied_positives.add(rows[end].positive);
      tied_negatives.add(rows[end].negative);
    }
    if (const double positive = tied_positives.value(); positive > 0) {
      pairs_won.add(positive * (below.value() + 0.5 * tied_negatives.value()));
    }
    below.add(tied_negatives);
    begin = end;
  }
  const double won = before_and_all(pairs_won, comm).second.value();
  const double pairs = all_positives * all_negatives.value();
  return pairs > 0 ? won / pairs : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

double area_under_curve(const std::vector<double>& scores, const std::vector<double>& labels,
                        const std::vector<double>& weights, Communicator& comm) {
  std::vector<Scored> rows = weighted_rows(scores, labels, weights);
  if (any_rank(comm, std::ranges::any_of(rows, [](const Scored& row) { return std::isnan(row.score); }))) {
    return std::numeric_limits<double>::quiet_NaN();  // no order
  }
  std::ranges::sort(rows, {}, &Scored::score);
  if (are_counts(rows, comm)) {
    join_ties(rows);
    return ranked_area<WholeSum>(exchange(std::move(rows), comm), comm);
  }
  return ranked_area<ExactSum>(exchange(std::move(rows), comm), comm);
}

}  // namespace lockstep
