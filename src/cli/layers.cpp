#include "cli/layers.h"

#include "base/test_failure.h"
#include "cli/suggestion.h"
#include "io/printable.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

const std::string kPrefix = "LOCKSTEP_";

/// "LOCKSTEP_LEARNING_RATE" → "learning-rate"
std::string key_of_variable(const std::string& variable) {
  std::string key = variable.substr(kPrefix.size());
  std::ranges::transform(key, key.begin(),
                         [](unsigned char c) { return c == '_' ? '-' : static_cast<char>(std::tolower(c)); });
  return key;
}

std::string variable_of_key(const std::string& key) {
  std::string variable = kPrefix;
  for (const char c : key) {
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return variable;
}

const Option* find_settable(const std::vector<Option>& options, const std::string& key) {
  const Option* const found = find_option(options, key);
  return found != nullptr && found->kind() == OptionValue::Kind::positional ? nullptr : found;
}

bool takes_list(const std::vector<Option>& options, const std::string& key) {
  const Option* const option = find_settable(options, key);
  return option != nullptr && option->kind() == OptionValue::Kind::list;
}

std::vector<std::string> names_of(const std::vector<Option>& options) {
  std::vector<std::string> names;
  for (const Option& option : options) {
    if (option.kind() != OptionValue::Kind::positional) {
      names.push_back(option.name);
    }
  }
  return names;
}

/// What is wrong with this value; empty: nothing.
std::string complaint(const Given& given, const std::vector<Option>& options,
                      const std::function<void(const Given&)>& check) {
  const Option* const option = find_settable(options, given.key);
  if (option == nullptr) {
    return fmt::format("{}unknown key '{}'{}", given.origin, printable(given.key),
                       suggestion(given.key, names_of(options)));
  }
  if (option->kind() != OptionValue::Kind::list && given.values.size() != 1) {
    return fmt::format("{}{}: takes one value (saw {})", given.value_origin, given.key, given.values.size());
  }
  if (const auto empty = std::ranges::find(given.values, "");
      option->kind() == OptionValue::Kind::list && empty != given.values.end()) {
    return fmt::format("{}{} = {}: entry {} is empty", given.value_origin, given.key,
                       printable(fmt::format("{}", fmt::join(given.values, ","))), empty - given.values.begin() + 1);
  }
  try {
    check(given);
  } catch (const Error& error) {
    const std::string what = error.what();
    if (what.starts_with(given.key + " = ")) {
      return given.value_origin + what;
    }
    const std::string value = given.values.empty() ? "" : given.values.back();
    return fmt::format("{}{} = {}: {}", given.value_origin, given.key, printable(value), what);
  }
  return {};
}

}  // namespace

std::vector<std::string> split_at_commas(const std::vector<std::string>& texts) {
  std::vector<std::string> parts;
  for (const std::string& text : texts) {
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      parts.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return parts;
}

Layer file_layer(const std::vector<FileSetting>& settings, const std::vector<Option>& options) {
  Layer layer;
  for (const FileSetting& setting : settings) {
    const bool splits = !setting.is_array && takes_list(options, setting.key);
    layer.given.push_back({to_string(setting.key_position) + ": ", to_string(setting.value_position) + ": ",
                           setting.key, splits ? split_at_commas(setting.values) : setting.values});
  }
  return layer;
}

Layer set_layer(const std::vector<std::string>& assignments, const std::vector<Option>& options) {
  Layer layer{ExitCode::usage, {}};
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError(fmt::format("--set {}: must be key=value", printable(assignment)));
    }
    const std::string key = assignment.substr(0, equals);
    const std::vector<std::string> value = {assignment.substr(equals + 1)};
    layer.given.push_back({"--set: ", "--set ", key, takes_list(options, key) ? split_at_commas(value) : value});
  }
  return layer;
}

Layer environment_layer(const Environment& environment, const std::vector<Option>& options) {
  const std::vector<std::string> known = all_option_names();
  Layer layer;
  for (const auto& [variable, value] : environment) {
    const bool is_meta =
        variable == "LOCKSTEP_TEST_DATA" || variable == kTestFailureVariable || variable == "LOCKSTEP_CONFIG";
    if (!variable.starts_with(kPrefix) || is_meta || value.empty()) {
      continue;
    }
    const std::string key = key_of_variable(variable);
    if (variable != variable_of_key(key) || std::ranges::find(known, key) == known.end()) {
      const std::string near = likely_name(key, known);
      throw ConfigurationError(fmt::format("unknown environment variable {}{}", printable(variable),
                                           near.empty() ? "" : "; did you mean " + variable_of_key(near) + "?"));
    }
    if (find_settable(options, key) != nullptr) {
      const std::string origin = variable + ": ";
      const std::vector<std::string> values = {value};
      layer.given.push_back({origin, origin, key, takes_list(options, key) ? split_at_commas(values) : values});
    }
  }
  return layer;
}

void apply(const Layer& layer, const std::vector<Option>& options, const std::function<void(const Given&)>& check) {
  std::string complaints;
  for (const Given& given : layer.given) {
    const std::string wrong = complaint(given, options, check);
    if (!wrong.empty()) {
      complaints += (complaints.empty() ? "" : "\n") + wrong;
      continue;
    }
    find_settable(options, given.key)->set(given.values);
  }
  if (!complaints.empty()) {
    throw Error(layer.code, complaints);
  }
}

}  // namespace lockstep
