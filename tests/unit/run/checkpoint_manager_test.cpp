/// Checkpoints of a run folder: the newest sound one is found, and a save that fails costs nothing but itself.
#include "run/checkpoint_manager.h"

#include "base/hash.h"
#include "io/checkpoint_file.h"
#include "lockstep/base/errors.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "support/faulty_file_system.h"
#include "support/recording_console.h"
#include "support/thread_communicator.h"
#include "unit/io/temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TrainingState at_step(std::int64_t step) {
  TrainingState state;
  state.optimizer.parameters = Vector::Constant(3, static_cast<double>(step));
  state.optimizer.iteration = step;
  return state;
}

class Checkpoints : public ::testing::Test {
 protected:
  CheckpointManager manager(FileSystem& files) { return {files, folder_.path(), 2, comm_, console_}; }
  CheckpointManager manager() { return manager(files_); }

  std::vector<std::int64_t> steps() {
    std::vector<std::int64_t> steps;
    for (const CheckpointEntry& entry : list_checkpoints(files_, folder_.path())) {
      steps.push_back(entry.step);
    }
    return steps;
  }

  /// Replaces bytes of a checkpoint's header, whose checksum is made to fit.
  void change_header(std::int64_t step, std::size_t at, std::byte value) {
    const std::string path = folder_ / checkpoint_name(step);
    std::string text = text_of(path);
    text[at] = static_cast<char>(value);
    const std::uint64_t checksum = hash64(bytes_of(text).first(504));
    std::memcpy(text.data() + 504, &checksum, sizeof checksum);
    write_text(path, text);
  }

  /// The code and the text of the error that `work` ends with.
  template <typename Work>
  std::pair<ExitCode, std::string> failure(Work work) {
    try {
      work();
    } catch (const Error& error) {
      return {error.code(), error.what()};
    }
    return {ExitCode::success, ""};
  }

  const TemporaryFolder folder_;
  PosixFileSystem files_;
  SerialCommunicator comm_;
  RecordingConsole console_;
};

TEST_F(Checkpoints, TheNewestComesBackAndOldOnesGo) {
  CheckpointManager checkpoints = manager();
  EXPECT_FALSE(checkpoints.load_newest());
  EXPECT_EQ(checkpoints.newest_step(), -1);
  for (const std::int64_t step : {5, 20, 100}) {
    checkpoints.save(at_step(step));
  }
  checkpoints.settle();
  EXPECT_THAT(steps(), ElementsAre(100, 20));
  EXPECT_EQ(checkpoints.newest_step(), 100);
  EXPECT_EQ(checkpoints.load_newest()->optimizer.parameters, at_step(100).optimizer.parameters);
  EXPECT_EQ(checkpoints.load(folder_ / checkpoint_name(20)).optimizer.iteration, 20);
  EXPECT_THAT(console_.warnings, IsEmpty());
}

/// The best one is worth more than its age.
TEST_F(Checkpoints, ThatOfTheBestValidationLossStays) {
  CheckpointManager checkpoints = manager();
  TrainingState state = at_step(0);
  const std::vector<double> losses = {0.5, 0.2, 0.3, 0.25, 0.2, 0.4};
  for (std::size_t i = 0; i < losses.size(); ++i) {
    state.optimizer.iteration = static_cast<std::int64_t>(i) + 1;
    state.history.emplace_back();
    state.history.back().step = state.optimizer.iteration;
    state.history.back().validation_loss = losses[i];
    checkpoints.save(state);
  }
  checkpoints.settle();
  EXPECT_THAT(steps(), ElementsAre(6, 5, 2));
  state.optimizer.iteration = 7;  // in mid-epoch
  checkpoints.save(state);
  checkpoints.settle();
  EXPECT_THAT(steps(), ElementsAre(7, 6, 2));
}

TEST_F(Checkpoints, AreRemovedAboveAStep) {
  CheckpointManager checkpoints = manager();
  checkpoints.save(at_step(7));
  checkpoints.save(at_step(8));
  checkpoints.remove_above(7);
  EXPECT_THAT(steps(), ElementsAre(7));
  checkpoints.remove_above(-1);
  EXPECT_THAT(steps(), IsEmpty());
}

TEST_F(Checkpoints, ADamagedOneIsNamedAndTheOneBeforeItTaken) {
  CheckpointManager checkpoints = manager();
  checkpoints.save(at_step(1));
  checkpoints.save(at_step(2));
  checkpoints.settle();
  write_text(folder_ / checkpoint_name(2), "LOCKSTEP");
  EXPECT_EQ(checkpoints.load_newest()->optimizer.iteration, 1);
  ASSERT_EQ(console_.warnings.size(), 1u);
  EXPECT_THAT(console_.warnings[0], HasSubstr("checkpoint-2.h5: truncated"));
  write_text(folder_ / checkpoint_name(1), "LOCKSTEP");
  const auto [code, text] = failure([&] { checkpoints.load_newest(); });
  EXPECT_EQ(code, ExitCode::bad_data);
  EXPECT_THAT(text, HasSubstr("none of the 2 checkpoints is valid"));
}

/// An older one beside it would give up what another Lockstep has done since.
TEST_F(Checkpoints, ASoundOneOfAnotherFormatIsRefusedWhateverStandsBesideIt) {
  CheckpointManager checkpoints = manager();
  checkpoints.save(at_step(1));
  checkpoints.save(at_step(2));
  checkpoints.settle();
  change_header(2, 8, std::byte{9});
  const auto [code, text] = failure([&] { checkpoints.load_newest(); });
  EXPECT_EQ(code, ExitCode::configuration);
  EXPECT_THAT(text, HasSubstr("newer format version 9 (this Lockstep reads 1); go on with the Lockstep that wrote it"));
  EXPECT_THAT(steps(), ElementsAre(2, 1));
}

TEST_F(Checkpoints, ASaveThatFailsIsAWarningAndTheOlderOneStays) {
  manager().save(at_step(1));
  int warned = 0;
  bool fired = true;
  for (int operation = 0; fired; ++operation) {
    FaultyFileSystem files(Fault::errors, operation, ENOSPC);
    console_.warnings.clear();
    EXPECT_NO_THROW(manager(files).save(at_step(2)));
    fired = files.fired();
    const bool is_saved = steps().front() == 2;
    EXPECT_TRUE(is_saved || !console_.warnings.empty()) << "operation " << operation;
    for (const std::string& warning : console_.warnings) {
      EXPECT_THAT(warning, HasSubstr("no checkpoint at step 2: "));
      EXPECT_THAT(warning, HasSubstr("training goes on, older checkpoints are intact"));
      ++warned;
    }
    const std::int64_t newest = manager().load_newest()->optimizer.iteration;
    EXPECT_EQ(newest, is_saved ? 2 : 1);
    manager().remove_above(1);
  }
  EXPECT_GT(warned, 3);
}

TEST_F(Checkpoints, ASaveThatMustNotFailEndsEveryRank) {
  std::atomic<int> failed = 0;
  run_ranks(3, [&](Communicator& comm) {
    FaultyFileSystem files(Fault::errors, 0, ENOSPC);
    SilentConsole console;
    CheckpointManager checkpoints(files, folder_.path(), 2, comm, console);
    try {
      checkpoints.save_or_throw(at_step(1));
    } catch (const Error&) {
      ++failed;
    }
    EXPECT_EQ(files.operations() > 0, comm.rank() == 0) << "rank 0 alone touches the disk";
  });
  EXPECT_EQ(failed, 3);
}

TEST_F(Checkpoints, AreLoadedOnEveryRank) {
  manager().save(at_step(4));
  run_ranks(3, [&](Communicator& comm) {
    SilentConsole console;
    CheckpointManager checkpoints(files_, folder_.path(), 2, comm, console);
    EXPECT_EQ(checkpoints.load_newest()->optimizer.parameters, at_step(4).optimizer.parameters);
    EXPECT_EQ(checkpoints.newest_step(), 4);
  });
}

}  // namespace
}  // namespace lockstep::testing
