/// Tables without a header for a model: matched with the training table by their places, or refused.
#include "cli/trainer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Rows of a plane z = 2 a − 3 b + 1, in the order of the columns that are asked for.
std::string plane(const std::string& columns, bool has_header) {
  std::string text;
  const auto add_line = [&](const auto& field) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      text += (i == 0 ? "" : ",") + field(columns[i]);
    }
    text += '\n';
  };
  if (has_header) {
    add_line([](char name) { return std::string(1, name); });
  }
  for (int i = 0; i < 30; ++i) {
    const double a = (i * 7 % 11) / 4.0;
    const double b = (i * 5 % 13) / 8.0;
    add_line([&](char name) { return fmt::format("{}", name == 'a' ? a : name == 'b' ? b : 2 * a - 3 * b + 1); });
  }
  return text;
}

class Positions : public ::testing::Test {
 protected:
  Arguments on(const std::string& command, const std::string& columns) const {
    const std::string data = scratch_.write(columns + ".csv", plane(columns, false));
    return {command, "--model-file", run_ + "/model.h5", "--data", data};
  }

  std::string predictions(int ranks, const std::string& columns) const {
    const auto result = launch_well(ranks, 1, on("predict", columns) + Arguments{"--output", "-"});
    EXPECT_THAT(result.err, HasSubstr(columns + ".csv: no header: ")) << result.text();
    return result.out;
  }

  const Scratch scratch_;
  const std::string run_ = scratch_.path("run");
};

TEST_F(Positions, AreThoseOfTrainingOrTheFeaturesAloneOrAreRefused) {
  const std::string named = scratch_.write("named.csv", plane("zab", true));
  launch_well(0, 1,
              {"train", "--data", named, "--label-column", "z", "--model", "linear", "--run", run_, "--validation",
               scratch_.write("held-out.csv", plane("zab", false))});
  EXPECT_GT(summary_of(run_).at("validation").at("r2").get<double>(), 1 - 1e-12);
  const std::string expected =
      launch_well(0, 1, {"predict", "--model-file", run_ + "/model.h5", "--data", named, "--output", "-"}).out;
  for (const int ranks : {0, 3}) {
    EXPECT_EQ(predictions(ranks, "zab"), expected);
    EXPECT_EQ(predictions(ranks, "ab"), expected);
  }
  const auto evaluated = launch_well(0, 1, on("evaluate", "zab") + Arguments{"--json"});
  EXPECT_GT(nlohmann::json::parse(evaluated.out).at("r2").get<double>(), 1 - 1e-12);
  launch_well(0, 1, on("check", "zab"));

  const auto expect_refused = [](int ranks, const Arguments& arguments) {
    const auto result = launch(ranks, 1, arguments);
    EXPECT_EQ(result.exit_code, 65) << result.text();
    EXPECT_THAT(error_lines(result), ElementsAre(HasSubstr("the model was trained on 3: 2 features, the label 'z'")));
  };
  expect_refused(0, on("predict", "zabb") + Arguments{"--output", "-"});
  expect_refused(3, on("predict", "a") + Arguments{"--output", "-"});
  expect_refused(0, on("evaluate", "ab"));
  expect_refused(0, on("check", "ab"));
}

}  // namespace
}  // namespace lockstep::testing
