/// What the trainer says to the person: information on standard output, warnings and errors on standard error.
#pragma once

#include "lockstep/base/console.h"
#include "lockstep/base/errors.h"

#include <memory>
#include <string>
#include <string_view>

namespace lockstep {

/// The text with what could steer a terminal shown as "\xNN": control characters other than newline and tab, DEL, C1
/// controls and bytes that are no UTF-8.
std::string without_controls(const std::string& text);

/// Gives descriptors 0 to 2 something to stand for where they are closed, before another file is opened: it would take
/// their number, and what is printed would land in it. A closed pipe is an error of writing from here on, not the end.
void secure_standard_streams();

/// The console of the rank that speaks. Lines leave at once, each in one write; text is passed through
/// without_controls, and further lines of a warning or an error are indented.
class Terminal final : public Console {
 public:
  Terminal();
  ~Terminal() override;
  void info(const std::string& text) override;
  void result(std::string_view bytes) override;
  void warning(const std::string& text) override;
  void error(const std::string& text);  ///< "trainer: error: …"

  /// `code` of a command whose result is what it printed; io_error, said, where that did not reach standard output.
  ExitCode delivered(ExitCode code);

 private:
  struct Streams;
  std::unique_ptr<Streams> streams_;
};

}  // namespace lockstep
