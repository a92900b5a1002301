#include "base/test_failure.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::array<std::string_view, 9> kNames = {"none",  "start",      "reading", "leaf", "reduction",
                                                    "solve", "checkpoint", "finish",  "drift"};

}  // namespace

void take_test_failure(int rank) {
  const char* value = std::getenv(kTestFailureVariable);
  const std::string request = value == nullptr ? "" : value;
  if (request.empty()) {
    return;
  }
  const std::size_t colon = std::min(request.find(':'), request.size() - 1);
  const auto phase = std::ranges::find(kNames, request.substr(colon + 1));
  if (phase == kNames.end()) {
    throw ConfigurationError(fmt::format("{}: must be RANK:PHASE (saw '{}')", kTestFailureVariable, request));
  }
  if (request.substr(0, colon) == std::to_string(rank)) {
    detail::phase_to_fail = static_cast<TestPhase>(phase - kNames.begin());
  }
}

void detail::fail_in(TestPhase phase) {
  throw Error(ExitCode::io_error, fmt::format("{}: this rank fails in the phase '{}'", kTestFailureVariable,
                                              kNames[static_cast<std::size_t>(phase)]));
}

}  // namespace lockstep
