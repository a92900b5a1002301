/// Raw tables, with words and gaps: learned from, predicted and judged as they are.
#include "cli/trainer.h"

#include <array>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;

/// Rows that hold a weight, a word, a number that some miss, and a label; their columns in the order of `columns`.
std::string raw_table(const std::string& columns, const std::string& last_job) {
  constexpr std::array kJobs = {"nurse", "cook", "baker", "pilot"};
  std::string text;
  const auto add_line = [&](const auto& field) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      text += (i == 0 ? "" : ",") + field(columns[i]);
    }
    text += '\n';
  };
  add_line([](char name) { return std::string(name == 'j' ? "job" : name == 'a' ? "age" : name == 'w' ? "w" : "y"); });
  for (int i = 0; i < 200; ++i) {
    const bool is_last = i == 199;
    const std::string job = is_last ? last_job : i % 17 == 3 ? "NA" : kJobs[static_cast<std::size_t>(i * 7 % 4)];
    const std::string age = i % 13 == 5 ? "?" : fmt::format("{}", 20 + i * 31 % 45);
    const std::string label = (i * 5 % 7 + i % 3) % 2 == 0 ? "no" : "yes";
    add_line([&](char name) {
      return name == 'j' ? job : name == 'a' ? age : name == 'w' ? fmt::format("{}", 1 + i % 3) : label;
    });
  }
  return text;
}

class RawColumns : public ::testing::Test {
 protected:
  /// The means are tried under a formula.
  Arguments training(const std::string& policy, const std::string& run) const {
    const Arguments label =
        policy == "mean" ? Arguments{"--formula", "y ~ job*age + poly(log(age), 2)"} : Arguments{"--label-column", "4"};
    return Arguments{"train", "--data", data_,   "--weight-column", "1", "--missing", policy,
                     "--l2",  "1e-3",   "--run", scratch_.path(run)} +
           label;
  }

  const Scratch scratch_;
  const std::string data_ = scratch_.write("raw.csv", raw_table("wajy", "cook"));
};

TEST_F(RawColumns, GiveTheSameBitsOnAnyRanksAndAreKnownToTheModel) {
  for (const std::string policy : {"mean", "indicator", "drop"}) {
    launch_well(0, 1, training(policy, policy));
    const nlohmann::json one = summary_of(scratch_.path(policy));
    const std::string other = policy + "-3";
    const auto said = launch_well(3, 2, training(policy, other));
    const nlohmann::json three = summary_of(scratch_.path(other));
    EXPECT_EQ(one.at("parameters_sha256"), three.at("parameters_sha256")) << policy;
    EXPECT_THAT(said.err, HasSubstr("taken for categories: 'job' (4 levels"));
    EXPECT_THAT(said.err, HasSubstr("missing values: 15 in 'age' (first in row 6), 12 in 'job' (first in row 4)"));

    // The same rows with the columns in another order, and as a file of --validation.
    const std::string model = scratch_.path(policy) + "/model.h5";
    const std::string reordered = scratch_.write("reordered.csv", raw_table("yjaw", "cook"));
    const nlohmann::json judged = nlohmann::json::parse(
        launch_well(2, 1, {"evaluate", "--model-file", model, "--data", reordered, "--json"}).out);
    EXPECT_EQ(judged.at("log_loss"), one.at("metrics").at("log_loss")) << policy;

    const std::string unknown = scratch_.write("unknown.csv", raw_table("yjaw", "tailor"));
    const Arguments evaluate = {"evaluate", "--model-file", model, "--data", unknown};
    const auto refused = launch(2, 1, evaluate);
    EXPECT_EQ(refused.exit_code, 65);
    EXPECT_THAT(refused.err, HasSubstr("unknown.csv:201:"));
    EXPECT_THAT(refused.err, HasSubstr("column 'job' has no level 'tailor' in the model"));
    launch_well(1, 1, evaluate + Arguments{"--unknown", "ignore"});

    const auto predicted =
        launch(2, 1, {"predict", "--model-file", model, "--data", reordered, "--output", "-", "--unknown", "ignore"});
    EXPECT_EQ(predicted.exit_code, policy == "drop" ? 65 : 0) << predicted.text();
  }
}

TEST_F(RawColumns, GroupsAreHeldOutAsAWhole) {
  // 40 groups; the label is the group's, so that rows of a group on both sides would be known by their x.
  std::string rows = "patient,x,y\n";
  for (int i = 0; i < 400; ++i) {
    rows += fmt::format("p{},{},{}\n", i % 40, (i % 40) * 3 % 17, i % 40 % 2 == 0 ? "ill" : "well");
  }
  const std::string data = scratch_.write("patients.csv", rows);
  const Arguments train = {"train", "--data", data, "--model", "logistic", "--l2", "0.1", "--validation", "0.3"};
  std::string expected;
  for (const int ranks : {0, 3}) {
    const std::string run = scratch_.path(std::to_string(ranks));
    launch_well(ranks, 1, train + Arguments{"--group-column", "patient", "--run", run});
    const nlohmann::json summary = summary_of(run);
    const auto held_out = 400 - summary.at("rows").get<int>();
    EXPECT_EQ(held_out % 10, 0) << "groups of ten rows";
    EXPECT_GT(held_out, 0);
    const std::string result = summary.at("parameters_sha256").get<std::string>() + summary.at("validation").dump();
    expected = expected.empty() ? result : expected;
    EXPECT_EQ(result, expected);
  }
  launch_well(2, 1, {"check", "--model-file", scratch_.path("0/model.h5"), "--data", data});
  // A model of them takes data without the column.
  launch_well(0, 1,
              {"predict", "--model-file", scratch_.path("0/model.h5"), "--data", scratch_.write("new.csv", "x\n3\n"),
               "--output", "-"});

  const auto refused = launch(0, 1, {"train", "--data", data, "--model", "logistic", "--group-column", "patient"});
  EXPECT_EQ(refused.exit_code, 78);
  EXPECT_THAT(refused.err, HasSubstr("--validation"));
  const auto missing =
      launch(0, 1,
             Arguments{"train", "--data", scratch_.write("gap.csv", "p,x,y\na,1,u\n,2,v\n"), "--model", "logistic",
                       "--group-column", "p", "--validation", "0.5", "--run", scratch_.path("gap")});
  EXPECT_EQ(missing.exit_code, 65);
  EXPECT_THAT(missing.err, HasSubstr("gap.csv:3:1: missing value in column 'p'"));
}

TEST_F(RawColumns, HashedNamesAreThoseOfTheModel) {
  std::string rows;
  for (int i = 0; i < 120; ++i) {
    rows += fmt::format("{} |user u{} age:{} |item i{}\n", i % 3 == 0 ? 1 : -1, i % 7, i % 11, i * i % 13);
  }
  const std::string names = scratch_.write("names.vw", rows);
  const std::string converted = scratch_.path("names.h5");
  launch_well(0, 1, {"convert", "--data", names, "--hash-bits", "10", "--output", converted});
  std::vector<std::string> shas;
  std::vector<std::string> predictions;
  for (const Arguments& data : {Arguments{names, "--hash-bits", "10"}, Arguments{converted}}) {
    for (const int ranks : {0, 3}) {
      const std::string run = scratch_.path(std::to_string(shas.size()));
      launch_well(ranks, 1, Arguments{"train", "--model", "logistic", "--l2", "0.01", "--run", run, "--data"} + data);
      shas.push_back(sha_of(run));
      predictions.push_back(launch_well(0, 1,
                                        {"predict", "--model-file", run + "/model.h5", "--output", "-", "--data",
                                         scratch_.write("new.vw", "|user u1 age:4\n|item i2\n")})
                                .out);
    }
  }
  EXPECT_THAT(shas, ::testing::Each(shas[0]));
  EXPECT_THAT(predictions, ::testing::Each(predictions[0]));
  const auto refused = launch(
      0, 1,
      {"predict", "--model-file", scratch_.path("0/model.h5"), "--output", "-", "--data", names, "--hash-bits", "11"});
  EXPECT_EQ(refused.exit_code, 78);
}

}  // namespace
}  // namespace lockstep::testing
