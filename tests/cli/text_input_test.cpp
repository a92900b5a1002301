/// Data that do not stand in one plain file.
#include "cli/trainer.h"

#include <cstdlib>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;

std::string rows(int begin, int end) {
  std::string text;
  for (int i = begin; i < end; ++i) {
    text += fmt::format("\"row\n{}\",{},{},{}\n", i, i * 37 % 101, i * 91 % 103, i * 37 % 101 > 50 ? 1 : 0);
  }
  return text;
}

TEST(TextInput, InFilesCompressedAndThroughAPipeTrainsToTheSameBitsAndPredictsTheSameRows) {
  const Scratch scratch;
  const std::string header = "id,a,b,y\n";
  const std::string whole = scratch.write("whole.csv", header + rows(0, 400));
  scratch.write("part-1.csv", header + rows(0, 150));
  scratch.write("part-2.csv", header + rows(150, 170));
  scratch.write("part-3.csv", header + rows(170, 400));
  ASSERT_EQ(std::system(("gzip " + scratch.path("part-3.csv")).c_str()), 0);
  const std::string pattern = scratch.path("part-*");
  const auto train = [&](const std::string& data, const std::string& run) {
    return Arguments{"train", "--data", data,    "--drop",         "id", "--model", "logistic",
                     "--l2",  "1e-3",   "--run", scratch.path(run)};
  };
  launch_well(1, 1, train(whole, "whole"));
  const std::string expected = sha_of(scratch.path("whole"));
  launch_well(3, 1, train(pattern, "parts") + Arguments{"--validation", pattern});
  EXPECT_EQ(sha_of(scratch.path("parts")), expected);
  launch_well(8, 1,
              train(scratch.path("part-3.csv.gz") + "," + scratch.path("part-1.csv"), "list") +
                  Arguments{"--data", scratch.path("part-2.csv")});
  EXPECT_EQ(sha_of(scratch.path("list")), expected);

  std::string piped = "cat " + whole + " |";
  for (const std::string& word : command_line(3, 1, train("-", "piped"))) {
    piped += " '" + word + "'";
  }
  const ProcessResult result = run_process({"/bin/sh", "-c", piped}, environment());
  EXPECT_EQ(result.exit_code, 0) << result.text();
  EXPECT_EQ(sha_of(scratch.path("piped")), expected);

  const auto predict = [&](const std::string& data, const std::string& output) {
    launch_well(2, 1,
                {"predict", "--model-file", scratch.path("whole/model.h5"), "--data", data, "--id-column", "id",
                 "--output", scratch.path(output)});
    return content_of(scratch.path(output));
  };
  EXPECT_EQ(predict(pattern, "parts.csv"), predict(whole, "whole-out.csv"));
  const ProcessResult refused = launch(0, 1,
                                       {"predict", "--model-file", scratch.path("whole/model.h5"), "--data", pattern,
                                        "--output", scratch.path("part-1.csv")});
  EXPECT_EQ(refused.exit_code, 73) << refused.text();
  EXPECT_THAT(launch_well(0, 1, train(pattern, "plan") + Arguments{"--plan"}).out, HasSubstr("400 rows"));
  scratch.write("numbers-1.csv", "a,y\n1,2\n3,4\n");
  scratch.write("numbers-2.csv", "a,y\n5,6\n");
  EXPECT_THAT(launch_well(0, 0, {"inspect", scratch.path("numbers-*")}).out, HasSubstr("rows: 3"));
}

}  // namespace
}  // namespace lockstep::testing
