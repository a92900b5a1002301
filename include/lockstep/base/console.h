/// Where the application layers say something to the person: one rank speaks, the others are silent.
#pragma once

#include <string>
#include <string_view>

namespace lockstep {

/// Lines for a person. Numerics never print; run/ and cli/ are handed a Console.
class Console {
 public:
  virtual ~Console() = default;
  virtual void info(const std::string& text) = 0;     ///< banner, progress, results
  virtual void result(std::string_view bytes) = 0;    ///< for another program: as it is, without a line end added
  virtual void warning(const std::string& text) = 0;  ///< "trainer: warning: …"
};

/// Says nothing: every rank but one, and tests.
class SilentConsole final : public Console {
 public:
  void info(const std::string&) override {}
  void result(std::string_view) override {}
  void warning(const std::string&) override {}
};

}  // namespace lockstep
