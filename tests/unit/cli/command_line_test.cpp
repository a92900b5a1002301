#include "cli/command_line.h"

#include "lockstep/base/errors.h"
#include "run/config_entries.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using Arguments = std::vector<std::string>;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// Works in a folder of its own, which is removed afterwards.
class CommandLineTest : public testing::Test {
 protected:
  CommandLineTest() : before_(std::filesystem::current_path()) {
    std::string name = (std::filesystem::temp_directory_path() / "lockstep-cli-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::filesystem::current_path(folder_);
  }
  ~CommandLineTest() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }

  static void write(const std::string& name, const std::string& text) { std::ofstream(name) << text; }

  static TrainSettings train(Arguments arguments, const Environment& environment = {}) {
    arguments.insert(arguments.begin(), {"train", "--data", "a.csv"});
    return parse_command_line(arguments, environment).train;
  }

  /// The error of a command line; code 0 and no text where there is none.
  static std::pair<int, std::string> error(const Arguments& arguments, const Environment& environment = {}) {
    try {
      parse_command_line(arguments, environment);
    } catch (const Error& error) {
      return {static_cast<int>(error.code()), error.what()};
    }
    return {0, ""};
  }
  static std::pair<int, std::string> train_error(Arguments arguments, const Environment& environment = {}) {
    arguments.insert(arguments.begin(), {"train", "--data", "a.csv"});
    return error(arguments, environment);
  }

 private:
  std::filesystem::path before_;
  std::filesystem::path folder_;
};

TEST_F(CommandLineTest, DefaultsAreThoseOfTheSettings) {
  const TrainSettings settings = train({});
  TrainSettings expected;
  expected.data.path = "a.csv";
  EXPECT_EQ(to_toml(config_entries(settings)), to_toml(config_entries(expected)));
  EXPECT_EQ(settings.data.label_kind, LabelKind::classes);
}

TEST_F(CommandLineTest, EveryTrainOptionReachesItsSetting) {
  const TrainSettings s = train({"--validation",
                                 "v.csv",
                                 "--model",
                                 "linear",
                                 "--optimizer",
                                 "sgd",
                                 "--run",
                                 "r",
                                 "--l2",
                                 "1e-3",
                                 "--no-intercept",
                                 "--max-iterations",
                                 "7",
                                 "--epochs",
                                 "3",
                                 "--batch-size",
                                 "32",
                                 "--lanes",
                                 "16",
                                 "--learning-rate",
                                 "0.5",
                                 "--schedule",
                                 "step:5:0.5",
                                 "--momentum",
                                 "0.9",
                                 "--tolerance",
                                 "1e-9",
                                 "--seed",
                                 "18446744073709551615",
                                 "--threads",
                                 "3",
                                 "--label-column",
                                 "t",
                                 "--weight-column",
                                 "w",
                                 "--offset-column",
                                 "o",
                                 "--exposure-column",
                                 "e",
                                 "--labels",
                                 "l",
                                 "--validation-labels",
                                 "vl",
                                 "--drop",
                                 "a,b",
                                 "--drop=c",
                                 "--format",
                                 "csv",
                                 "--x-name",
                                 "x",
                                 "--y-name",
                                 "z",
                                 "--resume",
                                 "never",
                                 "--overwrite",
                                 "--allow-change",
                                 "l2",
                                 "--checkpoint-every",
                                 "20i",
                                 "--keep",
                                 "4",
                                 "--max-time",
                                 "2h",
                                 "--progress",
                                 "none"});
  EXPECT_TRUE(s.validation.rows.is_file());
  EXPECT_EQ(s.validation.rows.text, "v.csv");
  EXPECT_EQ(s.model.kind, model_kind("linear"));
  EXPECT_EQ(s.data.label_kind, LabelKind::real);
  EXPECT_EQ(s.fit.optimizer, OptimizerKind("sgd"));
  EXPECT_EQ(s.run_folder(), "r");
  EXPECT_EQ(s.penalty.l2, 1e-3);
  EXPECT_FALSE(s.model.intercept);
  EXPECT_EQ(s.fit.max_iterations, 7);
  EXPECT_EQ(s.fit.epochs, 3);
  EXPECT_EQ(s.fit.batch_size, 32);
  EXPECT_EQ(s.fit.lanes, 16);
  EXPECT_EQ(s.fit.learning_rate, 0.5);
  EXPECT_EQ(s.fit.schedule.text, "step:5:0.5");
  EXPECT_EQ(s.fit.momentum, 0.9);
  EXPECT_EQ(s.fit.tolerance, 1e-9);
  EXPECT_EQ(s.fit.seed, UINT64_MAX);
  EXPECT_EQ(s.launch.threads, 3);
  EXPECT_EQ(s.data.label_column, "t");
  EXPECT_EQ(s.data.weight_column, "w");
  EXPECT_EQ(s.data.offset_column, "o");
  EXPECT_EQ(s.data.exposure_column, "e");
  EXPECT_EQ(s.data.labels, "l");
  EXPECT_EQ(s.validation.labels, "vl");
  EXPECT_THAT(s.data.drop, ElementsAre("a", "b", "c"));
  EXPECT_EQ(s.data.format, format_named("csv"));
  EXPECT_EQ(s.data.x_name, "x");
  EXPECT_EQ(s.data.y_name, "z");
  EXPECT_EQ(s.run.resume.policy, ResumePolicy::never);
  EXPECT_TRUE(s.run.overwrite);
  EXPECT_THAT(s.run.allow_change, ElementsAre("l2"));
  EXPECT_EQ(s.run.checkpoint_every.text, "20i");
  EXPECT_EQ(s.run.keep, 4);
  EXPECT_EQ(s.run.max_time_seconds, 7200);
  EXPECT_EQ(s.launch.progress, Progress::none);
}

TEST_F(CommandLineTest, CommandLineBeatsEnvironmentBeatsSetBeatsFileBeatsDefault) {
  write("run.toml", "l2 = 1\nseed = 1\nkeep = 3\ntolerance = 1e-3\n");
  const TrainSettings settings =
      train({"--config", "run.toml", "--set", "l2=2", "--set", "seed=2", "--set", "keep=4", "--l2", "4"},
            {{"LOCKSTEP_L2", "3"}, {"LOCKSTEP_SEED", "3"}});
  EXPECT_EQ(settings.penalty.l2, 4);
  EXPECT_EQ(settings.fit.seed, 3U);
  EXPECT_EQ(settings.run.keep, 4);
  EXPECT_EQ(settings.fit.tolerance, 1e-3);
  EXPECT_EQ(settings.fit.epochs, 10);
}

TEST_F(CommandLineTest, LastOfARepeatedOptionCounts) {
  EXPECT_EQ(train({"--l2", "1", "--l2=2"}).penalty.l2, 2);
  EXPECT_TRUE(train({"--no-intercept", "--intercept"}).model.intercept);
  EXPECT_FALSE(train({"--intercept", "--no-intercept"}).model.intercept);
}

TEST_F(CommandLineTest, HigherLayerReplacesAList) {
  write("run.toml", "drop = [\"a,b\", \"c\"]\n");
  EXPECT_THAT(train({"--config", "run.toml"}).data.drop, ElementsAre("a,b", "c"));
  EXPECT_THAT(train({"--config", "run.toml", "--drop", "d"}).data.drop, ElementsAre("d"));
  EXPECT_THAT(train({"--config", "run.toml"}, {{"LOCKSTEP_DROP", "e,f"}}).data.drop, ElementsAre("e", "f"));
}

TEST_F(CommandLineTest, EffectiveConfigurationReadsBackAsItself) {
  write("first.toml",
        "data = 'odd \"name\".csv'\nseed = 18\nl2 = 0.1\ndrop = [\"x\\ty\"]\nintercept = false\nmax-time = \"90s\"\n");
  const CommandLine first = parse_command_line({"train", "--config", "first.toml", "--print-config"}, {});
  EXPECT_TRUE(first.print_config);
  EXPECT_EQ(first.command, Command::none);
  write("second.toml", first.text);
  EXPECT_EQ(parse_command_line({"train", "--config", "second.toml", "--print-config"}, {}).text, first.text);
}

TEST_F(CommandLineTest, UnknownOptionIsAUsageErrorWithASuggestion) {
  EXPECT_THAT(train_error({"--learning-rat", "1"}),
              testing::Pair(64, HasSubstr("unknown option '--learning-rat'; did you mean '--learning-rate'?")));
  EXPECT_THAT(train_error({"--max_iterations=5"}), testing::Pair(64, HasSubstr("'--max-iterations'?")));
  EXPECT_THAT(train_error({"--zzzzzz"}), testing::Pair(64, testing::Not(HasSubstr("did you mean"))));
  EXPECT_THAT(error({"trian"}), testing::Pair(64, HasSubstr("unknown command 'trian'; did you mean 'train'?")));
  EXPECT_THAT(train_error({"stray"}), testing::Pair(64, HasSubstr("unexpected argument 'stray'")));
  EXPECT_THAT(train_error({"--set", "l3=1"}), testing::Pair(64, "--set: unknown key 'l3'; did you mean 'l2'?"));
}

TEST_F(CommandLineTest, PenaltiesOfOtherProgramsAreTranslated) {
  EXPECT_THAT(train_error({"-c", "1"}), testing::Pair(64, AllOf(HasSubstr("1/(n C)"), HasSubstr("--config"))));
  EXPECT_THAT(train_error({"--alpha", "1"}), testing::Pair(64, HasSubstr("alpha/n")));
  EXPECT_THAT(train_error({"--set", "lr=1"}), testing::Pair(64, HasSubstr("did you mean 'learning-rate'?")));
  EXPECT_THAT(train_error({}, {{"LOCKSTEP_MAX_ITER", "1"}}),
              testing::Pair(78, HasSubstr("did you mean LOCKSTEP_MAX_ITERATIONS?")));
  EXPECT_THAT(error({"fit"}), testing::Pair(64, HasSubstr("did you mean 'train'?")));
  EXPECT_THAT(error({"predict", "--lr", "1"}), testing::Pair(64, testing::Not(HasSubstr("learning-rate"))));
}

TEST_F(CommandLineTest, WhatIsSaidForOneLaunchIsNotKept) {
  const std::string kept = parse_command_line({"train", "--data", "a.csv", "--resume", "never", "--overwrite",
                                               "--allow-change", "l2", "--print-config"},
                                              {})
                               .text;
  for (const char* key : {"resume", "overwrite", "allow-change", "plan"}) {
    EXPECT_THAT(kept, testing::Not(HasSubstr(std::string(key) + " = ")));
  }
}

/// Runs of earlier versions kept it; a person's own file may say it.
TEST_F(CommandLineTest, LaunchSettingsInARunsOwnConfigurationAreLeftOut) {
  const std::string said = "resume = \"never\"\noverwrite = true\nallow-change = [\"l2\"]\n";
  TrainSettings settings;
  settings.data.path = "a.csv";
  write("run.toml", to_toml(config_entries(settings)) + said);
  const TrainSettings own = train({"--config", "run.toml"});
  EXPECT_EQ(own.run.resume.policy, ResumePolicy::automatic);
  EXPECT_FALSE(own.run.overwrite);
  EXPECT_THAT(own.run.allow_change, testing::IsEmpty());
  EXPECT_EQ(own.launch.config_file, "run.toml");
  write("mine.toml", "# mine\n" + said);
  EXPECT_EQ(train({"--config", "mine.toml"}).run.resume.policy, ResumePolicy::never);
  EXPECT_TRUE(train({"--config", "run.toml", "--overwrite"}).run.overwrite);
}

TEST_F(CommandLineTest, WrongValueOnTheCommandLineIsAUsageError) {
  EXPECT_THAT(train_error({"--l2", "-1"}), testing::Pair(64, "--l2 = -1: must be finite and at least 0"));
  EXPECT_THAT(train_error({"--l2", "abc"}), testing::Pair(64, StartsWith("--l2 = abc: must be a number")));
  EXPECT_THAT(train_error({"--l2", ""}), testing::Pair(64, StartsWith("--l2 = : must be a number")));
  EXPECT_THAT(train_error({"--l2"}), testing::Pair(64, HasSubstr("--l2")));
  EXPECT_THAT(train_error({"--l2", "nan"}), testing::Pair(64, StartsWith("--l2 = nan")));
  EXPECT_THAT(train_error({"--batch-size", "9223372036854775808"}), testing::Pair(64, HasSubstr("2^63")));
  EXPECT_THAT(train_error({"--seed", "-1"}), testing::Pair(64, HasSubstr("from 0 to 2^64 - 1")));
  EXPECT_THAT(train_error({"--model", "forest"}),
              testing::Pair(64, StartsWith("--model = \"forest\": must be one of perceptron, ")));
  EXPECT_THAT(train_error({"--optimizer", "rmsprop"}),
              testing::Pair(64, StartsWith("--optimizer = \"rmsprop\": must be one of ")));
  EXPECT_THAT(train_error({"--set", "keep=1"}), testing::Pair(64, "--set keep = 1: must be at least 2"));
  EXPECT_THAT(train_error({"--set", "keep"}), testing::Pair(64, HasSubstr("key=value")));
}

TEST_F(CommandLineTest, EmptyEntriesOfAListAreRefused) {
  using testing::Pair;
  EXPECT_THAT(train_error({"--hidden", ""}), Pair(64, "--hidden = : entry 1 is empty"));
  EXPECT_THAT(train_error({"--hidden", "3,,4"}), Pair(64, "--hidden = 3,,4: entry 2 is empty"));
  EXPECT_THAT(train_error({"--hidden", "3,4,"}), Pair(64, "--hidden = 3,4,: entry 3 is empty"));
  EXPECT_THAT(train_error({"--drop", ",a"}), Pair(64, "--drop = ,a: entry 1 is empty"));
  EXPECT_THAT(train_error({"--set", "allow-change=l2,"}), Pair(64, "--set allow-change = l2,: entry 2 is empty"));
  EXPECT_THAT(train_error({}, {{"LOCKSTEP_HIDDEN", "3,,4"}}),
              Pair(78, "LOCKSTEP_HIDDEN: hidden = 3,,4: entry 2 is empty"));
  write("run.toml", "hidden = [\"3\", \"\"]\n");
  EXPECT_THAT(train_error({"--config", "run.toml"}), Pair(78, "run.toml:1:10: hidden = 3,: entry 2 is empty"));
  EXPECT_THAT(train({"--model", "mlp", "--hidden", "3,4"}).model.hidden, ElementsAre(3, 4));
}

TEST_F(CommandLineTest, ClassWeightsNameEachClassOnce) {
  using testing::Pair;
  EXPECT_THAT(train_error({"--class-weight", "a:1,a:2"}),
              Pair(64, "--class-weight = \"a:1,a:2\": class 'a' is named twice"));
  EXPECT_THAT(train_error({"--class-weight", "1:1,+1.0:2"}), Pair(64, HasSubstr("class '1' is named twice")));
  EXPECT_THAT(train_error({"--class-weight", "a:1,"}), Pair(64, HasSubstr("entry 2 is empty")));
  EXPECT_THAT(train_error({"--class-weight", ",a:1"}), Pair(64, HasSubstr("entry 1 is empty")));
  EXPECT_THAT(train_error({"--class-weight", "a:1,,b:2"}), Pair(64, HasSubstr("entry 2 is empty")));
  EXPECT_THAT(train_error({"--class-weight", "a=1"}), Pair(64, HasSubstr("(saw the entry 'a=1')")));
  EXPECT_THAT(train_error({"--class-weight", "a:"}), Pair(64, HasSubstr("at least 0 (saw 'a:')")));
  EXPECT_THAT(train_error({"--class-weight", "a:-1"}), Pair(64, HasSubstr("at least 0 (saw 'a:-1')")));
  EXPECT_EQ(train({"--class-weight", "a:1,b:c:2"}).model.class_weights.text, "a:1,b:c:2");
  const std::string quoted = "\"c,d\":1,\"say \"\"e\"\"\":0.5,a:b:2";
  EXPECT_EQ(train({"--class-weight", quoted}).model.class_weights.text, quoted);
  for (const char* bad : {"\"c,d:1", "\"c,d\"1", "\"\":1", "a:1,", "a:1,,b:2"}) {
    EXPECT_EQ(train_error({"--class-weight", bad}).first, 64) << bad;
  }
}

/// The epochs of a cosine are no matter of the schedule alone.
TEST_F(CommandLineTest, AWarmUpMayTakeLongerThanTheUsualNumberOfEpochs) {
  const Arguments given = {"--optimizer", "sgd", "--schedule", "warmup:20+cosine"};
  Arguments longer = given;
  longer.insert(longer.end(), {"--epochs", "50"});
  EXPECT_EQ(train(longer).fit.schedule.warmup, 20);
  EXPECT_THAT(train_error(given), testing::Pair(78,
                                                "schedule = \"warmup:20+cosine\": the warm-up leaves none of the 10 "
                                                "epochs to the cosine"));
}

TEST_F(CommandLineTest, AllWrongValuesOfALayerAreNamed) {
  EXPECT_THAT(train_error({"--l2", "-1", "--keep", "1"}),
              testing::Pair(64, AllOf(HasSubstr("--l2 = -1"), HasSubstr("--keep = 1"))));
}

TEST_F(CommandLineTest, ErrorsInTheFileNameThePlace) {
  const auto of = [&](const std::string& text) {
    write("run.toml", text);
    return train_error({"--config", "run.toml"});
  };
  EXPECT_THAT(of("l2 = 1\n\n  max_iterations = 3\n"),
              testing::Pair(78, "run.toml:3:3: unknown key 'max_iterations'; did you mean 'max-iterations'?"));
  EXPECT_THAT(of("l2 = 1\nmomentum = 1.5\n"),
              testing::Pair(78, "run.toml:2:12: momentum = 1.5: must be at least 0 and below 1"));
  EXPECT_THAT(of("l2 = \n"), testing::Pair(78, StartsWith("run.toml:1:")));
  EXPECT_THAT(of("l2 = 1\nl2 = 2\n"), testing::Pair(78, StartsWith("run.toml:2:")));
  EXPECT_THAT(of("[train]\nl2 = 1\n"), testing::Pair(78, StartsWith("run.toml:1:1: train: must be")));
  EXPECT_THAT(of("l2 = [1, 2]\n"), testing::Pair(78, HasSubstr("takes one value")));
  EXPECT_THAT(of("l2 = 1979-05-27\n"), testing::Pair(78, StartsWith("run.toml:1:6: l2: must be")));
  EXPECT_THAT(of("run = \"a\\u0000b\"\n"), testing::Pair(78, HasSubstr("run.toml:1:7: run = a\\x00b: must not")));
  EXPECT_THAT(of("\"\\u001b[2J\" = 1\n"), testing::Pair(78, HasSubstr("unknown key '\\x1b[2J'")));
  EXPECT_THAT(of("path = 1\n"), testing::Pair(78, HasSubstr("unknown key 'path'")));
}

TEST_F(CommandLineTest, MissingFileIsMissingInput) {
  EXPECT_THAT(train_error({"--config", "none.toml"}), testing::Pair(66, HasSubstr("none.toml")));
  EXPECT_THAT(train_error({"--config", "."}), testing::Pair(66, HasSubstr("directory")));
}

TEST_F(CommandLineTest, UnknownVariableIsAConfigurationErrorWithASuggestion) {
  EXPECT_THAT(train_error({}, {{"LOCKSTEP_LEARNING_RAT", "1"}}),
              testing::Pair(78,
                            "unknown environment variable LOCKSTEP_LEARNING_RAT; did you mean "
                            "LOCKSTEP_LEARNING_RATE?"));
  EXPECT_THAT(train_error({}, {{"LOCKSTEP_L2", "-1"}}),
              testing::Pair(78, "LOCKSTEP_L2: l2 = -1: must be finite and at least 0"));
  EXPECT_THAT(train_error({}, {{"LOCKSTEP_l2", "1"}}), testing::Pair(78, EndsWith("LOCKSTEP_L2?")));
}

TEST_F(CommandLineTest, ReservedEmptyAndForeignVariablesAreIgnored) {
  EXPECT_EQ(train_error({}, {{"LOCKSTEP_TEST_DATA", "/data"}, {"LOCKSTEP_L2", ""}, {"OTHER", "x"}}).first, 0);
  EXPECT_EQ(error({"inspect", "model.h5"}, {{"LOCKSTEP_L2", "1"}}).first, 0);  // an option of another command
}

TEST_F(CommandLineTest, WithoutArgumentsTheFileInTheFolderIsUsedElseHelp) {
  EXPECT_THAT(parse_command_line(Arguments{}, {}).text, HasSubstr("Usage: trainer COMMAND"));
  write("trainer.toml", "data = \"b.csv\"\nmodel = \"linear\"\n");
  const CommandLine line = parse_command_line(Arguments{}, {});
  EXPECT_EQ(line.command, Command::train);
  EXPECT_EQ(line.train.data.path, "b.csv");
  EXPECT_EQ(line.train.model.kind, model_kind("linear"));
}

TEST_F(CommandLineTest, HelpListsEveryOptionInGroups) {
  const CommandLine line = parse_command_line({"train", "--help"}, {});
  EXPECT_EQ(line.command, Command::none);
  for (const char* part : {"Data:", "Model:", "Optimizer:", "Run:", "--learning-rate X", "(default 0: perceptron 1,",
                           "--intercept,--no-intercept\n", "--print-config", "--drop NAME,..."}) {
    EXPECT_THAT(line.text, HasSubstr(part));
  }
  EXPECT_THAT(parse_command_line({"--version"}, {}).text, StartsWith("trainer "));
}

TEST_F(CommandLineTest, RequiredOptionsAreAskedFor) {
  EXPECT_THAT(error({"train"}), testing::Pair(64, StartsWith("train needs --data F")));
  EXPECT_THAT(error({"train", "--data", ""}), testing::Pair(64, HasSubstr("entry 1 is empty")));
  EXPECT_THAT(error({"inspect"}), testing::Pair(64, StartsWith("inspect needs PATH")));
  EXPECT_THAT(error({"predict", "--model-file", "m", "--data", "d"}),
              testing::Pair(64, StartsWith("predict needs --output")));
}

TEST_F(CommandLineTest, OtherCommandsTakeTheirOptions) {
  const CommandLine predict = parse_command_line(
      {"predict", "--model-file", "m.h5", "--data", "d.csv", "--output", "o.csv", "--proba", "--id-column", "id"}, {});
  EXPECT_EQ(predict.command, Command::predict);
  EXPECT_EQ(predict.predict.model_file, "m.h5");
  EXPECT_EQ(predict.predict.data.id_column, "id");
  EXPECT_TRUE(predict.predict.data.label_optional);
  EXPECT_TRUE(predict.predict.probabilities);
  EXPECT_THAT(
      error({"predict", "--model-file", "m", "--data", "d", "--output", "o.txt"}),
      testing::Pair(64, "--output = o.txt: must end in .csv, .h5 or .hdf5, or be - for CSV on standard output"));
  const std::pair<const char*, PredictionFormat> outputs[] = {{"o.csv", PredictionFormat::csv},
                                                              {"O.CSV", PredictionFormat::csv},
                                                              {"o.h5", PredictionFormat::hdf5},
                                                              {"O.H5", PredictionFormat::hdf5},
                                                              {"o.hdf5", PredictionFormat::hdf5},
                                                              {"-", PredictionFormat::standard_output},
                                                              {"/dev/stdout", PredictionFormat::standard_output}};
  for (const auto& [output, format] : outputs) {
    const auto line = parse_command_line({"predict", "--model-file", "m", "--data", "d", "--output", output}, {});
    EXPECT_EQ(line.predict.format, format) << output;
    EXPECT_EQ(line.prints_result(), format == PredictionFormat::standard_output) << output;
  }
  const CommandLine evaluate = parse_command_line({"evaluate", "--model-file", "m", "--data", "d", "--json"}, {});
  EXPECT_EQ(evaluate.command, Command::evaluate);
  EXPECT_TRUE(evaluate.evaluate.json);
  EXPECT_THAT(error({"evaluate", "--model-file", "m", "--data", "d", "--x-name", ""}),
              testing::Pair(64, "--x-name = \"\": must name the features of an HDF5 file"));
  const CommandLine inspect = parse_command_line({"inspect", "train", "--verify", "b"}, {});
  EXPECT_EQ(inspect.command, Command::inspect);
  EXPECT_THAT(inspect.inspect.paths, ElementsAre("train", "b"));
  EXPECT_TRUE(inspect.inspect.verify);
  const CommandLine diff = parse_command_line({"diff", "a", "b"}, {});
  EXPECT_EQ(diff.command, Command::diff);
  EXPECT_THAT(diff.diff.runs, ElementsAre("a", "b"));
  EXPECT_THROW(parse_command_line({"diff", "a"}, {}), UsageError);
}

TEST_F(CommandLineTest, CheckTakesAModelOrAModelFile) {
  const CommandLine model =
      parse_command_line({"check", "--data", "d", "--model", "huber", "--delta", "2", "--seed", "3", "--json"}, {});
  EXPECT_EQ(model.command, Command::check);
  EXPECT_EQ(model.check.training.model.kind, model_kind("huber"));
  EXPECT_EQ(model.check.training.model.loss_parameters.delta, 2);
  EXPECT_EQ(model.check.training.fit.seed, 3u);
  EXPECT_TRUE(model.check.json);
  const CommandLine file = parse_command_line({"check", "--data", "d", "--model-file", "m", "--tolerance", "1e-3"}, {});
  EXPECT_EQ(file.check.model_file, "m");
  EXPECT_EQ(file.check.training.fit.tolerance, 1e-3);
  EXPECT_THAT(error({"check", "--data", "d", "--model-file", "m", "--l2", "1"}),
              testing::Pair(64, StartsWith("--l2 1: comes with --model-file")));
  EXPECT_THAT(error({"check", "--data", "d", "--tolerance", "0"}), testing::Pair(64, StartsWith("--tolerance = 0")));
  EXPECT_THAT(error({"check"}), testing::Pair(64, StartsWith("check needs --data F")));
}

TEST_F(CommandLineTest, SettingsThatContradictEachOtherAreAConfigurationError) {
  EXPECT_THAT(train_error({"--label-column", "a", "--drop", "a"}),
              testing::Pair(78, HasSubstr("label-column = \"a\": must not be dropped as well")));
}

}  // namespace
}  // namespace lockstep
