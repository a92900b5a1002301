#include "cli/thread_waiting.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include <unistd.h>

namespace lockstep {

namespace {

constexpr const char* kSpinCount = "GOMP_SPINCOUNT";
constexpr const char* kShortSpin = "1000";  // what g++'s OpenMP takes itself where it knows of too few cores

}  // namespace

void wait_without_spinning(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr && std::getenv(kSpinCount) == nullptr &&
      ::setenv(kSpinCount, kShortSpin, 1) == 0) {
    std::error_code unknown;
    const std::string program = std::filesystem::read_symlink("/proc/self/exe", unknown);  // by its name, for ps
    ::execv(program.c_str(), argv);
  }
}

}  // namespace lockstep
