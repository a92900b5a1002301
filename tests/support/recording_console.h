/// A console that keeps what it is told.
#pragma once

#include "lockstep/base/console.h"

#include <string>
#include <vector>

namespace lockstep::testing {

struct RecordingConsole final : Console {
  void info(const std::string& text) override { lines.push_back(text); }
  void result(std::string_view) override {}
  void warning(const std::string& text) override { warnings.push_back(text); }

  std::vector<std::string> lines;
  std::vector<std::string> warnings;
};

}  // namespace lockstep::testing
