#include "run/settings.h"

#include "lockstep/base/errors.h"
#include "run/config_entries.h"

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
  const TrainSettings without_data;
  EXPECT_THAT(violations_of(without_data), HasSubstr("data = \"\""));
}

TEST(TrainSettings, EveryViolationIsNamedWithItsValue) {
  TrainSettings s = valid_settings();
  s.penalty.l2 = -1;
  s.fit.max_iterations = -2;
  s.fit.tolerance = 0;
  s.fit.epochs = -3;
  s.fit.batch_size = -1;
  s.fit.lanes = 3;
  s.fit.learning_rate = std::numeric_limits<double>::infinity();
  s.fit.momentum = 1;
  s.launch.threads = -4;
  s.run.keep = 1;
  s.run.folder = std::string("a\0b", 3);
  s.data.x_name = "";
  s.model.hidden = {5, 0};
  s.run.max_time_seconds = -5;
  s.run.allow_change = {"l3"};
  s.data.label_column = "a";
  s.data.weight_column = "a";
  s.data.drop = {"a"};
  const std::string text = violations_of(s);
  for (const char* part :
       {"l2 = -1", "max-iterations = -2", "tolerance = 0", "epochs = -3", "batch-size = -1", "lanes = 3",
        "learning-rate = inf", "momentum = 1", "threads = -4", "keep = 1", "hidden = \"0\"", "max-time = -5",
        "allow-change = \"l3\"", "x-name = \"\"", "run = \"a\\x00b\": must not contain a NUL character",
        "label-column = \"a\": must not be dropped", "weight-column = \"a\": must differ from label-column"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(TrainSettings, NotANumberIsAViolation) {
  TrainSettings s = valid_settings();
  s.penalty.l2 = s.fit.tolerance = s.fit.learning_rate = s.fit.momentum = s.run.max_time_seconds =
      std::numeric_limits<double>::quiet_NaN();
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
  settings.run.folder = "there";
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
  settings.fit.optimizer = OptimizerKind("sgd");
  for (const char* key : of_sgd) {
    EXPECT_TRUE(entry(settings, key).shapes_result) << key;
  }
  EXPECT_FALSE(entry(settings, "epochs").shapes_result);
  settings.fit.schedule = ScheduleShape::parse("cosine");
  EXPECT_TRUE(entry(settings, "epochs").shapes_result);
  for (const char* key :
       {"data", "validation", "labels", "run", "threads", "tolerance", "max-iterations", "keep", "max-time"}) {
    EXPECT_FALSE(entry(settings, key).shapes_result) << key;
  }
}

TEST(TrainSettings, EntriesAreTomlLiterals) {
  TrainSettings settings = valid_settings();
  settings.penalty.l2 = 0.1;
  settings.fit.seed = UINT64_MAX;
  settings.data.drop = {"a\"b", "c\n"};
  settings.run.max_time_seconds = 90;
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
  EXPECT_EQ(CheckpointInterval::parse("10m").amount, 600);
  EXPECT_EQ(CheckpointInterval::parse("1.5h").amount, 5400);
  EXPECT_EQ(CheckpointInterval::parse("20i").unit, CheckpointInterval::Unit::iterations);
  EXPECT_EQ(CheckpointInterval::parse("2e").unit, CheckpointInterval::Unit::epochs);
  EXPECT_EQ(CheckpointInterval::parse("2e").amount, 2);
  for (const char* text : {"", "i", "10", "0s", "-1i", "1.5i", "nans", "infm", "1e400s", "3 m", "+3m"}) {
    EXPECT_THROW(CheckpointInterval::parse(text), UsageError) << text;
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

TEST(ValidationSources, AreAFractionOrAFile) {
  EXPECT_TRUE(ValidationSource::parse("").empty());
  EXPECT_EQ(ValidationSource::parse("0.20").fraction, 0.2);
  EXPECT_EQ(ValidationSource::parse("0.20").text, "0.20") << "as written, for config.toml";
  for (const char* path : {"v.csv", "0", "1", "1.5", "nan", "0.2 "}) {
    EXPECT_TRUE(ValidationSource::parse(path).is_file()) << path;
    EXPECT_EQ(ValidationSource::parse(path).fraction, 0) << path;
  }
}

TEST(CompletedSettings, FollowModelPenaltyAndOptimizer) {
  TrainSettings settings = valid_settings();
  EXPECT_EQ(settings.completed().fit.optimizer, OptimizerKind("newton"));
  settings.penalty.l1 = 1;
  EXPECT_EQ(settings.completed().fit.optimizer, OptimizerKind("lbfgs"));
  settings.model.kind = model_kind("mlp");
  settings.fit.batch_size = 1000;
  const TrainSettings full = settings.completed();
  EXPECT_EQ(full.fit.optimizer, OptimizerKind("adam"));
  EXPECT_EQ(full.fit.learning_rate, 0.001);
  EXPECT_EQ(full.fit.lanes, 8) << "the power of two below 1000/64";
  EXPECT_EQ(full.run.folder, "runs/a-mlp-adam");
}

TEST(Kinds, ReadBackAndNameTheKnownOnes) {
  EXPECT_EQ(model_kind(to_string(model_kind("linear"))), model_kind("linear"));
  EXPECT_EQ(to_string(OptimizerKind("sgd")), "sgd");
  EXPECT_THROW(model_kind("Linear"), ConfigurationError);
  EXPECT_THROW(OptimizerKind(""), ConfigurationError);
}

}  // namespace
}  // namespace lockstep
