#include "io/checkpoint_file.h"

#include "base/hash.h"
#include "io/durable_file.h"
#include "io/hdf5_image.h"
#include "lockstep/base/errors.h"

#include <csignal>
#include <cstring>
#include <filesystem>

#include "support/faulty_file_system.h"
#include "temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lockstep {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using testing::Fault;
using testing::FaultyFileSystem;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

std::vector<std::byte> sealed_checkpoint(double value) {
  Hdf5ImageWriter writer(kSealBytes);
  writer.write("/parameters", std::vector<double>(50, value));
  writer.write_scalar("/step", std::int64_t{7});
  return seal(kCheckpointSeal, writer.finish());
}

/// Why the bytes are refused; "accepted" where they are not.
std::string refusal(std::span<const std::byte> file) {
  try {
    unseal(kCheckpointSeal, file, "run/checkpoint-7.h5");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

double value_of(std::span<const std::byte> file) {
  Hdf5ImageReader reader(unseal(kCheckpointSeal, file, "checkpoint"), "checkpoint");
  return reader.read_doubles("/parameters").at(49);
}

TEST(CheckpointFile, OpensAfterSealing) {
  const std::vector<std::byte> file = sealed_checkpoint(1.25);
  EXPECT_EQ(value_of(file), 1.25);
  EXPECT_EQ(std::memcmp(file.data(), "LOCKSTEP", 8), 0);
}

TEST(CheckpointFile, EqualContentGivesEqualBytes) {
  EXPECT_EQ(sealed_checkpoint(3), sealed_checkpoint(3));
  EXPECT_NE(sealed_checkpoint(3), sealed_checkpoint(4));
}

TEST(CheckpointFile, EveryFlippedBitIsRefused) {
  std::vector<std::byte> file = sealed_checkpoint(1);
  int flips = 0;
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (unsigned bit = i < kSealBytes ? 0 : 7; bit < 8; ++bit) {
      const std::byte flip{static_cast<unsigned char>(1U << (bit + i) % 8)};
      file[i] ^= flip;
      ASSERT_NE(refusal(file), "accepted") << "byte " << i << " bit " << bit;
      file[i] ^= flip;
      ++flips;
    }
  }
  EXPECT_EQ(refusal(file), "accepted");
  EXPECT_GT(flips, 5000);
}

TEST(CheckpointFile, EveryTruncationIsRefused) {
  const std::vector<std::byte> file = sealed_checkpoint(1);
  for (std::size_t length = 0; length < file.size(); ++length) {
    ASSERT_THAT(refusal(std::span(file).first(length)), HasSubstr("truncated (" + std::to_string(length) + " of "));
  }
}

TEST(CheckpointFile, RefusalsNameTheFileAndTheReason) {
  const std::vector<std::byte> good = sealed_checkpoint(1);
  const auto changed = [&](auto change) {
    std::vector<std::byte> file = good;
    change(file);
    return refusal(file);
  };
  const std::string name = "run/checkpoint-7.h5: ";
  EXPECT_THAT(changed([](auto& file) { file[0] = std::byte{'X'}; }), HasSubstr(name + "not a Lockstep checkpoint"));
  EXPECT_THAT(changed([](auto& file) { file.assign(5000, std::byte{0}); }), HasSubstr("not a Lockstep checkpoint"));
  EXPECT_THAT(changed([](auto& file) { file.resize(600); }), HasSubstr(name + "truncated (600 of "));
  EXPECT_THAT(changed([](auto& file) { file[20] ^= std::byte{1}; }), HasSubstr(name + "header damaged"));
  EXPECT_THAT(changed([](auto& file) { file[300] ^= std::byte{1}; }), HasSubstr("header damaged"));
  EXPECT_THAT(changed([](auto& file) { file.back() ^= std::byte{1}; }), HasSubstr(name + "content damaged (its SHA"));
  EXPECT_THAT(changed([](auto& file) { file.push_back(std::byte{0}); }),
              HasSubstr("content damaged (1 bytes after its end)"));
  EXPECT_THAT(changed([](auto& file) { std::fill(file.begin() + 1000, file.end(), std::byte{0}); }),
              HasSubstr("content damaged"));
  const std::string newer = changed([](auto& file) {
    file[8] = std::byte{2};
    const std::uint64_t checksum = hash64(std::span<const std::byte>(file).first(504));
    std::memcpy(file.data() + 504, &checksum, sizeof checksum);
  });
  EXPECT_THAT(newer, HasSubstr(name + "newer format version 2"));
}

TEST(CheckpointFile, NamesCarryTheStepAndNoOtherNamePasses) {
  EXPECT_EQ(checkpoint_name(0), "checkpoint-0.h5");
  for (const std::int64_t step : {std::int64_t{0}, std::int64_t{12}, std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(checkpoint_step(checkpoint_name(step)), step);
  }
  for (const char* name : {"checkpoint-.h5", "checkpoint-01.h5", "checkpoint--1.h5", "checkpoint-+1.h5",
                           "checkpoint-1.h5~", "checkpoint-1", "checkpoint-9223372036854775808.h5", "model.h5", "",
                           ".tmp-checkpoint-1.h5-2-3", "checkpoint- 1.h5", "xcheckpoint-1.h5"}) {
    EXPECT_FALSE(checkpoint_step(name)) << name;
  }
}

TEST(ListCheckpoints, NewestFirstAndOnlyRegularFiles) {
  const TemporaryFolder folder;
  for (const char* name : {"checkpoint-9.h5", "checkpoint-100.h5", "checkpoint-20.h5", "model.h5"}) {
    testing::write_text(folder / name, "x");
  }
  std::filesystem::create_symlink(folder / "checkpoint-9.h5", folder / "checkpoint-500.h5");
  std::filesystem::create_directory(folder / "checkpoint-600.h5");
  PosixFileSystem files;
  std::vector<std::int64_t> steps;
  for (const CheckpointEntry& entry : list_checkpoints(files, folder.path())) {
    steps.push_back(entry.step);
    EXPECT_EQ(entry.name, checkpoint_name(entry.step));
  }
  EXPECT_THAT(steps, ElementsAre(100, 20, 9));
  EXPECT_THROW(list_checkpoints(files, folder / "none"), SystemError);
}

/// True when a child that replaces the checkpoint was killed at that operation.
bool killed_while_replacing(const std::string& directory, std::span<const std::byte> bytes, Fault fault,
                            int operation) {
  const pid_t child = ::fork();
  if (child == 0) {
    FaultyFileSystem files(fault, operation);
    replace_durably(files, directory, checkpoint_name(7), bytes);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

TEST(ReplacingACheckpoint, KilledAtAnyOperationLeavesTheOldOrTheNewOne) {
  const std::vector<std::byte> old_file = sealed_checkpoint(1);
  const std::vector<std::byte> new_file = sealed_checkpoint(2);
  for (const Fault fault : {Fault::kill_before, Fault::kill_halfway}) {
    bool saw_old = false;
    bool saw_new = false;
    int operation = 0;
    for (bool killed = true; killed; ++operation) {
      SCOPED_TRACE(operation);
      const TemporaryFolder folder;
      PosixFileSystem files;
      replace_durably(files, folder.path(), checkpoint_name(7), old_file);
      killed = killed_while_replacing(folder.path(), new_file, fault, operation);
      const std::vector<CheckpointEntry> found = list_checkpoints(files, folder.path());
      ASSERT_EQ(found.size(), 1u);
      const double value = value_of(read_file(files, folder.path(), found[0].name));
      EXPECT_THAT(value, AnyOf(1.0, 2.0));
      saw_old = saw_old || value == 1;
      saw_new = saw_new || (killed && value == 2);
      remove_leftovers(files, folder.path());
      EXPECT_EQ(list_directory(files, folder.path()).size(), 1u);
    }
    EXPECT_TRUE(saw_old && saw_new) << "the kills did not reach both sides of the rename";
    EXPECT_GT(operation, 9);
  }
}

}  // namespace
}  // namespace lockstep
