/// Rows whose features stay elsewhere are those of memory: the same leaves, layouts, batches and bits.
#include "data/dataset.h"
#include "data/read_ahead.h"
#include "data/split.h"

#include <algorithm>
#include <atomic>
#include <ostream>
#include <string>

#include "support/made_data.h"
#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

/// Rows that are made when they are asked for.
class MadeFeatures final : public FeatureRows {
 public:
  explicit MadeFeatures(const MadeData& made) : made_(made) {}

  std::int64_t rows() const override { return made_.rows; }
  Index features() const override { return made_.features; }
  bool is_dense() const override { return !made_.sparse; }
  double entries() const override { return static_cast<double>(made_.features); }
  std::string source() const override { return "made"; }
  using FeatureRows::read;
  void read(std::span<const lockstep::Run> runs, RowBlock& block) const override {
    RowBlock all = made_rows(made_, {0, 0});
    for (const lockstep::Run& rows : runs) {
      const RowBlock part = made_rows(made_, rows);
      const std::int64_t before = std::ssize(all.value);
      all.rows += part.rows;
      all.dense.insert(all.dense.end(), part.dense.begin(), part.dense.end());
      all.column.insert(all.column.end(), part.column.begin(), part.column.end());
      all.value.insert(all.value.end(), part.value.begin(), part.value.end());
      for (std::size_t i = 1; i < part.row_start.size(); ++i) {
        all.row_start.push_back(before + part.row_start[i]);
      }
    }
    block = std::move(all);
  }

 private:
  MadeData made_;
};

RawData apart(const MadeData& made, int rank, int ranks) {
  RawData raw = made_share(made, rank, ranks);
  raw.features = std::make_shared<MadeFeatures>(made);
  raw.block.dense.clear();
  raw.block.row_start.clear();
  raw.block.column.clear();
  raw.block.value.clear();
  return raw;
}

/// Features, labels, weights and offsets of a set of rows in the order of their sums.
std::vector<double> content(const RowSet& set, Index features) {
  std::vector<double> all;
  const Index stride = padded(features);
  for (const Rows& piece : set.pieces) {
    AlignedVector<double> x(static_cast<std::size_t>(piece.count * stride));
    set.x->gather(piece, x.data(), stride);
    all.insert(all.end(), x.begin(), x.end());
    for (Index i = 0; i < piece.count; ++i) {
      const auto row = static_cast<std::size_t>(piece.row(i));
      all.push_back(set.label[row]);
      all.push_back(set.weight.empty() ? 1 : set.weight[row]);
      all.push_back(set.offset.empty() ? 0 : set.offset[row]);
    }
    all.push_back(static_cast<double>(piece.count));
  }
  return all;
}

struct Case {
  std::string name;
  MadeData made;
  Access access;
  friend void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }
};

class StreamedRows : public ::testing::TestWithParam<Case> {};

TEST_P(StreamedRows, AreThoseOfMemoryOnAnyRanks) {
  const Case& test = GetParam();
  const bool has_batches = test.access == Access::mini_batch;
  for (const int ranks : {1, 3}) {
    run_ranks(ranks, [&](Communicator& comm) {
      LayoutSettings layout{.access = test.access, .lanes = has_batches ? 4 : 0, .threads = 2};
      Dataset resident = make_data(test.made, comm, layout);
      Dataset in_place = make_dataset(apart(test.made, comm.rank(), comm.size()), layout, comm);
      layout.is_streamed = true;
      Dataset streamed = make_dataset(apart(test.made, comm.rank(), comm.size()), layout, comm);
      ASSERT_EQ(streamed.x, nullptr);
      ASSERT_NE(in_place.x, nullptr);
      const std::vector<double> factor(static_cast<std::size_t>(test.made.features), 0.5);
      RowBuffer buffer;
      for (Dataset* data : {&in_place, &streamed}) {
        EXPECT_EQ(data->fingerprint, resident.fingerprint);
        EXPECT_EQ(data->stored_entries, resident.stored_entries);
        EXPECT_EQ(data->layout, resident.layout);
        EXPECT_EQ(data->leaves, resident.leaves);
        if (!has_batches) {
          data->scale_columns(factor, 1);
        }
      }
      if (!has_batches) {
        resident.scale_columns(factor, 1);
      }
      for (int pass = 0; pass < 2; ++pass) {
        streamed.read_ahead(streamed.leaves);
        for (std::int64_t leaf = resident.leaves.begin; leaf < resident.leaves.end; ++leaf) {
          const auto expected = content(resident.read(leaf, buffer), test.made.features);
          ASSERT_EQ(content(in_place.read(leaf, buffer), test.made.features), expected) << "leaf " << leaf;
          ASSERT_EQ(content(streamed.read(leaf, buffer), test.made.features), expected) << "leaf " << leaf;
        }
      }
      if (!has_batches) {
        return;
      }
      const auto in_memory = resident.batches({.batch_size = 700, .seed = 5});
      const auto from_file = streamed.batches({.batch_size = 700, .seed = 5});
      const lockstep::Run lanes = worker_run(comm.rank(), comm.size(), resident.partition.lanes);
      for (const std::int64_t epoch : {0, 1, 0}) {
        for (std::int64_t step = epoch == 1 ? 3 : 0; step < in_memory->steps_per_epoch(); ++step) {
          in_memory->select({epoch, step});
          from_file->select({epoch, step});
          for (std::int64_t lane = lanes.begin; lane < lanes.end; ++lane) {
            const auto expected = content(in_memory->read(lane, buffer), test.made.features);
            ASSERT_EQ(content(from_file->read(lane, buffer), test.made.features), expected)
                << "epoch " << epoch << ", step " << step << ", lane " << lane;
          }
        }
      }
    });
  }
}

INSTANTIATE_TEST_SUITE_P(
    Layouts, StreamedRows,
    ::testing::Values(
        Case{"Columns", {.rows = 700, .features = 7, .weights = true, .offsets = true}, Access::full_batch},
        Case{"Sparse", {.rows = 700, .features = 9, .sparse = true}, Access::full_batch},
        Case{"Batches", {.rows = 11000, .features = 5, .weights = true}, Access::mini_batch},
        Case{"SparseBatches", {.rows = 9500, .features = 9, .sparse = true, .offsets = true}, Access::mini_batch}),
    [](const auto& each) { return each.param.name; });

TEST(StreamedRows, OfASplitAreItsRows) {
  const MadeData made{.rows = 500, .features = 4};
  run_ranks(3, [&](Communicator& comm) {
    auto [training, held_out] = split_rows(made_share(made, comm.rank(), comm.size()), {0.3, 7}, comm);
    auto [far, far_held_out] = split_rows(apart(made, comm.rank(), comm.size()), {0.3, 7}, comm);
    EXPECT_EQ(make_dataset(std::move(far), {}, comm).fingerprint,
              make_dataset(std::move(training), {}, comm).fingerprint);
    EXPECT_EQ(make_dataset(std::move(far_held_out), {}, comm).fingerprint,
              make_dataset(std::move(held_out), {}, comm).fingerprint);
  });
}

TEST(ReadAhead, GivesEachBlockOnceWhoeverReadsItAndItsFailure) {
  std::atomic<int> reads = 0;
  lockstep::ReadAhead ahead([&](std::int64_t number, RowBlock& block) {
    ++reads;
    if (number == 3) {
      throw DataError("block 3");
    }
    block.rows = number;
  });
  RowBlock block;
  for (std::int64_t number = 0; number < 8; ++number) {
    ahead.want(number + 1);
    if (number == 3) {
      EXPECT_THROW(ahead.take(number, block), DataError);
      continue;
    }
    ahead.take(number, block);
    EXPECT_EQ(block.rows, number);
  }
  ahead.clear();
  EXPECT_LE(reads, 9);
}

}  // namespace
}  // namespace lockstep::testing
