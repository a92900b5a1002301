/// The tables of options as wholes: what holds for every row.
#include "cli/options.h"

#include "cli/command_line.h"
#include "lockstep/base/errors.h"
#include "run/config_entries.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <ostream>
#include <regex>
#include <set>
#include <sstream>

#include "unit/io/temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

/// A value of an option of train that is not its default, what it needs beside it, and one that breaks its rule.
struct OptionCase {
  std::string key;
  std::string value;  ///< of a flag "true"
  Texts beside = {};
  std::string broken = {};  ///< empty: any text will do but one with NUL
};

void PrintTo(const OptionCase& one, std::ostream* out) {
  *out << one.key << " = " << one.value;
}

std::string name_of(const ::testing::TestParamInfo<OptionCase>& info) {
  std::string name;
  for (const char c : info.param.key) {
    name += c == '-' ? '_' : c;
  }
  return name;
}

std::vector<OptionCase> option_cases() {
  const Texts sgd = {"--optimizer", "sgd"};
  const Texts mlp = {"--model", "mlp"};
  return {
      {"data", "b.csv"},
      {"labels", "l.idx"},
      {"validation", "0.25"},
      {"validation-labels", "v-labels.idx", {"--validation", "v.idx"}},
      {"group-column", "g", {"--validation", "0.25"}},
      {"format", "libsvm", {}, "xls"},
      {"header", "true", {}, "maybe"},
      {"delimiter", "pipe", {}, "ab"},
      {"decimal", "comma", {}, "dot"},
      {"skip-qid", "true"},
      {"hash-bits", "12", {}, "31"},
      {"label-column", "t"},
      {"weight-column", "w"},
      {"offset-column", "o"},
      {"exposure-column", "e"},
      {"drop", "a,b", {}, "a,,b"},
      {"only", "a,b", {}, "a,,b"},
      {"formula", "y ~ log(a) + C(b, Treatment(\"c\"))", {}, "y ~ a +"},
      {"categorical", "a,b", {}, "a,,b"},
      {"reference", "a=x,b=y", {}, "a=x,,b=y"},
      {"drop-first", "true", {}, "maybe"},
      {"missing", "mean", {}, "zero"},
      {"unknown", "ignore", {}, "guess"},
      {"label-map", "a->b", {}, "a->b,,c"},
      {"x-name", "features"},
      {"y-name", "target"},
      {"model", "huber", {}, "forest"},
      {"l2", "0.5", {}, "-1"},
      {"l1", "0.5", {}, "inf"},
      {"intercept", "false", {}, "2"},
      {"standardize", "true", {}, "2"},
      {"class-weight", "a:1,b:0.5", {}, "a:-1"},
      {"delta", "2.5", {"--model", "huber"}, "0"},
      {"quantile", "0.9", {"--model", "quantile"}, "1"},
      {"hidden", "256,64", mlp, "64,0"},
      {"activation", "tanh", mlp, "step"},
      {"loss", "squared", mlp, "hinge"},
      {"precision", "float64", mlp, "float16"},
      {"init", "model.h5"},
      {"optimizer", "lbfgs", {}, "rmsprop"},
      {"max-iterations", "7", {}, "-1"},
      {"tolerance", "1e-9", {}, "0"},
      {"epochs", "3", {}, "1.5"},
      {"batch-size", "32", sgd, "-1"},
      {"lanes", "16", sgd, "3"},
      {"learning-rate", "0.25", sgd, "-0.1"},
      {"schedule", "warmup:2+step:5:0.5", sgd, "step:0"},
      {"momentum", "0.9", sgd, "1"},
      {"nesterov", "true", {"--optimizer", "sgd", "--momentum", "0.5"}, "2"},
      {"weight-decay", "0.01", {"--optimizer", "adamw"}, "nan"},
      {"clip-norm", "2", sgd, "-2"},
      {"patience", "4", {"--validation", "v.csv"}, "-4"},
      {"seed", "18446744073709551615", {}, "-1"},
      {"run", "there"},
      {"resume", "checkpoint-3.h5"},
      {"overwrite", "true", {}, "2"},
      {"allow-change", "l2,seed", {}, "resume"},
      {"checkpoint-every", "20i", {}, "20"},
      {"keep", "5", {}, "1"},
      {"max-time", "90s", {}, "1d"},
      {"step-timeout", "10m", {}, "0"},
      {"plan", "true", {}, "2"},
      {"progress", "lines", {}, "dots"},
      {"memory", "2GiB", {}, "2X"},
      {"threads", "3", {}, "-3"},
  };
}

std::string value_in(const std::vector<ConfigEntry>& entries, const std::string& key) {
  const auto found = std::ranges::find(entries, key, &ConfigEntry::key);
  return found == entries.end() ? "" : found->value;
}

std::vector<ConfigEntry> all_entries(const TrainSettings& settings) {
  std::vector<ConfigEntry> entries = config_entries(settings);
  std::ranges::copy(launch_entries(settings), std::back_inserter(entries));
  return entries;
}

class TrainOption : public ::testing::TestWithParam<OptionCase> {
 protected:
  TrainOption() : given_({"train", "--data", "a.csv"}) {
    given_.insert(given_.end(), GetParam().beside.begin(), GetParam().beside.end());
  }

  /// The settings of the common arguments and `more`.
  TrainSettings settings(const Texts& more, const Environment& environment = {}) const {
    Texts arguments = given_;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return parse_command_line(arguments, environment).train;
  }
  std::pair<ExitCode, std::string> refusal(const Texts& more, const Environment& environment = {}) const {
    try {
      settings(more, environment);
    } catch (const Error& error) {
      return {error.code(), error.what()};
    }
    return {ExitCode::success, ""};
  }
  /// "--key value", or the flag for it.
  static Texts argument(const std::string& key, const std::string& value) {
    TrainSettings any;
    const OptionValue::Kind kind = find_option(train_options(any), key)->kind();
    if (kind == OptionValue::Kind::value || kind == OptionValue::Kind::list) {
      return {"--" + key, value};
    }
    return {(value == "false" ? "--no-" : "--") + key};
  }
  static std::string variable(std::string key) {
    std::ranges::transform(key, key.begin(),
                           [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
    return "LOCKSTEP_" + key;
  }
  std::string write(const std::string& text) const {
    const std::string path = folder_ / "run.toml";
    std::ofstream(path) << text;
    return path;
  }

 private:
  Texts given_;
  const TemporaryFolder folder_;
};

TEST_P(TrainOption, IsKeptAsGivenWhereverItIsSaid) {
  const auto& [key, value, beside, broken] = GetParam();
  const std::string kept = to_toml(all_entries(settings(argument(key, value))));
  if (key != "data") {
    EXPECT_NE(kept, to_toml(all_entries(settings({}))));
    EXPECT_EQ(to_toml(all_entries(settings({}, {{variable(key), value}}))), kept);
    EXPECT_EQ(to_toml(all_entries(settings({"--set", key + "=" + value}))), kept);
    EXPECT_EQ(to_toml(all_entries(settings({"--config", write(key + " = '" + value + "'\n")}))), kept);
  }
}

TEST_P(TrainOption, ComesBackFromTheFileThatKeepsIt) {
  const auto& [key, value, beside, broken] = GetParam();
  const std::vector<ConfigEntry> kept = all_entries(settings(argument(key, value)));
  TrainSettings standard;
  EXPECT_NE(value_in(kept, key), "");
  EXPECT_NE(value_in(kept, key), value_in(all_entries(standard), key));
  const TrainSettings again = parse_command_line({"train", "--config", write("# mine\n" + to_toml(kept))}, {}).train;
  EXPECT_EQ(to_toml(all_entries(again)), to_toml(kept));
}

TEST_P(TrainOption, RefusesWhatBreaksItsRuleByName) {
  const auto& [key, value, beside, broken] = GetParam();
  const std::string nul(1, '\0');
  const std::string bad = broken.empty() ? "a" + nul + "b" : broken;
  const auto [code, said] = refusal({"--set", key + "=" + bad});
  EXPECT_EQ(code, ExitCode::usage);
  EXPECT_THAT(said, HasSubstr("--set " + key + " = "));
  if (!broken.empty()) {
    const auto [environment_code, environment_said] = refusal({}, {{variable(key), bad}});
    EXPECT_EQ(environment_code, ExitCode::configuration);
    EXPECT_THAT(environment_said, HasSubstr(variable(key) + ": " + key + " = "));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, TrainOption, ::testing::ValuesIn(option_cases()), name_of);

TEST(TrainOptions, AreAllTested) {
  TrainSettings settings;
  Texts names;
  std::ranges::transform(train_options(settings), std::back_inserter(names), &Option::name);
  Texts tested;
  std::ranges::transform(option_cases(), std::back_inserter(tested), &OptionCase::key);
  EXPECT_THAT(tested, UnorderedElementsAreArray(names));
}

/// The options of every command, each bound to settings of its own.
class CommandOptions : public ::testing::Test {
 protected:
  CommandOptions() {
    std::vector<Option> train = train_options(train_);
    append(train, configuration_options());
    tables_ = {train,
               predict_options(predict_),
               evaluate_options(evaluate_),
               inspect_options(inspect_),
               diff_options(diff_),
               check_options(check_)};
  }

  std::vector<std::vector<Option>> tables_;

 private:
  TrainSettings train_;
  PredictSettings predict_;
  EvaluateSettings evaluate_;
  InspectSettings inspect_;
  DiffSettings diff_;
  CheckSettings check_;
};

TEST_F(CommandOptions, HaveNamesOfTheirOwn) {
  for (const std::vector<Option>& options : tables_) {
    std::set<std::string> names;
    for (const Option& option : options) {
      EXPECT_TRUE(names.insert(option.name).second) << option.name;
      EXPECT_TRUE(option.kind() != OptionValue::Kind::on_off || names.insert("no-" + option.name).second);
    }
  }
}

TEST_F(CommandOptions, HaveHelpWithTheDefaultOfTheSettings) {
  for (const std::vector<Option>& options : tables_) {
    for (const Option& option : options) {
      EXPECT_NE(option.group, "") << option.name;
      EXPECT_NE(option.description, "") << option.name;
      EXPECT_THAT(option.help(), Not(HasSubstr("{}"))) << option.name;
      const std::string shown = option.value.shown ? option.value.shown() : "";
      if (shown.empty() || option.use.is_required) {
        EXPECT_THAT(option.description, Not(HasSubstr("{}"))) << option.name << ": there is none";
      } else if (option.kind() != OptionValue::Kind::flag || option.help().find("default") != std::string::npos) {
        EXPECT_THAT(option.help(), HasSubstr("default " + shown)) << option.name;
      }
    }
  }
}

/// The names after "--" in the rows of the README's table whose first cell is `heading`.
std::set<std::string> named_in_readme(const std::set<std::string>& headings) {
  std::ifstream file(std::string(LOCKSTEP_DATA_DIR) + "/../README.md");
  std::set<std::string> names;
  for (std::string line; std::getline(file, line);) {
    std::istringstream cells(line);
    std::string heading;
    std::getline(cells >> std::ws, heading, '|');
    std::getline(cells, heading, '|');
    heading.erase(std::min(heading.find_last_not_of(' ') + 1, heading.size()));
    heading.erase(0, heading.find_first_not_of(' '));
    if (!headings.contains(heading)) {
      continue;
    }
    const std::regex option("--([a-z0-9][a-z0-9-]*)");
    for (std::sregex_iterator at(line.begin(), line.end(), option), end; at != end; ++at) {
      names.insert((*at)[1]);
    }
  }
  return names;
}

TEST_F(CommandOptions, StandInTheReadme) {
  std::set<std::string> expected;
  for (const Option& option : tables_.front()) {
    expected.insert(option.name);
    if (option.kind() == OptionValue::Kind::on_off) {
      expected.insert("no-" + option.name);
    }
  }
  EXPECT_EQ(
      named_in_readme({"data", "model", "full-batch optimizers", "mini-batch optimizers", "run", "configuration"}),
      expected);
}

}  // namespace
}  // namespace lockstep::testing
