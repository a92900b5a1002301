#include "io/run_folder_lock.h"

#include "lockstep/base/errors.h"

#include <array>
#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <thread>

#include "temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lockstep {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryFolder;

ExitCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::success;
}

std::string refusal_of_lock(const std::string& directory) {
  try {
    const RunFolderLock lock(directory);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::cannot_create);
    return error.what();
  }
  return "locked";
}

TEST(RunFolderLock, SecondHolderIsRefusedAndToldWhoTheFirstIs) {
  const TemporaryFolder folder;
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  ::setenv("SLURM_JOB_ID", "4711", 1);
  {
    const RunFolderLock lock(folder.path());
    EXPECT_TRUE(lock.exclusive());
    EXPECT_THAT(refusal_of_lock(folder.path()),
                HasSubstr("run folder " + folder.path() + " is in use by " + host.data() + " pid " +
                          std::to_string(::getpid()) + " (job 4711); "));
  }
  ::unsetenv("SLURM_JOB_ID");
  EXPECT_EQ(refusal_of_lock(folder.path()), "locked");
}

/// Slurm has put the job back into its queue while the last process of its turn before is on its way out.
TEST(RunFolderLock, AnEarlierTurnOfThisJobIsWaitedFor) {
  const TemporaryFolder folder;
  ::setenv("SLURM_JOB_ID", "4711", 1);
  std::optional<RunFolderLock> first(folder.path());
  ::setenv("SLURM_RESTART_COUNT", "1", 1);
  EXPECT_THROW(RunFolderLock(folder.path(), 0.2), Error) << "not for ever";
  std::thread leaving([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    first.reset();
  });
  EXPECT_EQ(refusal_of_lock(folder.path()), "locked");
  leaving.join();
  ::setenv("SLURM_JOB_ID", "471", 1);
  {
    const RunFolderLock other(folder.path());
    ::setenv("SLURM_JOB_ID", "4711", 1);
    EXPECT_THAT(refusal_of_lock(folder.path()), HasSubstr("(job 471, restart 1)")) << "another job's, at once";
  }
  ::unsetenv("SLURM_JOB_ID");
  ::unsetenv("SLURM_RESTART_COUNT");
}

TEST(RunFolderLock, MovesWithItsOwner) {
  const TemporaryFolder folder;
  RunFolderLock first(folder.path());
  {
    const RunFolderLock second(std::move(first));
    EXPECT_NE(refusal_of_lock(folder.path()), "locked");
  }
  EXPECT_EQ(refusal_of_lock(folder.path()), "locked");
}

TEST(RunFolderLock, DeathOfTheHolderFreesIt) {
  const TemporaryFolder folder;
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const RunFolderLock lock(folder.path());
    static_cast<void>(::write(ready[1], "x", 1) == 0);
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_THAT(refusal_of_lock(folder.path()), HasSubstr("pid " + std::to_string(child)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_EQ(refusal_of_lock(folder.path()), "locked");
}

TEST(RunFolderLock, LinksInItsPlaceAreRefusedAndNothingElsewhereIsTouched) {
  const TemporaryFolder folder;
  testing::write_text(folder / "canary", "canary");
  ASSERT_EQ(::mkdir((folder / "symbolic").c_str(), 0777), 0);
  ASSERT_EQ(::mkdir((folder / "hard").c_str(), 0777), 0);
  ASSERT_EQ(::symlink((folder / "canary").c_str(), (folder / "symbolic/.lock").c_str()), 0);
  ASSERT_EQ(::link((folder / "canary").c_str(), (folder / "hard/.lock").c_str()), 0);
  EXPECT_NE(refusal_of_lock(folder / "symbolic"), "locked");
  EXPECT_NE(refusal_of_lock(folder / "hard"), "locked");
  EXPECT_EQ(testing::text_of(folder / "canary"), "canary");
}

TEST(CreateRunFolder, CreatesAllFoldersAboveAndAcceptsExistingOnes) {
  const TemporaryFolder folder;
  create_run_folder(folder / "a/b//c/");
  create_run_folder(folder / "a/b/c");
  struct stat status {};
  ASSERT_EQ(::stat((folder / "a/b/c").c_str(), &status), 0);
  EXPECT_TRUE(S_ISDIR(status.st_mode));
  EXPECT_TRUE(std::filesystem::is_empty(folder / "a/b/c"));
}

TEST(CreateRunFolder, AFileInTheWayCannotBeCreatedOver) {
  const TemporaryFolder folder;
  testing::write_text(folder / "file", "x");
  EXPECT_EQ(code_of([&] { create_run_folder(folder / "file"); }), ExitCode::cannot_create);
  EXPECT_EQ(code_of([&] { create_run_folder(folder / "file/run"); }), ExitCode::cannot_create);
  EXPECT_EQ(code_of([&] { create_run_folder(""); }), ExitCode::cannot_create);
  EXPECT_EQ(testing::text_of(folder / "file"), "x");
}

/// Exit code of an action of an ordinary user (root may write everywhere).
int code_as_ordinary_user(const std::function<void()>& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t nobody = 65534;
    if (::geteuid() == 0 && ::setuid(nobody) != 0) {
      ::_exit(1);
    }
    ::_exit(static_cast<int>(code_of(action)));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(CreateRunFolder, FoldersWithoutPermissionAreFoundBeforeTraining) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkdir((folder / "closed").c_str(), 0777), 0);
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod((folder / "closed").c_str(), 0555), 0);
  const int permission = static_cast<int>(ExitCode::permission);
  EXPECT_EQ(code_as_ordinary_user([&] { create_run_folder(folder / "closed"); }), permission);
  EXPECT_EQ(code_as_ordinary_user([&] { create_run_folder(folder / "closed/run"); }), permission);
  EXPECT_EQ(code_as_ordinary_user([&] { const RunFolderLock lock(folder / "closed"); }), permission);
  ASSERT_EQ(::chmod((folder / "closed").c_str(), 0755), 0);
}

}  // namespace
}  // namespace lockstep
