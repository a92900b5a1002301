#include "io/durable_file.h"

#include "lockstep/base/errors.h"

#include <cstring>
#include <filesystem>

#include "support/faulty_file_system.h"
#include "temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lockstep {
namespace {

using ::testing::AnyOf;
using testing::bytes_of;
using testing::Fault;
using testing::FaultyFileSystem;
using ::testing::HasSubstr;
using testing::TemporaryFolder;
using testing::text_of;

int temporary_files(const std::string& directory) {
  PosixFileSystem files;
  int count = 0;
  for (const DirectoryEntry& entry : list_directory(files, directory)) {
    count += entry.name.starts_with(kTemporaryPrefix) ? 1 : 0;
  }
  return count;
}

const std::string kOld(3000, 'o');
const std::string kNew(5000, 'n');

TEST(ReplaceDurably, CreatesAndReplacesAndLeavesNothingElse) {
  const TemporaryFolder folder;
  PosixFileSystem files;
  replace_durably(files, folder.path(), "file", bytes_of(kOld));
  EXPECT_EQ(text_of(folder / "file"), kOld);
  replace_durably(files, folder.path(), "file", bytes_of(kNew));
  EXPECT_EQ(text_of(folder / "file"), kNew);
  replace_durably(files, folder.path(), "file", {});
  EXPECT_EQ(text_of(folder / "file"), "");
  EXPECT_EQ(temporary_files(folder.path()), 0);
}

/// Lets go of what it is told to, and remembers how much.
class Releasing final : public PosixFileSystem {
 public:
  IoResult release(int file, std::int64_t begin, std::int64_t bytes) override {
    released += bytes;
    return error != 0 ? -error : PosixFileSystem::release(file, begin, bytes);
  }
  std::int64_t released = 0;
  int error = 0;
};

TEST(ReplaceDurably, MemoryOfALongFileIsLetGoWhileItIsWrittenAndReadBack) {
  const TemporaryFolder folder;
  std::vector<std::byte> bytes(std::size_t{9} << 20);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(i * 7 + i / 4096);
  }
  Releasing files;
  replace_durably(files, folder.path(), "long", bytes);
  EXPECT_TRUE(read_file(files, folder.path(), "long") == bytes);
  EXPECT_EQ(files.released, std::int64_t{16} << 20) << "two portions, twice";
  replace_durably(files, folder.path(), "short", std::span(bytes).first(1000));
  EXPECT_EQ(files.released, std::int64_t{16} << 20);
  files.error = EIO;  // of writing out
  EXPECT_THROW(replace_durably(files, folder.path(), "long", bytes), SystemError);
}

TEST(ReplaceDurably, ContentLargerThanABlockIsWrittenWhole) {
  const TemporaryFolder folder;
  PosixFileSystem files;
  std::string large(3'500'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) {
    large[i] = static_cast<char>(i * i >> 5);
  }
  replace_durably(files, folder.path(), "file", bytes_of(large));
  EXPECT_EQ(text_of(folder / "file"), large);
  const std::vector<std::byte> read = read_file(files, folder.path(), "file");
  ASSERT_EQ(read.size(), large.size());
  EXPECT_EQ(std::memcmp(read.data(), large.data(), large.size()), 0);
}

TEST(ReplaceDurably, EveryErrorAtEveryOperationLeavesOldOrNewContentWhole) {
  for (const int error : {ENOSPC, EIO, EDQUOT, EROFS, EACCES}) {
    for (const Fault fault : {Fault::error, Fault::late_error}) {
      int operation = 0;
      for (bool fired = true; fired; ++operation) {
        SCOPED_TRACE(std::string(std::strerror(error)) + " at operation " + std::to_string(operation));
        const TemporaryFolder folder;
        PosixFileSystem posix;
        replace_durably(posix, folder.path(), "file", bytes_of(kOld));
        FaultyFileSystem files(fault, operation, error);
        bool failed = false;
        try {
          replace_durably(files, folder.path(), "file", bytes_of(kNew));
        } catch (const SystemError& thrown) {
          failed = true;
          EXPECT_THAT(thrown.what(), HasSubstr(std::strerror(error)));
          EXPECT_THAT(thrown.what(), HasSubstr(folder.path()));
          EXPECT_EQ(thrown.error_number(), error);
        }
        fired = files.fired();
        // Closing what was only read may fail without harm.
        EXPECT_TRUE(failed || !fired || files.faulty_operation() == "close");
        EXPECT_THAT(text_of(folder / "file"), AnyOf(kOld, kNew));
        if (!failed) {
          EXPECT_EQ(text_of(folder / "file"), kNew);
        }
        // A creation that works but reports an error leaves a file behind that nobody knows of.
        EXPECT_LE(temporary_files(folder.path()), fault == Fault::late_error ? 1 : 0);
        remove_leftovers(posix, folder.path());
        EXPECT_EQ(temporary_files(folder.path()), 0);
      }
      EXPECT_GT(operation, 9);
    }
  }
}

TEST(ReplaceDurably, InterruptionsAndShortCountsAnywhereDoNoHarm) {
  for (const Fault fault : {Fault::error, Fault::short_count}) {
    for (int operation = 0;; ++operation) {
      SCOPED_TRACE(operation);
      const TemporaryFolder folder;
      FaultyFileSystem files(fault, operation, EINTR);
      replace_durably(files, folder.path(), "file", bytes_of(kNew));
      EXPECT_EQ(text_of(folder / "file"), kNew);
      EXPECT_EQ(temporary_files(folder.path()), 0);
      if (!files.fired()) {
        break;
      }
    }
  }
}

TEST(ReplaceDurably, FailuresHaveTheCodeOfTheirCause) {
  const TemporaryFolder folder;
  PosixFileSystem posix;
  constexpr int creation = 1;
  FaultyFileSystem full(Fault::error, creation, ENOSPC);
  const auto code_of = [&](FileSystem& files, const std::string& directory) {
    try {
      replace_durably(files, directory, "file", bytes_of(kNew));
    } catch (const Error& error) {
      return error.code();
    }
    return ExitCode::success;
  };
  EXPECT_EQ(code_of(full, folder.path()), ExitCode::io_error);
  constexpr int closing_the_written_file = 4;
  FaultyFileSystem late(Fault::late_error, closing_the_written_file, EIO);
  EXPECT_EQ(code_of(late, folder.path()), ExitCode::io_error);
  EXPECT_EQ(late.faulty_operation(), "close");
  FaultyFileSystem denied(Fault::error, creation, EACCES);
  EXPECT_EQ(code_of(denied, folder.path()), ExitCode::permission);
  EXPECT_EQ(code_of(posix, folder / "none"), ExitCode::cannot_create);
}

/// Counts how often a file is synced after its fsync failed.
class FailingSync final : public PosixFileSystem {
 public:
  explicit FailingSync(int error) : error_(error) {}
  int syncs = 0;
  int creations = 0;
  IoResult create_exclusive(int directory, const std::string& name) override {
    ++creations;
    return PosixFileSystem::create_exclusive(directory, name);
  }
  IoResult sync_file(int) override {
    ++syncs;
    return -error_;
  }

 private:
  int error_;
};

TEST(ReplaceDurably, FailedFsyncIsNeverRepeatedOnTheSameFile) {
  const TemporaryFolder folder;
  FailingSync broken(EIO);
  EXPECT_THROW(replace_durably(broken, folder.path(), "file", bytes_of(kNew)), SystemError);
  EXPECT_EQ(broken.syncs, 1);
  FailingSync interrupted(EINTR);
  EXPECT_THROW(replace_durably(interrupted, folder.path(), "file", bytes_of(kNew)), SystemError);
  EXPECT_EQ(interrupted.syncs, interrupted.creations);
  EXPECT_EQ(temporary_files(folder.path()), 0);
}

TEST(ReplaceDurably, BytesThatAreNotThoseWrittenAreFoundBeforeTheRename) {
  const TemporaryFolder folder;
  PosixFileSystem posix;
  replace_durably(posix, folder.path(), "file", bytes_of(kOld));
  constexpr int first_write = 2;
  FaultyFileSystem files(Fault::bad_byte, first_write);
  try {
    replace_durably(files, folder.path(), "file", bytes_of(kNew));
    FAIL() << "not found";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::io_error);
    EXPECT_THAT(error.what(), HasSubstr("read back"));
  }
  EXPECT_EQ(text_of(folder / "file"), kOld);
}

TEST(ReplaceDurably, SymbolicLinkAtTheTargetIsReplacedAndItsTargetUntouched) {
  const TemporaryFolder folder;
  testing::write_text(folder / "canary", "canary");
  ::mkdir((folder / "run").c_str(), 0777);
  std::filesystem::create_symlink(folder / "canary", folder / "run/file");
  std::filesystem::create_hard_link(folder / "canary", folder / "run/hard");
  PosixFileSystem files;
  replace_durably(files, folder / "run", "file", bytes_of(kNew));
  replace_durably(files, folder / "run", "hard", bytes_of(kNew));
  EXPECT_EQ(text_of(folder / "canary"), "canary");
  EXPECT_FALSE(std::filesystem::is_symlink(folder / "run/file"));
  EXPECT_EQ(text_of(folder / "run/file"), kNew);
  EXPECT_EQ(text_of(folder / "run/hard"), kNew);
}

TEST(RemoveLeftovers, RemovesOnlyRegularTemporaryFiles) {
  const TemporaryFolder folder;
  testing::write_text(folder / "canary", "canary");
  testing::write_text(folder / ".tmp-checkpoint-5.h5-1-2", "half");
  testing::write_text(folder / "checkpoint-5.h5", "whole");
  testing::write_text(folder / "x.tmp-", "other");
  std::filesystem::create_symlink(folder / "canary", folder / ".tmp-link");
  std::filesystem::create_directory(folder / ".tmp-folder");
  PosixFileSystem files;
  EXPECT_EQ(remove_leftovers(files, folder.path()), 1);
  EXPECT_FALSE(std::filesystem::exists(folder / ".tmp-checkpoint-5.h5-1-2"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / ".tmp-link"));
  EXPECT_TRUE(std::filesystem::is_directory(folder / ".tmp-folder"));
  EXPECT_EQ(text_of(folder / "canary"), "canary");
  EXPECT_EQ(text_of(folder / "checkpoint-5.h5"), "whole");
  EXPECT_EQ(text_of(folder / "x.tmp-"), "other");
}

TEST(ReadFile, FollowsLinksOnlyWhereTheUserNamedThem) {
  const TemporaryFolder folder;
  testing::write_text(folder / "file", "content");
  std::filesystem::create_symlink(folder / "file", folder / "link");
  PosixFileSystem files;
  EXPECT_EQ(read_file(files, folder / "link").size(), 7u);
  EXPECT_THROW(read_file(files, folder.path(), "link"), SystemError);
  try {
    read_file(files, folder / "none");
    FAIL() << "no error";
  } catch (const SystemError& error) {
    EXPECT_EQ(error.code(), ExitCode::input_missing);
  }
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_THROW(read_file(files, folder / "fifo"), SystemError);
}

}  // namespace
}  // namespace lockstep
