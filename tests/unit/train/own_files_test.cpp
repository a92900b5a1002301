/// Whose file is it? What a run wrote, whole, torn or of an earlier version, and what it did not.
#include "lockstep/train/own_files.h"

#include "lockstep/base/errors.h"
#include "lockstep/io/hdf5_image.h"
#include "lockstep/train/model_file.h"
#include "lockstep/train/run_folder.h"
#include "lockstep/train/run_summary.h"
#include "lockstep/train/training_state.h"

#include <filesystem>
#include <functional>

#include "unit/io/temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace lockstep::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::HasSubstr;

TrainSettings some_settings() {
  TrainSettings settings;
  settings.data.path = "a.csv";
  return settings;
}

std::string own_config() {
  return std::string(kConfigHeader) + to_toml(config_entries(some_settings()));
}

/// As versions before the header wrote it, with what was said for one launch.
std::string config_of_the_first_version() {
  return to_toml(config_entries(some_settings())) + "resume = \"never\"\noverwrite = true\nallow-change = []\n";
}

std::vector<std::byte> own_model() {
  ModelFile file;
  file.model.features = 2;
  file.parameters = Vector::Zero(3);
  file.class_names = {"0", "1"};
  return to_bytes(file);
}

const std::string kMetricsLine =
    R"({"iteration":1,"step":1,"objective":0.5,"gradient_norm":0.1,"step_length":1,"parameters_hash":"00ff","seconds":1})"
    "\n";

TEST(OwnFiles, AreRecognisedWholeTornAndOfEarlierVersions) {
  EXPECT_TRUE(is_own_config(own_config()));
  EXPECT_TRUE(is_own_config(config_of_the_first_version()));
  EXPECT_TRUE(is_own_config(std::string(kConfigHeader) + "a-key-of-a-later-version = 1\n"));
  EXPECT_TRUE(is_own_summary(to_json(RunSummary())));
  EXPECT_TRUE(is_own_metrics(kMetricsLine));
  EXPECT_TRUE(is_own_metrics(kMetricsLine + "{\"iterat"));
  EXPECT_TRUE(is_own_metrics(R"({"epoch":1,"st)"));
  for (const std::string& nothing : {std::string(), std::string("\n"), std::string(4096, '\0')}) {
    EXPECT_TRUE(is_own_config(nothing) && is_own_summary(nothing) && is_own_metrics(nothing));
  }
}

class ForeignConfig : public ::testing::TestWithParam<std::string> {};

TEST_P(ForeignConfig, IsNotTheTrainers) {
  EXPECT_FALSE(is_own_config(GetParam())) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Texts, ForeignConfig,
                         ::testing::Values("l2 = 0.1\n", "# my notes\nl2 = 0.1\n",
                                           "data = \"a.csv\"\nmodel = \"linear\"\n", "[train]\nl2 = 1\n",
                                           "name: yaml\n", "no configuration at all",
                                           own_config() + "# seed 3 was better\n",
                                           "# why\n" + config_of_the_first_version()));

class ForeignJson : public ::testing::TestWithParam<std::string> {};

TEST_P(ForeignJson, IsNeitherSummaryNorMetrics) {
  EXPECT_FALSE(is_own_summary(GetParam())) << GetParam();
  EXPECT_FALSE(is_own_metrics(GetParam() + "\n")) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Texts, ForeignJson,
                         ::testing::Values("{\"mine\": 1}", "{}", "[1, 2]", "{\"status\": \"converged\"}",
                                           "{\"step\": 1, \"loss\": 0.3}", "{\"epoch\": 1, \"loss\": 0.3}", "text",
                                           "{"));

/// A folder with one file that a run would write.
struct FolderCase {
  std::string name;
  std::function<void(const TemporaryFolder& folder)> fill;
  std::string foreign;  ///< empty: the run's own
};

void PrintTo(const FolderCase& one, std::ostream* out) {
  *out << one.name;
}

FolderCase text_case(const std::string& name, const std::string& file, const std::string& text, bool is_own) {
  return {name, [=](const TemporaryFolder& folder) { write_text(folder / file, text); }, is_own ? "" : file};
}

FolderCase own_folder_case(const std::string& name, const std::string& file, const std::string& text, bool is_own) {
  return {name,
          [=](const TemporaryFolder& folder) {
            write_text(folder / "config.toml", own_config());
            write_text(folder / file, text);
          },
          is_own ? "" : file};
}

std::string text_of_bytes(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<FolderCase> folder_cases() {
  const std::string model = text_of_bytes(own_model());
  const std::string checkpoint = text_of_bytes(to_bytes(TrainingState{}));
  std::vector<FolderCase> cases = {
      {"Empty", [](const TemporaryFolder&) {}, ""},
      text_case("NotesOfAPerson", "notes.txt", "mine", true),
      text_case("ConfigOfAPerson", "config.toml", "l2 = 0.1\n", false),
      text_case("SummaryOfAnotherTool", "summary.json", "{\"mine\": 1}", false),
      text_case("MetricsOfAnotherTool", "metrics.jsonl", "{\"step\": 1, \"loss\": 2}\n", false),
      text_case("LockOfAnotherTool", ".lock", "{\"packages\": []}", false),
      text_case("OwnLock", ".lock", "node7 pid 123 (job 5)\n", true),
      text_case("OwnModel", "model.h5", model, true),
      text_case("ModelThatIsText", "model.h5", "weights", false),
      text_case("HalfAModelAlone", "model.h5", model.substr(0, model.size() / 2), false),
      own_folder_case("HalfAModelOfARun", "model.h5", model.substr(0, model.size() / 2), true),
      own_folder_case("TextAsModelInARunFolder", "model.h5", "weights", false),
      own_folder_case("ForeignSummaryInARunFolder", "summary.json", "{\"mine\": 1}", false),
      text_case("OwnCheckpoint", "checkpoint-3.h5", checkpoint, true),
      text_case("HalfACheckpoint", "checkpoint-3.h5", checkpoint.substr(0, checkpoint.size() / 2), true),
      text_case("CheckpointOfAnotherTool", "checkpoint-100.h5", "\x89HDF\r\n\x1a\n...", false),
      own_folder_case("DamagedCheckpointOfARun", "checkpoint-3.h5", "damaged", true),
      own_folder_case("ForeignCheckpointInARunFolder", "checkpoint-3.h5", "\x89HDF\r\n\x1a\n...", false),
      own_folder_case("InterruptedBeforeItsFirstCheckpoint", "metrics.jsonl", "", true),
  };
  cases.push_back({"HDF5OfAnotherTool",
                   [](const TemporaryFolder& folder) {
                     Hdf5ImageWriter image;
                     image.write("/model_weights", std::vector<double>{1.0});
                     write_text(folder / "config.toml", own_config());
                     write_bytes(folder / "model.h5", image.finish());
                   },
                   "model.h5"});
  cases.push_back({"LinkToAPersonsFile",
                   [](const TemporaryFolder& folder) {
                     write_text(folder / "mine.json", "{\"mine\": 1}");
                     fs::create_symlink("mine.json", folder / "summary.json");
                   },
                   "summary.json"});
  cases.push_back({"LinkToNothing",
                   [](const TemporaryFolder& folder) { fs::create_symlink("gone", folder / "summary.json"); }, ""});
  cases.push_back(
      {"Folder", [](const TemporaryFolder& folder) { fs::create_directory(folder / "model.h5"); }, "model.h5"});
  cases.push_back(
      {"Pipe", [](const TemporaryFolder& folder) { ASSERT_EQ(::mkfifo((folder / "config.toml").c_str(), 0600), 0); },
       "config.toml"});
  return cases;
}

class RunFolderOf : public ::testing::TestWithParam<FolderCase> {};

TEST_P(RunFolderOf, IsUsedOnlyWhereNothingForeignWouldBeReplaced) {
  const TemporaryFolder folder;
  GetParam().fill(folder);
  EXPECT_EQ(foreign_file(folder.path()), GetParam().foreign);
  TrainSettings settings = some_settings();
  settings.run = folder.path();
  SerialCommunicator comm;
  if (GetParam().foreign.empty()) {
    EXPECT_NO_THROW(require_own_run_folder(settings, comm));
    return;
  }
  try {
    require_own_run_folder(settings, comm);
    ADD_FAILURE() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::cannot_create);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("/" + GetParam().foreign + ": "), HasSubstr("another --run")));
  }
  settings.plan = true;
  EXPECT_NO_THROW(require_own_run_folder(settings, comm)) << "a plan writes nothing";
}

INSTANTIATE_TEST_SUITE_P(Cases, RunFolderOf, ::testing::ValuesIn(folder_cases()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace lockstep::testing
