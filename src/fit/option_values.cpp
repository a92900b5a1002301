#include "fit/option_values.h"

#include "data/formats.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <type_traits>

#include <fmt/ranges.h>

namespace lockstep::values {

namespace {

using Kind = OptionValue::Kind;

constexpr const char* kNoNul = "must not contain a NUL character";

/// The whole text as a T.
template <typename T>
std::optional<T> number_of(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// The whole text as a T, or UsageError with the rule.
template <typename T>
T number_in(const std::string& text, const char* rule) {
  const std::optional<T> value = number_of<T>(text);
  if (!value) {
    throw UsageError(rule);
  }
  return *value;
}

bool truth(const std::string& text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") {
    return true;
  }
  if (text == "false" || text == "0" || text == "no" || text == "off") {
    return false;
  }
  throw UsageError("must be true or false");
}

/// "1e-6", where fmt writes "1e-06".
template <typename T>
std::string shown_number(T value) {
  std::string text = fmt::format("{}", value);
  if (const std::size_t exponent = text.find("e-0"); exponent != std::string::npos) {
    text.erase(exponent + 2, 1);
  }
  return text;
}

/// TOML integers have 63 bits; a larger one is written as a text.
template <typename T>
std::string number_literal(T value) {
  const bool fits = !std::is_same_v<T, std::uint64_t> || value <= static_cast<T>(INT64_MAX);
  return fits ? fmt::format("{}", value) : fmt::format("\"{}\"", value);
}

template <typename T>
OptionValue number_value(T& target, Range<T> range, const char* rule_of_text) {
  return {.kind = Kind::value,
          .read = [&target, rule_of_text](const auto&,
                                          const Texts& texts) { target = number_in<T>(texts.back(), rule_of_text); },
          .literal = [&target] { return number_literal(target); },
          .shown = [&target] { return shown_number(target); },
          .violation =
              [&target, range](const std::string& key) {
                return range.holds(target) ? "" : fmt::format("{} = {}: {}", key, target, range.rule);
              }};
}

OptionValue truth_value(bool& target, Kind kind) {
  return {.kind = kind,
          .read = [&target](const auto&, const Texts& texts) { target = truth(texts.back()); },
          .literal = [&target] { return fmt::format("{}", target); },
          .shown = [&target] { return target ? "on" : "off"; },
          .violation = [](const auto&) { return std::string(); }};
}

void add_line(std::string& lines, const std::string& line) {
  lines += (lines.empty() || line.empty() ? "" : "\n") + line;
}

/// The texts of a list, each in its quotes.
std::string list_literal(const Texts& texts) {
  std::string literal = "[";
  for (const std::string& text : texts) {
    literal += (literal.size() > 1 ? ", " : "") + toml_literal(text);
  }
  return literal + ']';
}

Texts texts_of(const std::vector<Index>& values) {
  Texts texts;
  std::ranges::transform(values, std::back_inserter(texts), [](Index value) { return fmt::format("{}", value); });
  return texts;
}

}  // namespace

std::string broken_rule(const std::string& key, const std::string& text, const std::string& rule) {
  return fmt::format("{} = \"{}\": {}", key, printable(text), rule);
}

OptionValue number(int& target, Range<int> range) {
  return number_value(target, range, "must be a whole number below 2^31");
}
OptionValue number(std::int64_t& target, Range<std::int64_t> range) {
  return number_value(target, range, "must be a whole number below 2^63");
}
OptionValue number(std::uint64_t& target, Range<std::uint64_t> range) {
  return number_value(target, range, "must be a whole number from 0 to 2^64 - 1");
}
OptionValue number(double& target, Range<double> range) {
  return number_value(target, range, "must be a number such as 0.1 or 1e-3");
}

OptionValue flag(bool& target) {
  return truth_value(target, Kind::flag);
}
/// --name, --no-name and "auto".
template <typename Policy>
OptionValue on_off_or_automatic(Policy& target, Policy on, Policy off) {
  const auto said = [&target, on](const char* automatic) {
    return target == Policy::automatic ? automatic : target == on ? "true" : "false";
  };
  return {.kind = Kind::on_off,
          .read =
              [&target, on, off](const auto&, const Texts& texts) {
                target = texts.back() == "auto" ? Policy::automatic : truth(texts.back()) ? on : off;
              },
          .literal = [said] { return said("\"auto\""); },
          .shown = [said] { return said("auto"); },
          .violation = [](const auto&) { return std::string(); }};
}

OptionValue on_off(bool& target) {
  return truth_value(target, Kind::on_off);
}

OptionValue on_off(HeaderPolicy& target) {
  return on_off_or_automatic(target, HeaderPolicy::present, HeaderPolicy::absent);
}

OptionValue on_off(ReferencePolicy& target) {
  return on_off_or_automatic(target, ReferencePolicy::left_out, ReferencePolicy::kept);
}

OptionValue text(std::string& target, const char* rule_of_empty) {
  return {.kind = Kind::value,
          .read = [&target](const auto&, const Texts& texts) { target = texts.back(); },
          .literal = [&target] { return toml_literal(target); },
          .shown = [&target] { return target; },
          .violation =
              [&target, rule_of_empty](const std::string& key) {
                return rule_of_empty != nullptr && target.empty() ? broken_rule(key, target, rule_of_empty)
                       : target.find('\0') != std::string::npos   ? broken_rule(key, target, kNoNul)
                                                                  : "";
              }};
}

OptionValue texts(Texts& target, std::function<bool(const std::string&)> holds, const char* rule) {
  return {.kind = Kind::list,
          .read = [&target](const auto&, const Texts& texts) { target = texts; },
          .literal = [&target] { return list_literal(target); },
          .shown = [&target] { return fmt::format("{}", fmt::join(target, ",")); },
          .violation =
              [&target, holds = std::move(holds), rule](const std::string& key) {
                std::string lines;
                for (std::string& entry : target) {
                  add_line(lines, holds(entry) ? text(entry).violation(key) : broken_rule(key, entry, rule));
                }
                return lines;
              }};
}

OptionValue joined_texts(std::string& target, const char* rule_of_empty) {
  OptionValue value = text(target, rule_of_empty);
  value.kind = Kind::list;
  value.read = [&target](const auto&, const Texts& texts) { target = fmt::format("{}", fmt::join(texts, ",")); };
  return value;
}

OptionValue positionals(Texts& target) {
  OptionValue value = texts(
      target, [](const auto&) { return true; }, "");
  value.kind = Kind::positional;
  return value;
}

OptionValue numbers(std::vector<Index>& target, Index least, Index most, const char* rule) {
  const auto holds = [least, most](Index value) { return value >= least && value <= most; };
  return {.kind = Kind::list,
          .read =
              [&target, holds, rule](const std::string& key, const Texts& texts) {
                std::vector<Index> values;
                std::string lines;
                for (const std::string& text : texts) {
                  const std::optional<Index> value = number_of<Index>(text);
                  add_line(lines, value && holds(*value) ? "" : broken_rule(key, text, rule));
                  values.push_back(value.value_or(0));
                }
                if (!lines.empty()) {
                  throw ConfigurationError(lines);
                }
                target = std::move(values);
              },
          .literal = [&target] { return list_literal(texts_of(target)); },
          .shown = [&target] { return fmt::format("{}", fmt::join(target, ",")); },
          .violation =
              [&target, holds, rule](const std::string& key) {
                std::string lines;
                for (const Index value : target) {
                  add_line(lines, holds(value) ? "" : broken_rule(key, fmt::format("{}", value), rule));
                }
                return lines;
              }};
}

OptionValue format(const FormatRow*& target) {
  const auto name = [&target] { return format_name(target); };
  return {.kind = Kind::value,
          .read = [&target](const auto&, const Texts& texts) { target = format_named(texts.back()); },
          .literal = [name] { return toml_literal(name()); },
          .shown = name,
          .violation = [](const auto&) { return std::string(); }};
}

}  // namespace lockstep::values
