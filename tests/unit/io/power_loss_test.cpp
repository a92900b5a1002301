#include "io/checkpoint_file.h"
#include "io/durable_file.h"
#include "lockstep/base/errors.h"

#include "support/power_loss_file_system.h"
#include "temporary_folder.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::bytes_of;
using testing::PowerLossFileSystem;

/// A sealed checkpoint whose content is that character.
std::vector<std::byte> sealed(char content) {
  return seal(kCheckpointSeal, std::vector<std::byte>(kSealBytes + 1000, static_cast<std::byte>(content)));
}

/// Content of the newest valid checkpoint; 0 where there is none. Every damaged one counts in `damaged`.
char newest_valid(const PowerLossFileSystem::Folder& folder, int& damaged) {
  std::int64_t newest = -1;
  char content = 0;
  for (const auto& [name, text] : folder) {
    const auto step = checkpoint_step(name);
    if (!step) {
      continue;
    }
    try {
      const auto file = unseal(kCheckpointSeal, bytes_of(text), name);
      if (*step > newest) {
        newest = *step;
        content = static_cast<char>(file.back());
      }
    } catch (const DataError&) {
      ++damaged;
    }
  }
  return content;
}

class PowerLoss : public ::testing::TestWithParam<std::int64_t> {
 protected:
  /// Saves the old checkpoint, then the new one under step GetParam(), with a power loss after every
  /// operation. Returns the number of states found in which a checkpoint is damaged.
  int damaged_states(bool ignore_file_sync) {
    PowerLossFileSystem files;
    replace_durably(files, "run", checkpoint_name(1), sealed('o'));
    files.ignore_file_sync = ignore_file_sync;
    int damaged = 0;
    int states = 0;
    files.after_operation = [&] {
      for (const auto& folder : files.outcomes()) {
        const char content = newest_valid(folder, damaged);
        EXPECT_TRUE(content == 'o' || content == 'n' || ignore_file_sync);
        ++states;
      }
    };
    replace_durably(files, "run", checkpoint_name(GetParam()), sealed('n'));
    for (const auto& folder : files.outcomes()) {
      EXPECT_TRUE(newest_valid(folder, damaged) == 'n' || ignore_file_sync) << "saved, but not durable";
    }
    EXPECT_GT(states, 20);
    return damaged;
  }
};

INSTANTIATE_TEST_SUITE_P(OfStep, PowerLoss, ::testing::Values(1, 2));

TEST_P(PowerLoss, AfterAnyOperationLeavesAValidCheckpointAndNoDamagedOne) {
  EXPECT_EQ(damaged_states(false), 0);
}

TEST_P(PowerLoss, ModelNoticesAForgottenFsync) {
  EXPECT_GT(damaged_states(true), 0);
}

}  // namespace
}  // namespace lockstep
