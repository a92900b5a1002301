#include "fit/one_sided_columns.h"

#include <ostream>

#include "support/thread_communicator.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Case {
  std::string name;
  LabelGroups kind;
  std::size_t groups;
  std::vector<double> labels;
  std::vector<std::vector<double>> rows;
  std::vector<std::int64_t> expected;
  friend void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }
};

/// The rows that a rank holds of a case, dense or sparse.
RowBlock share(const Case& test, int rank, int ranks, bool is_dense) {
  RowBlock block;
  block.features = std::ssize(test.rows.front());
  block.is_dense = is_dense;
  block.row_start = {0};
  for (std::size_t i = static_cast<std::size_t>(rank); i < test.rows.size(); i += static_cast<std::size_t>(ranks)) {
    ++block.rows;
    block.label.push_back(test.labels[i]);
    for (std::size_t j = 0; j < test.rows[i].size(); ++j) {
      if (is_dense) {
        block.dense.push_back(test.rows[i][j]);
      } else if (test.rows[i][j] != 0) {
        block.column.push_back(static_cast<std::int32_t>(j));
        block.value.push_back(test.rows[i][j]);
      }
    }
    block.row_start.push_back(std::ssize(block.column));
  }
  return block;
}

std::vector<std::int64_t> one_sided_columns(const RowBlock& block, LabelGroups kind, std::size_t groups,
                                            Communicator& comm) {
  ColumnSigns signs(block.features, kind, groups);
  signs.add(block);
  return signs.one_sided(comm);
}

class OneSidedColumns : public ::testing::TestWithParam<Case> {};

TEST_P(OneSidedColumns, AreFoundOnAnyRanksInAnyLayout) {
  const Case& test = GetParam();
  for (const bool is_dense : {true, false}) {
    for (const int ranks : {1, 2, 3, 5}) {
      testing::run_ranks(ranks, [&](Communicator& comm) {
        EXPECT_EQ(one_sided_columns(share(test, comm.rank(), comm.size(), is_dense), test.kind, test.groups, comm),
                  test.expected)
            << ranks << " ranks, " << (is_dense ? "dense" : "sparse");
      });
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Models, OneSidedColumns,
    ::testing::Values(
        Case{"ADummyWithOneOutcome", LabelGroups::classes, 2, {0, 1, 1, 0}, {{0, 1}, {1, 1}, {1, 0}, {0, 1}}, {0}},
        Case{"OppositeSigns", LabelGroups::classes, 2, {0, 1, 1, 0}, {{-1, 1}, {2, 1}, {0, -1}, {-3, 2}}, {0}},
        Case{"BothOutcomes", LabelGroups::classes, 2, {0, 1, 1, 0}, {{1, 0}, {1, 0}, {2, 0}, {3, 0}}, {}},
        Case{"AFeatureThatAClassNeverShows",
             LabelGroups::classes,
             3,
             {0, 1, 2, 0},
             {{1, 1}, {1, 1}, {0, 1}, {2, 1}},
             {0}},
        Case{"AGroupOfZeroCounts", LabelGroups::zero_or_more, 2, {0, 3, 0, 2}, {{1, 1}, {0, 1}, {1, 0}, {0, 2}}, {0}},
        Case{"ZeroCountsOfBothSigns", LabelGroups::zero_or_more, 2, {0, 3, 0, 2}, {{1}, {0}, {-1}, {0}}, {}}),
    [](const auto& each) { return each.param.name; });

TEST(OneSidedColumns, OfRowsWithoutWeightDoNotCount) {
  SerialCommunicator comm;
  RowBlock block = share({"", LabelGroups::classes, 2, {0, 1}, {{1}, {1}}, {}}, 0, 1, true);
  EXPECT_THAT(one_sided_columns(block, LabelGroups::classes, 2, comm), ElementsAre());
  block.weight = {0, 1};
  EXPECT_THAT(one_sided_columns(block, LabelGroups::classes, 2, comm), ElementsAre(0));
}

TEST(OneSidedColumns, AreNamedWithTheRemedy) {
  EXPECT_EQ(one_sided_text({}, {"a"}), "");
  EXPECT_THAT(one_sided_text({1}, {"a", "b"}), HasSubstr("the coefficient of 'b' grows without bound"));
  EXPECT_THAT(one_sided_text({0, 1, 2, 3, 4, 5, 6}, {}), HasSubstr("feature 1, feature 2, feature 3, feature 4, "
                                                                   "feature 5 and 2 more grow without bound"));
  EXPECT_THAT(one_sided_text({1}, {}), HasSubstr("use --l2"));
}

}  // namespace
}  // namespace lockstep
