/// Groups in compressed sparse rows, as AnnData and SciPy have them.
#include "data/row_survey.h"
#include "io/hdf5_image.h"

#include <limits>

#include "unit/data/data_files.h"

namespace lockstep::testing {
namespace {

using Numbers = std::vector<double>;
using Integers = std::vector<std::int64_t>;

/// Three rows of five columns; the second has none, the third has them out of order and a zero.
struct Group {
  Numbers data = {1, 2, 7, 0, 5};
  Integers indices = {0, 3, 4, 1, 2};
  Integers indptr = {0, 2, 2, 5};
  Integers shape = {3, 5};
};

class Hdf5Sparse : public ::testing::Test {
 protected:
  ReadSettings file(const Group& group, const Numbers& y = {1, 2, 3}) const {
    Hdf5ImageWriter image;
    image.write("/X/data", group.data);
    image.write("/X/indices", group.indices);
    image.write("/X/indptr", group.indptr);
    image.write("/X/shape", group.shape);
    image.write("/y", y);
    ReadSettings settings;
    settings.path = folder_ / "data.h5";
    write_bytes(settings.path, image.finish());
    return settings;
  }

  TemporaryFolder folder_;
};

TEST_F(Hdf5Sparse, RowsAreReadInOrderAndWithoutZerosOnAnyRanks) {
  const ReadSettings settings = file({});
  for (const int ranks : kRankCounts) {
    const RowBlock block = read_on(ranks, settings).block;
    EXPECT_FALSE(block.is_dense);
    EXPECT_EQ(block.features, 5);
    EXPECT_EQ(block.row_start, (Integers{0, 2, 2, 4}));
    EXPECT_EQ(block.column, (std::vector<std::int32_t>{0, 3, 2, 4}));
    EXPECT_EQ(block.value, (Numbers{1, 2, 5, 7}));
    EXPECT_EQ(block.label, (Numbers{1, 2, 3}));
  }
}

TEST_F(Hdf5Sparse, ColumnsAreLeftOutByTheirPlaces) {
  ReadSettings settings = file({});
  settings.drop = {"c4"};
  const RowBlock block = read_on(2, settings).block;
  EXPECT_EQ(block.features, 4);
  EXPECT_EQ(block.column, (std::vector<std::int32_t>{0, 2, 3}));
}

TEST_F(Hdf5Sparse, DamagedGroupsAreRefusedWithTheRow) {
  Group group;
  group.indices[3] = 5;
  expect_error(file(group), "65 FILE: /X/indices: row 3: column 5 of a matrix of 5 (counted from 0)");
  group = {};
  group.indices[4] = 4;
  expect_error(file(group),
               "65 FILE: /X/indices: row 3: a column stands twice; add such values up with sum_duplicates() of SciPy");
  group = {};
  group.data[1] = std::numeric_limits<double>::infinity();
  expect_error(file(group), "65 FILE: /X/data: row 1, column 4: value is not finite (saw 'inf')");
  group = {};
  group.indptr[3] = 6;
  expect_error(file(group), "65 FILE: /X/indptr: number 4 is not between the one before it and the 5 values (saw 6)");
  group = {};
  group.shape = {5, 3};
  group.indptr = {0, 2, 2, 5};
  expect_error(file(group),
               "65 FILE: /X: is a sparse matrix by columns (CSC), and rows are wanted; store matrix.tocsr()");
  group = {};
  group.indices.pop_back();
  expect_error(file(group), "65 FILE: /X/indices: needs a column for each value of /X/data");
}

TEST_F(Hdf5Sparse, TheFirstBadRowIsToldWhetherFeaturesAreReadWithItOrApart) {
  Group group;
  group.data[4] = std::numeric_limits<double>::quiet_NaN();  // row 3
  for (const bool is_apart : {false, true}) {
    ReadSettings settings = file(group, {1, 2, std::numeric_limits<double>::infinity()});
    settings.features_apart = is_apart;
    expect_error(settings,
                 "65 FILE: /y: row 3: value in the label is not finite (saw 'inf'); correct it or leave the row out");
    group.data[0] = group.data[4];  // row 1
    settings = file(group, {1, 2, std::numeric_limits<double>::infinity()});
    settings.features_apart = is_apart;
    expect_error(settings, "65 FILE: /X/data: row 1, column 1: value is not finite (saw 'nan')");
    group.data[0] = 1;
  }
}

}  // namespace
}  // namespace lockstep::testing
