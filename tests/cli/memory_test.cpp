/// Runs that do not fit the memory are refused with the figures; those that fit run.
#include "cli/trainer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;  // reserves terabytes of address space
#else
constexpr bool kIsSanitized = false;
#endif

/// "a,b,…,y" with as many features and 0.5, 1.5, … in a pattern that no other row repeats.
std::string wide_csv(int rows, int features) {
  std::string text;
  for (int j = 0; j < features; ++j) {
    text += fmt::format("x{},", j);
  }
  text += "y\n";
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < features; ++j) {
      text += (i * 31 + j * 17 + i * j) % 7 < 3 ? "1," : "2,";
    }
    text += i % 2 == 0 ? "0\n" : "1\n";
  }
  return text;
}

class Memory : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kIsSanitized) {
      GTEST_SKIP() << "a sanitizer takes more address space than any limit here";
    }
  }

  /// The trainer in a shell whose processes have at most so much address space. OpenBLAS takes some 340 MB of it before
  /// main().
  ProcessResult launch_within(int megabytes, int ranks, const Arguments& options) const {
    std::string command = fmt::format("ulimit -v {} && exec \"$@\"", megabytes * 1024);
    return run_process(
        Arguments{"/bin/sh", "-c", command, "sh"} + command_line(ranks, 1, Arguments{"train", "--run", run_} + options),
        environment());
  }

  const Scratch scratch_;
  const std::string run_ = scratch_.path("run");
};

TEST_F(Memory, NewtonThatDoesNotFitTheAddressSpaceIs78BeforeItsHessianIsMade) {
  const Arguments data = {"--data", scratch_.write("wide.csv", wide_csv(60, 3000)), "--l2", "1"};
  for (const int ranks : {0, 2}) {
    const auto refused = launch_within(800, ranks, data + Arguments{"--optimizer", "newton"});
    EXPECT_EQ(refused.exit_code, 78) << refused.text();
    ASSERT_THAT(error_lines(refused), SizeIs(1)) << refused.text();
    EXPECT_THAT(error_lines(refused)[0], HasSubstr("newton with 3001 parameters needs about "));
    EXPECT_THAT(error_lines(refused)[0], HasSubstr("left of the address space (ulimit -v)"));
    EXPECT_THAT(error_lines(refused)[0], HasSubstr("use --optimizer newton-cg"));
    EXPECT_FALSE(exists(run_));
  }
  const auto runs = launch_within(800, 0, data + Arguments{"--optimizer", "newton-cg"});
  EXPECT_EQ(runs.exit_code, 0) << runs.text();
}

TEST_F(Memory, DataThatDoNotFitAre78BeforeTheyAreRead) {
  // Rows of one digit a field: eight bytes each where the text has two, and the layout's copy.
  std::string rows = "a,b,c,d,y\n";
  for (int i = 0; i < 2000000; ++i) {
    rows += i % 3 == 0 ? "1,2,3,4,0\n" : "4,3,2,1,1\n";
  }
  // The text is damaged at its end: whoever reads it to there says so.
  const Arguments data = {"--data", scratch_.write("long.csv", rows + "not a row\n"), "--optimizer", "lbfgs"};
  const auto refused = launch_within(450, 0, data);
  EXPECT_EQ(refused.exit_code, 78) << refused.text();
  EXPECT_THAT(refused.text(), HasSubstr("use more machines"));
  const auto read = launch_within(4000, 0, data);
  EXPECT_EQ(read.exit_code, 65) << read.text();
}

TEST_F(Memory, PlanNeedsNeitherTheMemoryNorAllOfTheData) {
  const Arguments data = {"--data", scratch_.write("wide.csv", wide_csv(60, 3000) + "not a row\n"), "--plan"};
  const auto planned = launch_within(800, 0, data + Arguments{"--optimizer", "newton"});
  EXPECT_EQ(planned.exit_code, 65) << "a small file is seen whole: " << planned.text();
  const Arguments longer = {"--data", scratch_.write("long.csv", wide_csv(600, 3000) + "not a row\n"), "--plan"};
  const auto foreseen = launch_within(800, 0, longer + Arguments{"--optimizer", "newton"});
  EXPECT_EQ(foreseen.exit_code, 0) << foreseen.text();
  EXPECT_THAT(foreseen.out, HasSubstr("rows × 3000 features, at least 2 classes; foreseen from the head"));
  EXPECT_THAT(foreseen.out, HasSubstr("plan: "));
  EXPECT_THAT(foreseen.out, HasSubstr("launch: mpirun"));
}

}  // namespace
}  // namespace lockstep::testing
