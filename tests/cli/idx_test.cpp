/// IDX files whose labels are not where the names of the files say.
#include "cli/trainer.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string big_endian(std::uint32_t word) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(word >> shift & 0xff);
  }
  return bytes;
}

class Idx : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kRows = 40;

  /// Rows of two bytes; the labels follow the first one but for each tenth row.
  void write_rows(const std::string& rows, const std::string& labels, unsigned shift) {
    std::string values = "\0\0\x08\2"s + big_endian(kRows) + big_endian(2);
    std::string classes = "\0\0\x08\1"s + big_endian(kRows);
    for (unsigned i = 0; i < kRows; ++i) {
      const unsigned x = (37 * i + shift) % 256;
      values += static_cast<char>(x);
      values += static_cast<char>((91 * i + shift) % 256);
      classes += static_cast<char>((x > 127) != (i % 10 == 0) ? 1 : 0);
    }
    scratch_.write(rows, values);
    scratch_.write(labels, classes);
  }

  void SetUp() override {
    write_rows("rows.idx", "numbers.idx", 0);
    write_rows("more-rows.idx", "more-numbers.idx", 5);
  }

  ProcessResult train(int ranks, const Arguments& more) {
    return launch(ranks, 1,
                  Arguments{"train", "--data", path("rows.idx"), "--labels", path("numbers.idx"), "--l2", "1e-2",
                            "--run", path("run")} +
                      more);
  }
  std::string path(const std::string& name) const { return scratch_.path(name); }

  const Scratch scratch_;
};

TEST_F(Idx, LabelsOfTheValidationFileCanBeNamed) {
  const auto result =
      train(2, {"--validation", path("more-rows.idx"), "--validation-labels", path("more-numbers.idx")});
  ASSERT_EQ(result.exit_code, 0) << result.text();
  const Arguments model = {"--model-file",        path("run/model.h5"), "--data",
                           path("more-rows.idx"), "--labels",           path("more-numbers.idx")};
  const auto metrics = launch_well(0, 1, Arguments{"evaluate", "--json"} + model);
  EXPECT_EQ(nlohmann::json::parse(metrics.out), summary_of(path("run")).at("validation"));
  launch_well(2, 1, Arguments{"predict", "--output", path("out.csv")} + model);
  EXPECT_THAT(content_of(path("out.csv")), ::testing::StartsWith("prediction\n"));
  EXPECT_THAT(content_of(path("run/config.toml")), HasSubstr("validation-labels = \"" + path("more-numbers.idx")));
}

TEST_F(Idx, MissingLabelsOfTheValidationFileNameTheOption) {
  const auto result = train(2, {"--validation", path("more-rows.idx")});
  EXPECT_EQ(result.exit_code, 65) << result.text();
  EXPECT_THAT(error_lines(result), SizeIs(1));
  EXPECT_THAT(result.text(), HasSubstr("more-rows.idx: no labels; name their file with --validation-labels"));
}

TEST_F(Idx, LabelsOfNoValidationFileAreRefused) {
  for (const Arguments& more : {Arguments{}, Arguments{"--validation", "0.25"}}) {
    const auto result = train(0, more + Arguments{"--validation-labels", path("more-numbers.idx")});
    EXPECT_EQ(result.exit_code, 78) << result.text();
    EXPECT_THAT(result.text(), HasSubstr("needs --validation FILE"));
  }
  const auto result = launch(0, 1,
                             {"train", "--data", shipped("iris.csv"), "--model", "softmax", "--validation",
                              shipped("iris.csv"), "--validation-labels", path("numbers.idx"), "--run", path("run")});
  EXPECT_EQ(result.exit_code, 78) << result.text();
  EXPECT_THAT(result.text(), HasSubstr("so --validation-labels does not apply"));
}

}  // namespace
}  // namespace lockstep::testing
