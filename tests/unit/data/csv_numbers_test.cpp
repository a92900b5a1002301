// Weights, exposures and features of a CSV file: what is a number there, and what it becomes.
#include <cmath>

#include "unit/data/data_files.h"

namespace lockstep::testing {
namespace {

using Numbers = std::vector<double>;

class CsvNumbers : public ::testing::Test {
 protected:
  ReadSettings file(const std::string& content) { return data_file(folder_, "data.csv", content); }

  TemporaryFolder folder_;
};

TEST_F(CsvNumbers, WeightsAreFiniteAndNotNegative) {
  const auto error = [&](const std::string& weight) {
    ReadSettings settings = file("a,w,y\n1,1,1\n1," + weight + ",1\n");
    settings.weight_column = "w";
    return error_on(2, settings);
  };
  EXPECT_EQ(error("-0.5"), "65 FILE:3:3: weight must be at least 0 (saw '-0.5')");
  EXPECT_EQ(error("inf"), "65 FILE:3:3: value in column 'w' is not finite (saw 'inf')");
  EXPECT_EQ(error("x"), "65 FILE:3:3: text in number column 'w' (saw 'x')");
  EXPECT_EQ(error("1e-400"), "65 FILE:3:3: value in column 'w' is too near 0 for a float64 (saw '1e-400')");
  EXPECT_EQ(error("0"), "no error");
}

/// What is lost is less than a rounding of any sum that the value enters.
TEST_F(CsvNumbers, FeaturesTooNearZeroAreZero) {
  EXPECT_EQ(read_on(2, file("a,y\n1e-400,1\n2,1\n")).block.dense, (Numbers{0, 2}));
  EXPECT_TRUE(read_on(1, file("a,y\n1e-400,1\n2,1\n")).notices.empty());
}

TEST_F(CsvNumbers, ExposureAddsItsLogarithmToTheOffset) {
  ReadSettings settings = data_file(folder_, "a.csv", "e,a,o,y\n2,1,0.5,1\n1,2,0.25,2\n0.5,3,-1,3\n");
  settings.exposure_column = "e";
  settings.drop = {"o"};
  EXPECT_EQ(read_on(2, settings).block.offset, (std::vector<double>{std::log(2.0), 0, std::log(0.5)}));
  settings.drop = {};
  settings.offset_column = "o";
  const RawData data = read_on(2, settings);
  EXPECT_EQ(data.block.offset, (std::vector<double>{0.5 + std::log(2.0), 0.25, -1 + std::log(0.5)}));
  EXPECT_EQ(data.schema.feature_names(), std::vector<std::string>{"a"});
}

TEST_F(CsvNumbers, ExposureMustBePositive) {
  for (const std::string bad : {"0", "-1", "1e-400"}) {
    ReadSettings settings = data_file(folder_, "a.csv", "a,e,y\n1,1,1\n1," + bad + ",1\n");
    settings.exposure_column = "e";
    expect_error(settings, bad == "1e-400"
                               ? "65 FILE:3:3: value in column 'e' is too near 0 for a float64 (saw '1e-400')"
                               : "65 FILE:3:3: exposure must be finite and above 0 (saw '" + bad + "')");
    settings.offset_column = "e";
    expect_error(settings, "78 FILE: --exposure-column e: another option drops or uses this column");
  }
}

}  // namespace
}  // namespace lockstep::testing
