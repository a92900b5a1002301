/// Picked rows are numbered in 32 bits: what does not fit is refused, not wrapped around.
#include "data/dataset.h"
#include "lockstep/base/errors.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMostRows = (std::int64_t{1} << 31) - 1;

std::string refusal(const RowPartition& partition, int ranks) {
  try {
    require_row_numbers(partition, ranks);
  } catch (const ConfigurationError& error) {
    return error.what();
  }
  return "";
}

TEST(RowNumbers, OfARankWithTooManyRowsAreRefusedNamingWhatHelps) {
  const std::int64_t leaves = std::int64_t{1} << 21;
  EXPECT_EQ(refusal({kMostRows, leaves, 64}, 1), "");
  const std::string text = refusal({kMostRows + 1, leaves, 64}, 1);
  EXPECT_THAT(text, HasSubstr("up to 2147483648 a rank"));
  EXPECT_THAT(text, HasSubstr("use more ranks"));
  EXPECT_EQ(refusal({kMostRows + 1, leaves, 64}, 2), "");
}

TEST(RowNumbers, OfALaneWithTooManyRowsAreRefusedOnAnyNumberOfRanks) {
  const RowPartition partition = {4 * kMostRows + 1, std::int64_t{1} << 22, 4};
  for (const int ranks : {1, 4, 1000}) {
    EXPECT_THAT(refusal(partition, ranks), HasSubstr("2147483648 a lane; a mini-batch run numbers at most 2147483647: "
                                                     "use more lanes (--lanes)"));
  }
}

TEST(RowNumbers, OfFullBatchRunsAreNotPicked) {
  EXPECT_EQ(refusal({std::int64_t{1} << 40, std::int64_t{1} << 29, 0}, 1), "");
}

}  // namespace
}  // namespace lockstep
