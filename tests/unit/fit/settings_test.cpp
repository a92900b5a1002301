#include "fit/settings.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::HasSubstr;

TrainSettings valid_settings() {
  TrainSettings settings;
  settings.data.path = "folder/a.csv";
  return settings;
}

std::string violations_of(const TrainSettings& settings) {
  try {
    settings.validate();
  } catch (const ConfigurationError& error) {
    return error.what();
  }
  return {};
}

ConfigEntry entry(const TrainSettings& settings, const std::string& key) {
  const std::vector<ConfigEntry> entries = config_entries(settings);
  const auto found = std::ranges::find(entries, key, &ConfigEntry::key);
  return found == entries.end() ? ConfigEntry{} : *found;
}

TEST(TrainSettings, DefaultsWithDataAreValid) {
  EXPECT_EQ(violations_of(valid_settings()), "");
  EXPECT_THAT(violations_of({}), HasSubstr("data = \"\""));
}

TEST(TrainSettings, EveryViolationIsNamedWithItsValue) {
  TrainSettings s = valid_settings();
  s.l2 = -1;
  s.max_iterations = -2;
  s.tolerance = 0;
  s.epochs = -3;
  s.batch_size = -1;
  s.lanes = 3;
  s.learning_rate = std::numeric_limits<double>::infinity();
  s.schedule = "step:0";
  s.momentum = 1;
  s.threads = -4;
  s.keep = 1;
  s.checkpoint_every = "10x";
  s.max_time_seconds = -5;
  s.progress = "dots";
  s.resume = ResumePolicy::file;
  s.allow_change = {"l3"};
  s.data.label_column = "a";
  s.data.weight_column = "a";
  s.data.drop = {"a"};
  const std::string text = violations_of(s);
  for (const char* part :
       {"l2 = -1", "max-iterations = -2", "tolerance = 0", "epochs = -3", "batch-size = -1", "lanes = 3",
        "learning-rate = inf", "schedule = \"step:0\"", "momentum = 1", "threads = -4", "keep = 1",
        "checkpoint-every = \"10x\"", "max-time = -5", "progress = \"dots\"", "resume = \"\"", "allow-change = \"l3\"",
        "label-column = \"a\": must not be dropped", "weight-column = \"a\": must differ from label-column"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(TrainSettings, NotANumberIsAViolation) {
  TrainSettings s = valid_settings();
  s.l2 = s.tolerance = s.learning_rate = s.momentum = s.max_time_seconds = std::numeric_limits<double>::quiet_NaN();
  const std::string text = violations_of(s);
  for (const char* key : {"l2", "tolerance", "learning-rate", "momentum", "max-time"}) {
    EXPECT_THAT(text, HasSubstr(std::string(key) + " = nan"));
  }
}

TEST(TrainSettings, RunFolderFollowsDataModelAndOptimizer) {
  TrainSettings settings = valid_settings();
  EXPECT_EQ(settings.run_folder(), "runs/a-logistic-newton");
  settings.data.path = "x\ny.csv";
  EXPECT_EQ(settings.run_folder(), "runs/x_y-logistic-newton");
  settings.run = "there";
  EXPECT_EQ(settings.run_folder(), "there");
}

TEST(TrainSettings, WhatShapesTheResultFollowsTheOptimizer) {
  TrainSettings settings = valid_settings();
  for (const char* key : {"model", "optimizer", "l2", "intercept", "label-column", "weight-column", "offset-column",
                          "exposure-column", "drop", "header"}) {
    EXPECT_TRUE(entry(settings, key).shapes_result) << key;
  }
  const std::vector<const char*> of_sgd = {"seed", "batch-size", "lanes", "learning-rate", "schedule", "momentum"};
  for (const char* key : of_sgd) {
    EXPECT_FALSE(entry(settings, key).shapes_result) << key;
  }
  settings.optimizer = OptimizerKind::sgd;
  for (const char* key : of_sgd) {
    EXPECT_TRUE(entry(settings, key).shapes_result) << key;
  }
  EXPECT_FALSE(entry(settings, "epochs").shapes_result);
  settings.schedule = "cosine";
  EXPECT_TRUE(entry(settings, "epochs").shapes_result);
  for (const char* key :
       {"data", "validation", "labels", "run", "threads", "tolerance", "max-iterations", "keep", "max-time"}) {
    EXPECT_FALSE(entry(settings, key).shapes_result) << key;
  }
}

TEST(TrainSettings, EntriesAreTomlLiterals) {
  TrainSettings settings = valid_settings();
  settings.l2 = 0.1;
  settings.seed = UINT64_MAX;
  settings.data.drop = {"a\"b", "c\n"};
  settings.max_time_seconds = 90;
  EXPECT_EQ(entry(settings, "l2").value, "0.1");
  EXPECT_EQ(entry(settings, "tolerance").value, "1e-06");
  EXPECT_EQ(entry(settings, "seed").value, "\"18446744073709551615\"");
  EXPECT_EQ(entry(settings, "drop").value, "[\"a\\\"b\", \"c\\u000A\"]");
  EXPECT_EQ(entry(settings, "max-time").value, "\"90s\"");
  EXPECT_EQ(entry(settings, "intercept").value, "true");
  EXPECT_EQ(entry(settings, "header").value, "\"auto\"");
  settings.data.header = HeaderPolicy::absent;
  EXPECT_EQ(entry(settings, "header").value, "false");
  EXPECT_THAT(to_toml(config_entries(settings)), HasSubstr("model = \"logistic\"\n"));
}

TEST(CheckpointIntervals, HaveTimesIterationsAndEpochs) {
  EXPECT_EQ(parse_checkpoint_interval("10m").amount, 600);
  EXPECT_EQ(parse_checkpoint_interval("1.5h").amount, 5400);
  EXPECT_EQ(parse_checkpoint_interval("20i").unit, CheckpointInterval::Unit::iterations);
  EXPECT_EQ(parse_checkpoint_interval("2e").unit, CheckpointInterval::Unit::epochs);
  EXPECT_EQ(parse_checkpoint_interval("2e").amount, 2);
  for (const char* text : {"", "i", "10", "0s", "-1i", "1.5i", "nans", "infm", "1e400s", "3 m", "+3m"}) {
    EXPECT_THROW(parse_checkpoint_interval(text), UsageError) << text;
  }
}

TEST(Durations, AreSecondsMinutesOrHours) {
  EXPECT_EQ(parse_duration_seconds("90"), 90);
  EXPECT_EQ(parse_duration_seconds("90s"), 90);
  EXPECT_EQ(parse_duration_seconds("10m"), 600);
  EXPECT_EQ(parse_duration_seconds("3h"), 10800);
  EXPECT_EQ(parse_duration_seconds("0"), 0);
  for (const char* text : {"", "s", "-1", "1d", "nan", "inf", "1e308h"}) {
    EXPECT_THROW(parse_duration_seconds(text), UsageError) << text;
  }
}

TEST(Kinds, ReadBackAndNameTheKnownOnes) {
  EXPECT_EQ(model_kind(to_string(ModelKind::linear)), ModelKind::linear);
  EXPECT_EQ(optimizer_kind(to_string(OptimizerKind::sgd)), OptimizerKind::sgd);
  EXPECT_THROW(model_kind("Linear"), ConfigurationError);
  EXPECT_THROW(optimizer_kind(""), ConfigurationError);
}

}  // namespace
}  // namespace lockstep
