/// Whatever goes wrong at whichever file operation of saving or loading: the newest committed checkpoint is found.
#include "io/checkpoint_file.h"
#include "io/durable_file.h"
#include "lockstep/base/errors.h"
#include "run/checkpoint_manager.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/faulty_file_system.h"
#include "support/power_loss_file_system.h"
#include "support/recording_console.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Folder = PowerLossFileSystem::Folder;

constexpr int kKeep = 2;
/// A checkpoint takes several writes.
constexpr std::size_t kBytesAWrite = 5000;

struct FaultKind {
  std::string name;
  Fault fault = Fault::none;
  int error = 0;
};

const std::vector<FaultKind>& faults() {
  static const std::vector<FaultKind> kinds = {{"ENOSPC", Fault::error, ENOSPC},
                                               {"ENOSPC from there on", Fault::errors, ENOSPC},
                                               {"EIO", Fault::error, EIO},
                                               {"EIO from there on", Fault::errors, EIO},
                                               {"EIO too late", Fault::late_error, EIO},
                                               {"EINTR", Fault::error, EINTR},
                                               {"short count", Fault::short_count, EIO},
                                               {"another byte", Fault::bad_byte, EIO}};
  return kinds;
}

TrainingState at_step(std::int64_t step) {
  TrainingState state;
  state.optimizer.parameters = Vector::Constant(200, static_cast<double>(step));
  state.optimizer.iteration = step;
  return state;
}

/// What load_newest() finds in a folder.
struct Found {
  std::int64_t step = -1;  ///< −1: nothing, and it is no error
  std::vector<std::string> warnings;
  std::string error;
};

Found load(FileSystem& files) {
  SerialCommunicator comm;
  RecordingConsole console;
  Found found;
  try {
    const auto state = CheckpointManager(files, "run", kKeep, comm, console).load_newest();
    if (state) {
      found.step = state->optimizer.iteration;
      EXPECT_EQ(state->optimizer.parameters, at_step(found.step).optimizer.parameters);
    }
  } catch (const Error& error) {
    found.error = error.what();
  }
  found.warnings = console.warnings;
  return found;
}

/// A folder's checkpoints without what is left over beside them.
Folder checkpoints_of(const Folder& folder) {
  Folder checkpoints;
  for (const auto& [name, content] : folder) {
    if (checkpoint_step(name)) {
      checkpoints[name] = content;
    }
  }
  return checkpoints;
}

/// Saves on a disk whose power may fail after every operation, and looks at what would be left.
class Saves {
 public:
  Saves() {
    disk_.most_bytes_a_write = kBytesAWrite;
    disk_.after_operation = [this] { look(); };
  }

  /// Saves the step; committed where nothing is warned of.
  void save(FileSystem& files, std::int64_t step) {
    SerialCommunicator comm;
    RecordingConsole console;
    newest_ = step;
    CheckpointManager(files, "run", kKeep, comm, console).save(at_step(step));
    if (console.warnings.empty()) {
      committed_ = step;
    }
    look();
  }

  void save(std::int64_t step) { save(disk_, step); }

  PowerLossFileSystem& disk() { return disk_; }
  std::int64_t committed() const { return committed_; }
  int looks() const { return looks_; }
  /// Folders in which a committed checkpoint was lost, or one was found damaged.
  int defects() const { return defects_; }

 private:
  void look() {
    for (const Folder& folder : disk_.outcomes()) {
      judge(folder);
    }
    judge(disk_.content());
  }

  void judge(const Folder& folder) {
    const Found& found = found_in(checkpoints_of(folder));
    const bool is_sound =
        found.warnings.empty() && found.error.empty() && found.step <= newest_ && found.step >= committed_;
    defects_ += is_sound ? 0 : 1;
    ++looks_;
  }

  /// Each folder is loaded once: equal states give equal bytes.
  static const Found& found_in(const Folder& checkpoints) {
    static std::map<Folder, Found> known;
    const auto [at, is_new] = known.try_emplace(checkpoints);
    if (is_new) {
      PowerLossFileSystem after(checkpoints);
      at->second = load(after);
    }
    return at->second;
  }

  PowerLossFileSystem disk_;
  std::int64_t committed_ = -1;
  std::int64_t newest_ = -1;
  int looks_ = 0;
  int defects_ = 0;
};

TEST(SavingCheckpoints, PowerLossOrCrashAfterAnyOperationLeavesTheNewestCommittedOne) {
  Saves saves;
  for (std::int64_t step = 1; step <= 5; ++step) {
    saves.save(step);
    EXPECT_EQ(saves.committed(), step);
  }
  EXPECT_EQ(saves.defects(), 0);
  EXPECT_GT(saves.looks(), 500);
  EXPECT_GT(to_bytes(at_step(1)).size(), 2 * kBytesAWrite);
}

/// The model sees what the syncs are for.
TEST(SavingCheckpoints, AForgottenSyncIsNoticed) {
  for (const bool of_file : {true, false}) {
    Saves saves;
    (of_file ? saves.disk().ignore_file_sync : saves.disk().ignore_directory_sync) = true;
    saves.save(1);
    saves.save(2);
    EXPECT_GT(saves.defects(), 0);
  }
}

TEST(SavingCheckpoints, AnyFaultAtAnyOperationThenPowerLossLeavesTheNewestCommittedOne) {
  for (const FaultKind& kind : faults()) {
    int operation = 0;
    for (bool fired = true; fired; ++operation) {
      SCOPED_TRACE(kind.name + " at operation " + std::to_string(operation));
      Saves saves;
      saves.save(1);
      saves.save(2);
      FaultyFileSystem faulty(saves.disk(), kind.fault, operation, kind.error);
      saves.save(faulty, 3);
      fired = faulty.fired();
      if (kind.error == EINTR || kind.fault == Fault::short_count) {
        EXPECT_EQ(saves.committed(), 3);
      }
      saves.save(4);
      EXPECT_EQ(saves.committed(), 4) << "the next interval does not succeed";
      EXPECT_EQ(saves.defects(), 0);
    }
    EXPECT_GT(operation, 12);
  }
}

/// A disk with the checkpoints of steps 1 and 2, and what a crash has left.
PowerLossFileSystem two_checkpoints() {
  Saves saves;
  saves.save(1);
  saves.save(2);
  Folder folder = saves.disk().content();
  folder[std::string(kTemporaryPrefix) + "checkpoint-3.h5-1-2"] = "half";
  return PowerLossFileSystem(folder);
}

TEST(LoadingCheckpoints, AnyFaultAtAnyOperationFindsTheNewestOrNamesIt) {
  for (const FaultKind& kind : faults()) {
    int operation = 0;
    for (bool fired = true; fired; ++operation) {
      SCOPED_TRACE(kind.name + " at operation " + std::to_string(operation));
      PowerLossFileSystem disk = two_checkpoints();
      const Folder before = disk.content();
      FaultyFileSystem faulty(disk, kind.fault, operation, kind.error);
      const Found found = load(faulty);
      fired = faulty.fired();
      const bool is_harmless = kind.error == EINTR || kind.fault == Fault::short_count || kind.fault == Fault::bad_byte;
      if (is_harmless || found.step == 2) {
        EXPECT_EQ(found.step, 2);
        EXPECT_THAT(found.warnings, IsEmpty());
      } else if (found.step == 1) {
        ASSERT_EQ(found.warnings.size(), 1u);
        EXPECT_THAT(found.warnings[0], HasSubstr("run/checkpoint-2.h5: "));
        EXPECT_THAT(found.warnings[0], HasSubstr(std::strerror(kind.error)));
      } else {
        EXPECT_THAT(found.error, AnyOf(HasSubstr(std::strerror(kind.error)), HasSubstr("none of the 2 checkpoints")));
        EXPECT_EQ(found.step, -1);
      }
      EXPECT_EQ(disk.content(), before) << "loading changes the folder";
    }
    EXPECT_GT(operation, 6);
  }
}

TEST(RemovingLeftovers, WithAnyFaultAtAnyOperationTouchesNoCheckpoint) {
  for (const FaultKind& kind : faults()) {
    bool fired = true;
    for (int operation = 0; fired; ++operation) {
      SCOPED_TRACE(kind.name + " at operation " + std::to_string(operation));
      PowerLossFileSystem disk = two_checkpoints();
      const Folder checkpoints = checkpoints_of(disk.content());
      FaultyFileSystem faulty(disk, kind.fault, operation, kind.error);
      std::string error;
      try {
        remove_leftovers(faulty, "run");
      } catch (const SystemError& thrown) {
        error = thrown.what();
      }
      fired = faulty.fired();
      EXPECT_EQ(checkpoints_of(disk.content()), checkpoints);
      if (kind.error == EINTR || !fired) {
        EXPECT_EQ(error, "");
        EXPECT_EQ(disk.content(), checkpoints);
      }
    }
  }
}

}  // namespace
}  // namespace lockstep::testing
