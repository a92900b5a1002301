/// What a changed setting is called when a run is taken up again.
#include "run/resume.h"

#include "lockstep/base/errors.h"

#include <functional>

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
  before.fit.optimizer = OptimizerKind::sgd;
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
                      ChangeCase{"Optimizer", [](auto& s) { s.fit.optimizer = OptimizerKind::newton; },
                                 "optimizer is \"newton\", was \"sgd\"", "batch-size"},
                      ChangeCase{"HeldOutFraction", [](auto& s) { s.validation.rows = ValidationSource::parse("0.2"); },
                                 "validation is \"0.2\", was not given", "?"}),
    [](const auto& one) { return one.param.name; });

TEST(Resume, GoesOnWithWhatIsSaidForOneLaunch) {
  TrainSettings settings;
  settings.data.path = "a.csv";
  TrainSettings now = settings;
  now.run.allow_change = {"l2"};
  now.run.plan = true;
  EXPECT_EQ(refusal(settings, now), "");
}

}  // namespace
}  // namespace lockstep::testing
