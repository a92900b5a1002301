/// Every row of the registries is reached from the command line.
#include "cli/command_line.h"
#include "run/config_entries.h"
#include "run/train_options.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using ::testing::HasSubstr;

TrainSettings train(const std::vector<std::string>& given) {
  std::vector<std::string> arguments = {"train", "--data", "a.csv"};
  arguments.insert(arguments.end(), given.begin(), given.end());
  return parse_command_line(arguments, {}).train;
}

std::string help_of(const std::string& option) {
  TrainSettings settings;
  return find_option(train_options(settings), option)->help();
}

TEST(RegistryOptions, NameEveryModel) {
  for (const ModelKind kind : known_models()) {
    const TrainSettings settings = train({"--model", kind->name});
    EXPECT_EQ(settings.model.kind, kind) << kind->name;
    EXPECT_NO_THROW(settings.validate()) << kind->name;
    EXPECT_THAT(help_of("model"), HasSubstr(kind->name));
  }
}

TEST(RegistryOptions, NameEveryOptimizer) {
  for (const OptimizerRow& row : optimizers()) {
    const auto models = known_models();
    const auto model = std::ranges::find_if(models, [&row](ModelKind kind) { return kind->fits(row); });
    ASSERT_NE(model, models.end()) << row.name;
    const TrainSettings settings = train({"--model", (*model)->name, "--optimizer", row.name});
    EXPECT_EQ(settings.fit.optimizer, OptimizerKind(row)) << row.name;
    EXPECT_NO_THROW(settings.validate()) << row.name;
    EXPECT_THAT(help_of("optimizer"), HasSubstr(row.name));
  }
}

/// An option of the parameter's name sets it, and shapes the result of the models that take it, which its help names.
TEST(RegistryOptions, SetEveryParameterOfALoss) {
  for (const LossParameter& one : kLossParameters) {
    for (const ModelKind kind : known_models()) {
      const TrainSettings settings = train({"--model", kind->name, std::string("--") + one.name, "0.625"});
      EXPECT_EQ(settings.model.loss_parameters.*one.value, 0.625);
      const auto entries = config_entries(settings);
      const auto entry = std::ranges::find(entries, one.name, &ConfigEntry::key);
      ASSERT_NE(entry, entries.end()) << one.name;
      EXPECT_EQ(entry->shapes_result, kind->takes(one.value)) << one.name << " of " << kind->name;
      if (kind->takes(one.value)) {
        EXPECT_THAT(help_of(one.name), HasSubstr(kind->name));
      }
    }
  }
}

}  // namespace
}  // namespace lockstep
