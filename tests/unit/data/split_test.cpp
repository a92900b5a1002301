#include "data/split.h"

#include "comm/summation_tree.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "unit/data/data_files.h"

namespace lockstep::testing {
namespace {

using Parts = std::pair<RawData, RawData>;

class SplitRows : public ::testing::Test {
 protected:
  static constexpr int kRows = 200;

  /// Row i: features i, 0 and i mod 3 (stored when sparse unless 0), label i, weight, offset and id of i.
  RawData share(const Communicator& comm, bool is_dense) const {
    RawData raw;
    raw.total_rows = kRows;
    raw.schema = schema_of_names(3, {"a", "b", "c"}, "y", {});
    RowBlock& block = raw.block;
    block.is_dense = is_dense;
    block.features = 3;
    block.first_row = proportional_cut(comm.rank(), comm.size(), kRows);
    block.rows = proportional_cut(comm.rank() + 1, comm.size(), kRows) - block.first_row;
    if (!is_dense) {
      block.row_start.push_back(0);
    }
    for (std::int64_t i = block.first_row; i < block.first_row + block.rows; ++i) {
      const auto number = static_cast<double>(i);
      const std::vector<double> x = {number, 0, static_cast<double>(i % 3)};
      if (is_dense) {
        append(block.dense, x);
      } else {
        for (std::int32_t j = 0; j < 3; ++j) {
          if (x[static_cast<std::size_t>(j)] != 0) {
            block.column.push_back(j);
            block.value.push_back(x[static_cast<std::size_t>(j)]);
          }
        }
        block.row_start.push_back(std::ssize(block.column));
      }
      block.label.push_back(number);
      block.weight.push_back(2 * number);
      block.offset.push_back(-number);
      block.id.push_back("row " + std::to_string(i));
    }
    return raw;
  }

  Parts split_on(int ranks, double fraction, std::uint64_t seed, bool is_dense) const {
    std::vector<RawData> training(static_cast<std::size_t>(ranks));
    std::vector<RawData> validation(static_cast<std::size_t>(ranks));
    run_ranks(ranks, [&](Communicator& comm) {
      const auto rank = static_cast<std::size_t>(comm.rank());
      std::tie(training[rank], validation[rank]) = split_rows(share(comm, is_dense), {fraction, seed}, comm);
    });
    return {merged(training), merged(validation)};
  }

  /// Everything of a row follows its label.
  static void expect_whole_rows(const RawData& part, bool is_dense) {
    const RowBlock& block = part.block;
    ASSERT_EQ(std::ssize(block.label), block.rows);
    for (std::size_t i = 0; i < block.label.size(); ++i) {
      const double number = block.label[i];
      const double third = std::fmod(number, 3);
      EXPECT_EQ(block.weight[i], 2 * number);
      EXPECT_EQ(block.offset[i], -number);
      EXPECT_EQ(block.id[i], "row " + std::to_string(static_cast<int>(number)));
      std::vector<double> x(3);
      if (is_dense) {
        std::copy_n(block.dense.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, x.begin());
      } else {
        for (auto k = static_cast<std::size_t>(block.row_start[i]);
             k < static_cast<std::size_t>(block.row_start[i + 1]); ++k) {
          x[static_cast<std::size_t>(block.column[k])] = block.value[k];
        }
      }
      EXPECT_EQ(x, (std::vector<double>{number, 0, third}));
    }
    EXPECT_TRUE(std::ranges::is_sorted(block.label));
    EXPECT_EQ(part.schema.feature_names(), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(part.schema.label_name(), "y");
  }
};

TEST_F(SplitRows, IsTheSameOnAnyNumberOfRanksDisjointAndComplete) {
  for (const bool is_dense : {true, false}) {
    const Parts expected = split_on(1, 0.3, 7, is_dense);
    for (const int ranks : {1, 2, 3, 5, 8, 250}) {
      const auto [training, validation] = split_on(ranks, 0.3, 7, is_dense);
      EXPECT_EQ(training.block.label, expected.first.block.label);
      EXPECT_EQ(validation.block.label, expected.second.block.label);
      expect_whole_rows(training, is_dense);
      expect_whole_rows(validation, is_dense);
      std::vector<double> all = training.block.label;
      append(all, validation.block.label);
      std::ranges::sort(all);
      for (std::size_t i = 0; i < kRows; ++i) {
        ASSERT_EQ(all.at(i), static_cast<double>(i));
      }
    }
  }
}

TEST_F(SplitRows, RowOfTheTrainingPartIsFoundInTheWhole) {
  const auto [training, validation] = split_on(3, 0.3, 7, true);
  for (std::size_t i = 0; i < training.block.label.size(); ++i) {
    EXPECT_EQ(RowSplit(0.3, 7).row_before_split(static_cast<std::int64_t>(i)),
              static_cast<std::int64_t>(training.block.label[i]));
  }
}

TEST_F(SplitRows, TheFractionIsMetAndTheSeedChooses) {
  std::int64_t picked = 0;
  std::int64_t both = 0;
  constexpr std::int64_t kMany = 100000;
  for (std::int64_t row = 0; row < kMany; ++row) {
    const bool first = RowSplit(0.2, 1).holds_out(row);
    picked += first ? 1 : 0;
    both += first && RowSplit(0.2, 2).holds_out(row) ? 1 : 0;
    EXPECT_TRUE(!first || RowSplit(0.3, 1).holds_out(row)) << "a larger fraction takes the same rows and more";
  }
  EXPECT_NEAR(static_cast<double>(picked), 0.2 * kMany, 5 * std::sqrt(0.16 * kMany));
  EXPECT_NEAR(static_cast<double>(both), 0.04 * kMany, 5 * std::sqrt(0.04 * kMany));
}

TEST_F(SplitRows, RowsOfAGroupStayTogetherOnAnyNumberOfRanks) {
  const auto group_of = [](std::int64_t row) { return static_cast<std::uint64_t>(row * row % 29); };
  std::map<std::uint64_t, bool> is_held_out;
  std::vector<double> expected;
  for (const int ranks : {1, 2, 3, 8}) {
    std::vector<RawData> parts(static_cast<std::size_t>(ranks));
    run_ranks(ranks, [&](Communicator& comm) {
      RawData raw = share(comm, true);
      for (std::int64_t i = 0; i < raw.block.rows; ++i) {
        raw.block.group.push_back(group_of(raw.block.first_row + i));
      }
      const RowSplit split(0.3, 7, raw.block, comm);
      auto [training, validation] = split_rows(std::move(raw), split, comm);
      EXPECT_TRUE(training.block.group.empty());
      for (std::size_t i = 0; i < training.block.label.size(); ++i) {
        const std::int64_t row = split.row_before_split(training.block.first_row + static_cast<std::int64_t>(i));
        EXPECT_EQ(static_cast<double>(row), training.block.label[i]);
      }
      parts[static_cast<std::size_t>(comm.rank())] = std::move(validation);
    });
    const RawData validation = merged(parts);
    for (const double row : validation.block.label) {
      is_held_out[group_of(static_cast<std::int64_t>(row))] = true;
    }
    expected = expected.empty() ? validation.block.label : expected;
    EXPECT_EQ(validation.block.label, expected);
  }
  EXPECT_GT(is_held_out.size(), 1U);
  std::size_t of_groups = 0;
  for (std::int64_t row = 0; row < static_cast<std::int64_t>(kRows); ++row) {
    of_groups += is_held_out.contains(group_of(row)) ? 1 : 0;
  }
  EXPECT_EQ(of_groups, expected.size()) << "all rows of a group";
  EXPECT_LT(of_groups, static_cast<std::size_t>(kRows));
}

TEST_F(SplitRows, APartWithoutRowsIsAnError) {
  for (const auto& [fraction, part] : std::map<double, std::string>{{0.0, "validation"}, {1.0, "training"}}) {
    for (const int ranks : kRankCounts) {
      run_ranks(ranks, [&, fraction = fraction, &part = part](Communicator& comm) {
        try {
          static_cast<void>(split_rows(share(comm, true), {fraction, 0}, comm));
          ADD_FAILURE() << "no error";
        } catch (const DataError& error) {
          EXPECT_NE(std::string(error.what()).find("leaves no row for " + part), std::string::npos) << error.what();
        }
      });
    }
  }
}

}  // namespace
}  // namespace lockstep::testing
