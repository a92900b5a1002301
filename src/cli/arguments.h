/// One command's arguments, taken apart by CLI11 and not yet understood.
#pragma once

#include "fit/option.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace lockstep {

class Arguments {
 public:
  Arguments(const std::string& command, const std::string& description, const std::vector<Option>& options);
  ~Arguments();
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  /// Throws UsageError for what is no option of the command, with the nearest one.
  void parse(std::vector<std::string> arguments);

  /// The help, where parse() met --help; else empty.
  const std::string& help() const { return help_; }

  /// The texts given for an option, in their order.
  std::vector<std::string> texts(const std::string& name) const;

  /// " (see: trainer COMMAND --help)"
  std::string see_help() const;

 private:
  void add(const Option& option);
  [[noreturn]] void refuse(const std::string& unknown) const;

  std::string command_;
  std::unique_ptr<CLI::App> app_;
  std::vector<std::pair<std::string, CLI::Option*>> added_;
  std::string help_;
};

}  // namespace lockstep
