#include "data/outlook.h"

#include "data_files.h"

namespace lockstep {
namespace {

using testing::data_file;
using testing::TemporaryFolder;

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

class Outlook : public ::testing::Test {
 protected:
  static DataOutlook of(ReadSettings settings) {
    settings.label_kind = LabelKind::classes;
    return foresee_data(settings).outlook;
  }

  TemporaryFolder folder_;
};

TEST_F(Outlook, OfASmallFileIsExact) {
  const DataOutlook seen = of(data_file(folder_, "a.csv", "a,b,y\n1,0,p\n2,3,q\n"));
  EXPECT_EQ(seen.rows, 2);
  EXPECT_EQ(seen.features, 2);
  EXPECT_EQ(seen.stored_entries, 3);
  EXPECT_EQ(seen.classes, 2);
  EXPECT_EQ(seen.columns, 1);
  EXPECT_TRUE(seen.is_whole);
  EXPECT_TRUE(seen.is_dense);
}

TEST_F(Outlook, OfALongCsvIsEstimatedFromItsHeadAndThenCounted) {
  const ReadSettings settings = data_file(folder_, "a.csv", "a,b,y\n" + repeated("1,2,p\n1.25,2.5,q\n", 200000));
  DataOutlook seen = of(settings);
  EXPECT_FALSE(seen.is_counted);
  EXPECT_NEAR(static_cast<double>(seen.rows), 400000, 40000);
  EXPECT_GE(seen.at_most().rows, 400000);
  SerialCommunicator comm;
  count_rows(settings, seen, comm);
  EXPECT_EQ(seen.rows, 400001) << "the header is counted with the rows";
  EXPECT_TRUE(seen.is_counted);
  EXPECT_EQ(seen.at_most().rows, seen.rows);
}

TEST_F(Outlook, OfLibsvmCountsEntriesAndNoComments) {
  const ReadSettings settings = data_file(folder_, "a.svm", repeated("+1 1:1 5:2 # 3:4\n\n# 7:8\n-1 2:0.5\n", 50000));
  DataOutlook seen = of(settings);
  EXPECT_FALSE(seen.is_dense);
  EXPECT_EQ(seen.features, 5);
  EXPECT_EQ(seen.classes, 2);
  EXPECT_GE(seen.at_most().stored_entries, 150000);
  for (const int ranks : testing::kRankCounts) {
    DataOutlook counted = seen;
    testing::run_ranks(ranks, [&](Communicator& comm) {
      DataOutlook mine = seen;
      count_rows(settings, mine, comm);
      if (comm.rank() == 0) {
        counted = mine;
      }
    });
    EXPECT_EQ(counted.rows, 100000);
    EXPECT_EQ(counted.stored_entries, 150000);
  }
}

TEST_F(Outlook, OfAHeadWithoutRowsIsEmpty) {
  const DataOutlook seen = of(data_file(folder_, "a.svm", repeated("# nothing yet\n", 200000) + "1 1:1\n"));
  EXPECT_EQ(seen.rows, 0);
}

TEST_F(Outlook, OfIdxHasTheSizesOfItsHeader) {
  testing::write_text(folder_ / "labels-idx1-ubyte",
                      testing::idx_file('\x08', {70000}, repeated(std::string("\1\2", 2), 35000)));
  const ReadSettings settings =
      data_file(folder_, "images-idx3-ubyte",
                testing::idx_file('\x08', {70000, 2, 2}, repeated(std::string("\0\0\0\7", 4), 70000)));
  const DataOutlook seen = of(settings);
  EXPECT_EQ(seen.rows, 70000);
  EXPECT_EQ(seen.features, 4);
  EXPECT_EQ(seen.stored_entries, 70000);
  EXPECT_TRUE(seen.is_counted);
  EXPECT_FALSE(seen.is_whole);
}

}  // namespace
}  // namespace lockstep
