/// What a changed setting is called when a run is taken up again.
#include "run/resume.h"

#include "lockstep/base/errors.h"

#include <functional>

#include "support/recording_console.h"
#include "unit/io/temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TrainingState state_of(const TrainSettings& settings) {
  TrainingState state;
  state.optimizer.parameters = Vector::Zero(2);
  for (const ConfigEntry& entry : config_entries(settings)) {
    if (entry.shapes_result) {
      state.configuration.push_back(entry);
    }
  }
  return state;
}

/// The refusal to go on with `now` in a run that began with `before`; empty where it goes on.
std::string refusal(const TrainSettings& before, const TrainSettings& now) {
  const TemporaryFolder folder;
  PosixFileSystem files;
  SerialCommunicator comm;
  SilentConsole console;
  CheckpointManager checkpoints(files, folder.path(), 2, comm, console);
  checkpoints.save_or_throw(state_of(before));
  try {
    resume_or_start(now, state_of(now), checkpoints, console);
  } catch (const ConfigurationError& error) {
    return error.what();
  }
  return {};
}

struct ChangeCase {
  std::string name;
  std::function<void(TrainSettings&)> change;
  std::string said;
  std::string not_said;
};

void PrintTo(const ChangeCase& one, std::ostream* out) {
  *out << one.name;
}

class Change : public ::testing::TestWithParam<ChangeCase> {};

TEST_P(Change, IsNamedWithBothValuesAndWithoutWhatFollowsFromIt) {
  TrainSettings before;
  before.data.path = "a.csv";
  before.fit.optimizer = OptimizerKind("sgd");
  TrainSettings now = before;
  GetParam().change(now);
  EXPECT_THAT(refusal(before, now), AllOf(HasSubstr(GetParam().said), Not(HasSubstr(GetParam().not_said)),
                                          Not(HasSubstr("was -")), Not(HasSubstr("is -"))));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Change,
    ::testing::Values(ChangeCase{"Value", [](auto& s) { s.penalty.l2 = 0.5; }, "l2 is 0.5, was 0", "epochs"},
                      ChangeCase{"ScheduleWithHorizon",
                                 [](auto& s) {
                                   s.fit.schedule = ScheduleShape::parse("cosine");
                                   s.fit.epochs = 20;
                                 },
                                 "schedule is \"cosine\", was \"constant\"", "epochs"},
                      ChangeCase{"Optimizer", [](auto& s) { s.fit.optimizer = OptimizerKind("newton"); },
                                 "optimizer is \"newton\", was \"sgd\"", "batch-size"},
                      ChangeCase{"HeldOutFraction", [](auto& s) { s.validation.rows = ValidationSource::parse("0.2"); },
                                 "validation is \"0.2\", was not given", "?"}),
    [](const auto& one) { return one.param.name; });

TEST(Resume, GoesOnWithWhatIsSaidForOneLaunch) {
  TrainSettings settings;
  settings.data.path = "a.csv";
  TrainSettings now = settings;
  now.run.allow_change = {"l2"};
  now.launch.plan = true;
  EXPECT_EQ(refusal(settings, now), "");
}

/// A run folder with a checkpoint of step 3, and a job that comes upon it.
class ResumedRun : public ::testing::Test {
 protected:
  ResumedRun() {
    settings_.data.path = "a.csv";
    saved_ = state_of(settings_);
    saved_.optimizer.iteration = 3;
    saved_.fingerprint = 1;
    saved_.build = "here";
    fresh_ = saved_;
    fresh_.optimizer.iteration = 0;
    checkpoints_.save_or_throw(saved_);
  }

  std::int64_t first_step() { return resume_or_start(settings_, fresh_, checkpoints_, console_).optimizer.iteration; }

  std::pair<ExitCode, std::string> refused() {
    try {
      first_step();
    } catch (const Error& error) {
      return {error.code(), error.what()};
    }
    return {ExitCode::success, ""};
  }

  const TemporaryFolder folder_;
  PosixFileSystem files_;
  SerialCommunicator comm_;
  RecordingConsole console_;
  CheckpointManager checkpoints_{files_, folder_.path(), 2, comm_, console_};
  TrainSettings settings_;
  TrainingState saved_;
  TrainingState fresh_;
};

TEST_F(ResumedRun, GoesOnFromTheNewestCheckpoint) {
  EXPECT_EQ(first_step(), 3);
  EXPECT_TRUE(console_.warnings.empty());
  checkpoints_.remove_above(-1);
  EXPECT_EQ(first_step(), 0) << "without a checkpoint it starts";
}

TEST_F(ResumedRun, StartsAnewOverACheckpointOnlyWhereToldTo) {
  settings_.run.resume = Resume::parse("never");
  const auto [code, text] = refused();
  EXPECT_EQ(code, ExitCode::cannot_create);
  EXPECT_THAT(text, HasSubstr("holds checkpoints up to step 3; --overwrite removes them"));
  settings_.run.overwrite = true;
  EXPECT_EQ(first_step(), 0);
  EXPECT_EQ(checkpoints_.newest_step(), -1);
}

TEST_F(ResumedRun, OnOtherDataIsRefused) {
  fresh_.fingerprint = 2;
  const auto [code, text] = refused();
  EXPECT_EQ(code, ExitCode::bad_data);
  EXPECT_THAT(text, HasSubstr("the data differ from those this run was started on"));
  fresh_.fingerprint = 1;
  fresh_.validation_fingerprint = 5;
  EXPECT_THAT(refused().second, HasSubstr("the validation data, which early stopping follows, differ"));
  fresh_.validation_fingerprint = 0;
  fresh_.leaves = 64;
  EXPECT_THAT(refused().second, HasSubstr("the checkpoint does not fit: 2 parameters, 0 leaves"));
}

TEST_F(ResumedRun, WarnsOfAnotherBuildAndTakesItsName) {
  fresh_.build = "there";
  EXPECT_EQ(resume_or_start(settings_, fresh_, checkpoints_, console_).build, "there");
  ASSERT_EQ(console_.warnings.size(), 1u);
  EXPECT_THAT(console_.warnings[0], HasSubstr("written by another build or processor kind (here; now there)"));
}

TEST_F(ResumedRun, FromAFileGivesUpLaterCheckpointsOnlyWhereToldTo) {
  TrainingState later = saved_;
  later.optimizer.iteration = 9;
  checkpoints_.save_or_throw(later);
  settings_.run.resume = Resume::parse(folder_ / "checkpoint-3.h5");
  EXPECT_EQ(refused().first, ExitCode::cannot_create);
  settings_.run.overwrite = true;
  EXPECT_EQ(first_step(), 3);
  EXPECT_EQ(checkpoints_.newest_step(), 3);
}

}  // namespace
}  // namespace lockstep::testing
