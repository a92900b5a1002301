/// A run replaces none of the files it reads.
#include "lockstep/base/errors.h"
#include "run/config_entries.h"
#include "run/own_files.h"
#include "run/run_folder.h"
#include "run/train_options.h"

#include <filesystem>

#include "unit/io/temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::HasSubstr;

/// One input of a run under a name in its folder that the run writes or clears away.
struct InputCase {
  const char* option;
  const char* name;
};

void PrintTo(const InputCase& one, std::ostream* out) {
  *out << one.option << " as " << one.name;
}

void set_input(TrainSettings& settings, const std::string& option, const std::string& path) {
  if (option == "--validation-labels") {
    settings.validation.rows = ValidationSource::parse("held-out.idx");
  }
  if (option == "--config") {
    settings.launch.config_file = path;
  } else {
    find_option(train_options(settings), option.substr(2))->set({path});
  }
}

std::string refusal(const TrainSettings& settings) {
  SerialCommunicator comm;
  try {
    require_own_run_folder(settings, comm);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::cannot_create);
    return error.what();
  }
  return {};
}

class RunInputs : public ::testing::Test {
 protected:
  RunInputs() {
    fs::create_directory(folder_ / "run");
    settings_.data.path = folder_ / "data.csv";
    settings_.run.folder = folder_ / "run";
  }

  const TemporaryFolder folder_;
  TrainSettings settings_;
};

class RunInput : public RunInputs, public ::testing::WithParamInterface<InputCase> {};

TEST_P(RunInput, IsNotReplaced) {
  const auto [option, name] = GetParam();
  const std::string inside = folder_ / "run/" + name;
  write_text(inside, "");  // nothing that could be told from the run's own
  set_input(settings_, option, inside);
  EXPECT_THAT(refusal(settings_), AllOf(HasSubstr(std::string("the input ") + option), HasSubstr(name)));
}

TEST_P(RunInput, IsNotReplacedThroughALinkOrAnotherSpelling) {
  const auto [option, name] = GetParam();
  write_text(folder_ / "kept", "");
  fs::create_hard_link(folder_ / "kept", folder_ / "run/" + name);
  set_input(settings_, option, folder_ / "run/../kept");
  settings_.run.folder = folder_ / "./run/../run/.";
  EXPECT_THAT(refusal(settings_), HasSubstr(option));
}

INSTANTIATE_TEST_SUITE_P(Cases, RunInput,
                         ::testing::Values(InputCase{"--data", "model.h5"}, InputCase{"--data", "checkpoint-7.h5"},
                                           InputCase{"--data", "metrics.jsonl"}, InputCase{"--data", ".tmp-data.csv"},
                                           InputCase{"--labels", "summary.json"},
                                           InputCase{"--validation", "metrics.jsonl"},
                                           InputCase{"--validation-labels", "model.h5"},
                                           InputCase{"--init", "model.h5"}, InputCase{"--config", "summary.json"},
                                           InputCase{"--resume", ".tmp-checkpoint-3.h5"}));

TEST_F(RunInputs, MayStandInTheRunFolderUnderAnotherName) {
  write_text(folder_ / "run/data.csv", "a,y\n1,2\n");
  settings_.data.path = folder_ / "run/data.csv";
  settings_.validation.rows = ValidationSource::parse("0.5");
  EXPECT_EQ(refusal(settings_), "");
}

TEST_F(RunInputs, OwnConfigurationAndCheckpointOfTheRunAreTakenUp) {
  write_text(folder_ / "run/config.toml", std::string(kConfigHeader) + to_toml(config_entries(settings_)));
  write_text(folder_ / "run/checkpoint-3.h5", "LOCKSTEP");
  set_input(settings_, "--config", folder_ / "run/config.toml");
  set_input(settings_, "--resume", folder_ / "run/checkpoint-3.h5");
  EXPECT_EQ(refusal(settings_), "");
}

TEST_F(RunInputs, LabelsOfTheUsualNameCountForIdxAlone) {
  const TemporaryFolder data;
  write_text(data / "images.csv", "a,y\n1,2\n");
  write_text(data / "labels.csv", "b\n");
  ReadSettings read;
  read.path = data / "images.csv";
  EXPECT_EQ(inputs_of(read, "--data").back().path, "");
  write_text(data / "images.idx", std::string("\0\0\x08\x01\0\0\0\x01\x05", 9));
  write_text(data / "labels.idx", std::string("\0\0\x08\x01\0\0\0\x01\x05", 9));
  read.path = data / "images.idx";
  EXPECT_EQ(inputs_of(read, "--data").back().path, data / "labels.idx");
}

}  // namespace
}  // namespace lockstep::testing
