/// Whose file is it? What a run wrote, whole, torn or of an earlier version, and what it did not.
#include "run/own_files.h"

#include "io/hdf5_image.h"
#include "lockstep/base/errors.h"
#include "run/config_entries.h"
#include "run/model_file.h"
#include "run/run_folder.h"
#include "run/run_summary.h"
#include "run/training_state.h"

#include <cctype>
#include <filesystem>
#include <functional>
#include <sstream>

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
  file.schema = schema_of_names(2, {}, "", {"0", "1"});
  return to_bytes(file);
}

const std::string kMetricsLine =
    R"({"iteration":1,"step":1,"objective":0.5,"gradient_norm":0.1,"step_length":1,"parameters_hash":"00ff","seconds":1})"
    "\n";

std::int64_t foreign_line(const std::string& metrics) {
  std::istringstream file(metrics);
  return foreign_metrics_line(file);
}

TEST(OwnFiles, AreRecognisedWholeTornAndOfEarlierVersions) {
  EXPECT_TRUE(is_own_config(own_config()));
  EXPECT_TRUE(is_own_config(config_of_the_first_version()));
  EXPECT_TRUE(is_own_config(std::string(kConfigHeader) + "a-key-of-a-later-version = 1\n"));
  EXPECT_TRUE(is_own_summary(to_json(RunSummary())));
  const std::string zeros(4096, '\0');  // of a power loss
  EXPECT_TRUE(is_own_config(zeros) && is_own_summary(zeros));
  for (const std::string& end : {std::string(), kMetricsLine, std::string("{\"iterat"),
                                 std::string(R"({"epoch":1,"st)"), std::string("{\"itera\0\0", 9), zeros}) {
    const std::string metrics = kMetricsLine + end;
    EXPECT_EQ(foreign_line(end), 0) << end;
    EXPECT_EQ(foreign_line(metrics), 0) << metrics;
  }
}

/// Texts come into place whole: one without content is a person's.
TEST(OwnFiles, AreNeverEmpty) {
  for (const char* nothing : {"", "\n", "  \n"}) {
    EXPECT_FALSE(is_own_config(nothing) || is_own_summary(nothing)) << nothing;
  }
}

TEST(OwnFiles, TheFirstLineOfMetricsThatNoRunWroteIsFound) {
  EXPECT_EQ(foreign_line(kMetricsLine + "# my note\n" + kMetricsLine), 2);
  EXPECT_EQ(foreign_line(kMetricsLine + kMetricsLine + "my note"), 3);
  EXPECT_EQ(foreign_line(kMetricsLine + "\n" + kMetricsLine), 2);
  EXPECT_EQ(foreign_line("{\"epoch\":1,\"st\n" + kMetricsLine), 1) << "only the last line may be torn";
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
  EXPECT_EQ(foreign_line(GetParam() + "\n"), 1) << GetParam();
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
  std::int64_t line = 0;
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

/// The letters of a file's name.
std::string word_of(std::string name) {
  std::erase_if(name, [](unsigned char c) { return std::isalpha(c) == 0; });
  return name;
}

std::vector<FolderCase> folder_cases() {
  const std::string model = text_of_bytes(own_model());
  const std::string checkpoint = text_of_bytes(to_bytes(TrainingState{}));
  std::vector<FolderCase> cases = {
      {"Empty", [](const TemporaryFolder&) {}, ""},
      text_case("NotesOfAPerson", "notes.txt", "mine", true),
      text_case("ConfigOfAPerson", "config.toml", "l2 = 0.1\n", false),
      text_case("SummaryOfAnotherTool", "summary.json", "{\"mine\": 1}", false),
      text_case("LockOfAnotherTool", ".lock", "{\"packages\": []}", false),
      text_case("OwnLock", ".lock", "node7 pid 123 (job 5)\n", true),
      text_case("OwnModel", "model.h5", model, true),
      text_case("ModelThatIsText", "model.h5", "weights", false),
      text_case("HalfAModel", "model.h5", model.substr(0, model.size() / 2), true),
      text_case("HalfAModelWithoutSealAlone", "model.h5", model.substr(kSealBytes, model.size() / 2), false),
      own_folder_case("HalfAModelWithoutSealOfARun", "model.h5", model.substr(kSealBytes, model.size() / 2), true),
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
  for (const char* name : {"config.toml", "model.h5", "summary.json", "metrics.jsonl", "checkpoint-3.h5", ".lock"}) {
    const std::string label = word_of(name);
    cases.push_back({"LinkToNothing_" + label,
                     [=](const TemporaryFolder& folder) { fs::create_symlink("gone", folder / name); }, name});
    if (name != std::string(".lock")) {  // it is empty until the lock is held
      cases.push_back(text_case("EmptyFile_" + label, name, "", false));
    }
  }
  for (const char* name : {"model.h5", "summary.json", "checkpoint-3.h5"}) {
    const std::string label = word_of(name);
    cases.push_back(own_folder_case("EmptyFileInARunFolder_" + label, name, "", false));
    cases.push_back({"LinkInARunFolder_" + label,
                     [=](const TemporaryFolder& folder) {
                       write_text(folder / "config.toml", own_config());
                       write_text(folder / "mine", "mine");
                       fs::create_symlink("mine", folder / name);
                     },
                     name});
  }
  FolderCase note = own_folder_case("NoteAmongMetrics", "metrics.jsonl", kMetricsLine + "lr was too high\n", false);
  note.line = 2;
  FolderCase foreign = text_case("MetricsOfAnotherTool", "metrics.jsonl", "{\"step\": 1, \"loss\": 2}\n", false);
  foreign.line = 1;
  cases.push_back(foreign);
  cases.push_back(note);
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
  const auto foreign = foreign_file(folder.path());
  EXPECT_EQ(foreign.value_or(ForeignFile{}), (ForeignFile{GetParam().foreign, GetParam().line}));
  TrainSettings settings = some_settings();
  settings.run.folder = folder.path();
  settings.run.overwrite = true;  // of results, never of what is foreign
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
    EXPECT_THAT(error.what(), AllOf(HasSubstr("/" + GetParam().foreign + ":"), HasSubstr("another --run")));
  }
  settings.launch.plan = true;
  EXPECT_NO_THROW(require_own_run_folder(settings, comm)) << "a plan writes nothing";
}

INSTANTIATE_TEST_SUITE_P(Cases, RunFolderOf, ::testing::ValuesIn(folder_cases()),
                         [](const auto& one) { return one.param.name; });

/// Results that a run left, and whether it can be taken up.
struct ResultsCase {
  std::string name;
  std::string file;
  std::string text;
  bool has_checkpoint;
  bool is_used;
};

void PrintTo(const ResultsCase& one, std::ostream* out) {
  *out << one.name;
}

std::string summary_that(Summary::Status status) {
  RunSummary summary;
  summary.outcome.status = status;
  return to_json(summary);
}

class ResultsOf : public ::testing::TestWithParam<ResultsCase> {};

TEST_P(ResultsOf, AFinishedRunAreNotTrainedOverWithoutItsCheckpoints) {
  const TemporaryFolder folder;
  write_text(folder / GetParam().file, GetParam().text);
  if (GetParam().has_checkpoint) {
    write_bytes(folder / "checkpoint-3.h5", to_bytes(TrainingState{}));
  }
  SerialCommunicator comm;
  TrainSettings settings = some_settings();
  settings.run.folder = folder.path();
  for (const ResumePolicy policy : {ResumePolicy::automatic, ResumePolicy::never, ResumePolicy::file}) {
    settings.run.resume.policy = policy;
    std::string refusal;
    try {
      require_own_run_folder(settings, comm);
    } catch (const Error& error) {
      refusal = error.what();
      EXPECT_EQ(error.code(), ExitCode::cannot_create);
    }
    EXPECT_EQ(refusal.find("--overwrite") == std::string::npos, GetParam().is_used) << refusal;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ResultsOf,
    ::testing::Values(
        ResultsCase{"Model", "model.h5", text_of_bytes(own_model()), false, false},
        ResultsCase{"Converged", "summary.json", summary_that(Summary::Status::converged), false, false},
        ResultsCase{"AtALimit", "summary.json", summary_that(Summary::Status::limit_reached), false, false},
        ResultsCase{"Failed", "summary.json", summary_that(Summary::Status::failed), false, true},
        ResultsCase{"ModelToResume", "model.h5", text_of_bytes(own_model()), true, true},
        ResultsCase{"ConvergedToResume", "summary.json", summary_that(Summary::Status::converged), true, true}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace lockstep::testing
