#include "cli/arguments.h"

#include "cli/suggestion.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"

#include <algorithm>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace lockstep {

Arguments::Arguments(const std::string& command, const std::string& description, const std::vector<Option>& options)
    : command_(command), app_(std::make_unique<CLI::App>(description, "trainer " + command)) {
  app_->set_help_flag("-h,--help", "this text");
  app_->allow_extras();
  app_->get_formatter()->column_width(34);
  for (const Option& option : options) {
    add(option);
  }
}

Arguments::~Arguments() = default;

void Arguments::parse(std::vector<std::string> arguments) {
  std::ranges::reverse(arguments);  // as CLI11 wants them
  try {
    app_->parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    help_ = app_->help();
    // CLI11 shows the value of a negated flag after its name.
    const std::string note = "{false}";
    for (std::size_t at = help_.find(note); at != std::string::npos; at = help_.find(note, at)) {
      help_.erase(at, note.size());
    }
  } catch (const CLI::ParseError& error) {
    throw UsageError(printable(error.what()) + see_help());
  }
  const std::vector<std::string> unknown = app_->remaining();
  if (help_.empty() && !unknown.empty()) {
    refuse(unknown.front());
  }
}

std::vector<std::string> Arguments::texts(const std::string& name) const {
  const auto found = std::ranges::find(added_, name, &std::pair<std::string, CLI::Option*>::first);
  return found == added_.end() ? std::vector<std::string>{} : found->second->results();
}

std::string Arguments::see_help() const {
  return fmt::format(" (see: trainer {} --help)", command_);
}

void Arguments::add(const Option& option) {
  const auto take = [](const CLI::results_t&) { return true; };
  const std::string help = option.help();
  CLI::Option* added = nullptr;
  switch (option.kind()) {
    case OptionValue::Kind::flag:
      added = app_->add_flag("--" + option.name, help);
      break;
    case OptionValue::Kind::on_off:
      added = app_->add_flag(fmt::format("--{0},!--no-{0}", option.name), help);
      break;
    case OptionValue::Kind::value:
    case OptionValue::Kind::list:
      added = app_->add_option("--" + option.name, take, help)->type_name(option.placeholder);
      break;
    case OptionValue::Kind::positional:
      added = app_->add_option(option.name, take, help)->type_name(option.placeholder)->expected(-1);
      break;
  }
  added->group(option.group)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  added_.emplace_back(option.name, added);
}

void Arguments::refuse(const std::string& unknown) const {
  if (!unknown.starts_with("-")) {
    throw UsageError(fmt::format("unexpected argument '{}'{}", printable(unknown), see_help()));
  }
  std::vector<std::string> known = {"help"};
  for (const auto& [name, option] : added_) {
    known.push_back(name);
  }
  const std::string name = unknown.substr(std::min(unknown.find_first_not_of('-'), unknown.size()));
  throw UsageError(fmt::format("unknown option '{}'{}{}", printable(unknown),
                               suggestion(name.substr(0, name.find('=')), known, "--"), see_help()));
}

}  // namespace lockstep
