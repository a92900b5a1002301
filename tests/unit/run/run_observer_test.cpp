/// What follows a run: its history, its checkpoints at their intervals, and warnings; none of it changes the run.
#include "run/run_observer.h"

#include "io/checkpoint_file.h"
#include "lockstep/fit/fit.h"
#include "model/linear_model.h"
#include "model/losses.h"
#include "risk/empirical_risk.h"

#include <cerrno>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "support/faulty_file_system.h"
#include "support/made_data.h"
#include "support/recording_console.h"
#include "support/states.h"
#include "unit/io/temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TrainSettings sgd_settings(const std::string& checkpoint_every) {
  TrainSettings settings;
  settings.data.path = "a.csv";
  settings.fit.optimizer = OptimizerKind("sgd");
  settings.fit.momentum = 0.9;
  settings.fit.epochs = 4;
  settings.fit.batch_size = 100;
  settings.fit.lanes = 8;
  settings.run.checkpoint_every = CheckpointInterval::parse(checkpoint_every);
  settings.run.keep = 100;
  settings.launch.progress = Progress::lines;
  return settings.completed();
}

LayoutSettings in_lanes() {
  LayoutSettings layout;
  layout.access = Access::mini_batch;
  layout.lanes = 8;
  return layout;
}

/// A run on made data: 4 epochs of 4 steps.
struct ObservedRun {
  explicit ObservedRun(const TrainSettings& chosen, FileSystem* given = nullptr)
      : settings(chosen),
        data(make_data({.rows = 400}, comm, in_lanes())),
        model(7, true, make_logistic_loss()),
        risk(data, model, Penalty(0, 7), {settings.fit.batch_size, settings.fit.seed}, Execution(comm, 1)),
        checkpoints(given != nullptr ? *given : files, folder.path(), settings.run.keep, comm, console),
        observer(
            settings, state, [this] { return risk.agreed().checkpoint != 0; }, monitor, checkpoints, nullptr, comm,
            console) {
    state.optimizer.parameters = Vector::Zero(8);
  }

  Summary train() { return fit(risk, settings.fit, Execution(), state.optimizer, observer); }

  std::vector<std::int64_t> saved_steps() {
    checkpoints.settle();
    std::vector<std::int64_t> steps;
    for (const CheckpointEntry& entry : list_checkpoints(files, folder.path())) {
      steps.push_back(entry.step);
    }
    return steps;
  }

  /// Epochs that end with these objectives.
  void report(const std::vector<double>& objectives) {
    for (const double objective : objectives) {
      IterationReport one;
      one.objective = objective;
      ++state.optimizer.epoch;
      observer.iteration_completed(state.optimizer, one);
    }
  }

  const TemporaryFolder folder;
  TrainSettings settings;
  PosixFileSystem files;
  SerialCommunicator comm;
  RecordingConsole console;
  Dataset data;
  LinearModel model;
  EmpiricalRisk risk;
  TrainingState state;
  StopMonitor monitor{0};
  CheckpointManager checkpoints;
  RunObserver observer;
};

/// A disk that takes as long as it is told to.
class SlowFileSystem : public PosixFileSystem {
 public:
  IoResult sync_file(int file) override {
    open_.wait();
    return PosixFileSystem::sync_file(file);
  }
  std::promise<void> gate;

 private:
  std::shared_future<void> open_ = gate.get_future().share();
};

TEST(RunObserver, TrainingDoesNotWaitForTheSaveBefore) {
  SlowFileSystem slow;
  ObservedRun run(sgd_settings("0.001s"), &slow);
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  EXPECT_TRUE(run.observer.wishes_checkpoint());
  run.checkpoints.save(run.state);
  EXPECT_FALSE(run.observer.wishes_checkpoint()) << "it would wait";
  slow.gate.set_value();
  run.checkpoints.settle();
  EXPECT_TRUE(run.observer.wishes_checkpoint());
}

TEST(RunObserver, KeepsTheHistoryAndShowsALineAnEpoch) {
  ObservedRun run(sgd_settings("1h"));
  run.train();
  ASSERT_THAT(run.state.history, SizeIs(4));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(run.state.history[i].number, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(run.state.history[i].step, 4 * (static_cast<std::int64_t>(i) + 1));
  }
  EXPECT_THAT(run.console.lines, AllOf(SizeIs(4), Each(HasSubstr("learning rate 0.01"))));
  EXPECT_THAT(run.saved_steps(), IsEmpty()) << "an hour is not over";
  EXPECT_FALSE(run.observer.wishes_checkpoint());
  run.observer.save_end();
  EXPECT_THAT(run.saved_steps(), ElementsAre(16));
}

TEST(RunObserver, SavesAtTheInterval) {
  ObservedRun by_step(sgd_settings("3i"));
  by_step.train();
  EXPECT_THAT(by_step.saved_steps(), ElementsAre(15, 12, 9, 6, 3));
  ObservedRun by_epoch(sgd_settings("2e"));
  by_epoch.train();
  EXPECT_THAT(by_epoch.saved_steps(), ElementsAre(16, 8));
  ObservedRun by_time(sgd_settings("0.000001s"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(by_time.observer.wishes_checkpoint());
}

/// A full disk costs the checkpoints; the run ends where it would have ended.
TEST(RunObserver, TrainingGoesOnWhenEverySaveFails) {
  ObservedRun undisturbed(sgd_settings("1i"));
  const Summary expected = undisturbed.train();
  FaultyFileSystem full(Fault::errors, 0, ENOSPC);
  ObservedRun run(sgd_settings("1i"), &full);
  const Summary summary = run.train();
  EXPECT_EQ(summary.reason, expected.reason);
  expect_same_state(run.state.optimizer, undisturbed.state.optimizer);
  EXPECT_THAT(run.saved_steps(), IsEmpty());
  EXPECT_THAT(run.console.warnings, ElementsAre(HasSubstr("training goes on")));
  EXPECT_THROW(run.observer.save_end(), Error) << "the end of a run must not be lost";
}

Summary ending_at(double objective) {
  Summary summary;
  summary.objective = objective;
  return summary;
}

TEST(RunObserver, WarnsOnceOfALossThatRisesForThreeEpochs) {
  ObservedRun run(sgd_settings("1h"));
  run.report({1, 0.9, 1.2, 1.5});
  EXPECT_THAT(run.console.warnings, IsEmpty());
  run.report({1.9, 2.5});
  EXPECT_THAT(run.console.warnings, ElementsAre(HasSubstr("the loss has risen for 3 epochs, from 0.9 to 1.9")));
  run.observer.warn_at_end(ending_at(9));
  EXPECT_THAT(run.console.warnings, SizeIs(1));
}

TEST(RunObserver, WarnsOfARunThatEndsWorseThanItBegan) {
  ObservedRun run(sgd_settings("1h"));
  run.report({1, 0.5});
  run.observer.warn_at_end(ending_at(1.5));
  EXPECT_THAT(run.console.warnings, IsEmpty());
  run.observer.warn_at_end(ending_at(3));
  EXPECT_THAT(run.console.warnings, ElementsAre(HasSubstr("the run ended worse than it began (objective 3, 1 in its")));
}

TEST(RunObserver, NamesOnceTheParametersThatTheEndShowsToBeDependent) {
  ObservedRun run(sgd_settings("1h"));
  Summary summary = ending_at(1);
  summary.damping = 1e-10;
  summary.weak_parameters = {"b (with a)"};
  run.observer.warn_at_end(summary);
  run.observer.warn_at_end(summary);
  EXPECT_THAT(run.console.warnings, ElementsAre(HasSubstr("linearly dependent on others: b (with a); ")));
}

/// A table of dummies may have dozens.
TEST(RunObserver, NamesTheFirstOfManyDependentParameters) {
  ObservedRun run(sgd_settings("1h"));
  Summary summary = ending_at(1);
  summary.weak_parameters = {"a", "b", "c", "d", "e", "f", "g"};
  run.observer.warn_at_end(summary);
  EXPECT_THAT(run.console.warnings, ElementsAre(HasSubstr("on others: a, b, c, d, e and 2 more; ")));
}

}  // namespace
}  // namespace lockstep::testing
