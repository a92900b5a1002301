#include "cli/thread_waiting.h"

#include <cstdlib>

#include <unistd.h>

namespace lockstep {

namespace {

constexpr const char* kSpinCount = "GOMP_SPINCOUNT";
constexpr const char* kShortSpin = "1000";  // what g++'s OpenMP takes itself where it knows of too few cores

}  // namespace

void wait_without_spinning(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr && std::getenv(kSpinCount) == nullptr &&
      ::setenv(kSpinCount, kShortSpin, 1) == 0) {
    ::execv("/proc/self/exe", argv);
  }
}

}  // namespace lockstep
