#include "cli/config_file.h"

#include "io/printable.h"
#include "io/utf8.h"
#include "run/config_entries.h"
#include "run/own_files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace lockstep {

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string read_text(const std::string& path) {
  const auto fail = [&] { throw SystemError(SystemError::Purpose::read_input, printable(path), "read", errno); };
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) {
    fail();
  }
  std::string text(kMostBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) {
    fail();
  }
  if (text.size() > kMostBytes) {
    throw ConfigurationError(printable(path) + ": is no configuration file (over 1 MiB)");
  }
  return text;
}

Position position_in(const std::string& path, const toml::source_position& place) {
  return {printable(path), static_cast<std::int64_t>(place.line), static_cast<std::int64_t>(place.column)};
}

[[noreturn]] void refuse(const Position& position, const std::string& message) {
  throw ConfigurationError(to_string(position) + ": " + message);
}

/// The text of a scalar as the command line would have it; empty for what no option takes.
std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) {
    return with_raw_bytes(text->get());
  }
  if (const auto* integer = node.as_integer()) {
    return fmt::format("{}", integer->get());
  }
  if (const auto* number = node.as_floating_point()) {
    return fmt::format("{}", number->get());
  }
  if (const auto* boolean = node.as_boolean()) {
    return boolean->get() ? "true" : "false";
  }
  return std::nullopt;
}

FileSetting setting_of(const std::string& path, const toml::key& key, const toml::node& node) {
  FileSetting setting;
  setting.key = std::string(key.str());
  setting.key_position = position_in(path, key.source().begin);
  setting.value_position = position_in(path, node.source().begin);
  const auto add = [&](const toml::node& value) {
    const std::optional<std::string> text = scalar_text(value);
    if (!text) {
      refuse(position_in(path, value.source().begin),
             printable(setting.key) + ": must be a text, a number, true, false, or an array of these");
    }
    setting.values.push_back(*text);
  };
  if (const toml::array* array = node.as_array()) {
    setting.is_array = true;
    for (const toml::node& element : *array) {
      add(element);
    }
  } else {
    add(node);
  }
  return setting;
}

}  // namespace

std::vector<FileSetting> read_config_file(const std::string& path) {
  const std::string text = read_text(path);
  std::vector<FileSetting> settings = parse_config(text, path);
  if (is_own_config(text) && !text.starts_with(kConfigHeader)) {
    std::erase_if(settings, [](const FileSetting& setting) { return is_launch_key(setting.key); });
  }
  return settings;
}

std::vector<FileSetting> parse_config(const std::string& text, const std::string& path) {
  toml::table table;
  try {
    table = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    refuse(position_in(path, error.source().begin), "no valid TOML: " + printable(error.description()));
  }
  std::vector<FileSetting> settings;
  for (const auto& [key, node] : table) {
    settings.push_back(setting_of(path, key, node));
  }
  std::ranges::sort(settings, {}, [](const FileSetting& setting) {
    return std::pair(setting.key_position.line, setting.key_position.column);
  });
  return settings;
}

}  // namespace lockstep
