#include "io/hdf5_guard.h"

#include <csignal>
#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

namespace lockstep {
namespace {

const std::string kFile = "data\nof\x1bthem.h5";

int use_up_the_stack(int depth) {
  volatile char page[4096] = {};
  page[0] = static_cast<char>(depth);
  return depth < 0 ? page[0] : use_up_the_stack(depth + 1) + page[0];
}

[[noreturn]] void crash_inside(int signal) {
  report_hdf5_crashes(0);
  const Hdf5Guard guard(kFile);
  {
    const std::string another = "another";
    const Hdf5Guard inner(another);
  }
  signal == 0 ? static_cast<void>(use_up_the_stack(0)) : static_cast<void>(std::raise(signal));
  std::_Exit(0);
}

TEST(Hdf5GuardDeathTest, ACrashInsideIsToldAsBadDataOfTheOutermostFile) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, 0}) {
    EXPECT_EXIT(crash_inside(signal), ::testing::ExitedWithCode(65),
                "^trainer: error: data.of.them.h5: damaged: the HDF5 library crashed reading it\n$")
        << signal;
  }
}

void former_handler(int /*signal*/) {
  std::_Exit(7);
}

TEST(Hdf5GuardDeathTest, OutsideTheFormerHandlersAreThereAgain) {
  const auto crash_after = [] {
    std::signal(SIGSEGV, former_handler);
    report_hdf5_crashes(0);
    { const Hdf5Guard guard(kFile); }
    std::raise(SIGSEGV);
  };
  EXPECT_EXIT(crash_after(), ::testing::ExitedWithCode(7), "");
}

TEST(Hdf5GuardDeathTest, AnotherThreadsCrashIsNotTheFiles) {
  const auto crash_beside = [] {
    std::signal(SIGSEGV, former_handler);
    report_hdf5_crashes(0);
    const Hdf5Guard guard(kFile);
    std::thread([] {
      *const_cast<volatile int*>(static_cast<int*>(nullptr)) = 1;  // a fault, which comes again
    }).join();
  };
  EXPECT_EXIT(crash_beside(), ::testing::ExitedWithCode(7), "");
}

TEST(Hdf5GuardDeathTest, WhereNobodyAskedForItACrashIsLeftToItself) {
  const auto crash = [] {
    std::signal(SIGSEGV, former_handler);
    const Hdf5Guard guard(kFile);
    std::raise(SIGSEGV);
  };
  EXPECT_EXIT(crash(), ::testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace lockstep
