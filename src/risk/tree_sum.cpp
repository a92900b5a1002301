#include "lockstep/risk/tree_sum.h"

#include "lockstep/base/errors.h"
#include "risk/row_reduction.h"

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Terms of a few multiply-adds a number, of which a leaf has enough to be worth a thread.
RowPartition partition_of(std::int64_t terms) {
  if (terms < 1) {
    throw ConfigurationError(fmt::format("a sum of {} terms", terms));
  }
  return {.rows = terms, .leaves = leaf_count(terms, terms, 1)};
}

constexpr double kWorkOfNumber = 16;

}  // namespace

TreeSum::TreeSum(std::int64_t terms, const Execution& execution)
    : execution_(execution),
      terms_(terms),
      leaves_(partition_of(terms).leaves),
      reduction_(std::make_unique<RowReduction>(partition_of(terms), execution_)) {
  const Run rows = partition_of(terms).rows_of_leaves(reduction_->own_leaves());
  begin_ = rows.begin;
  end_ = rows.end;
}

TreeSum::~TreeSum() = default;
TreeSum::TreeSum(TreeSum&&) noexcept = default;

Vector TreeSum::add_up(Index length, const AddTerms& add) {
  const RowPartition partition{.rows = terms_, .leaves = leaves_};
  const PartialShape shape{.payload = length};
  const double work = kWorkOfNumber * static_cast<double>((end_ - begin_) * length);
  const Partial& sums = reduction_->over_leaves(shape, work, [&](std::int64_t leaf, Partial& into, Workspace&) {
    add(partition.first_row_of_leaf(leaf), partition.first_row_of_leaf(leaf + 1), into.payload<double>());
  });
  return Eigen::Map<const Vector>(sums.payload<double>().data(), length);
}

}  // namespace lockstep
