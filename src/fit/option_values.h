/// The kinds of values that options have: how each is read, written, shown and judged.
#pragma once

#include "data/reader.h"
#include "fit/option.h"
#include "io/printable.h"
#include "io/utf8.h"
#include "lockstep/base/errors.h"
#include "lockstep/base/types.h"

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace lockstep::values {

/// What a number must be, and how that is said.
template <typename T>
struct Range {
  bool (*holds)(T) = [](T) { return true; };
  const char* rule = "";
};

OptionValue number(int& target, Range<int> range = {});
OptionValue number(std::int64_t& target, Range<std::int64_t> range = {});
OptionValue number(std::uint64_t& target, Range<std::uint64_t> range = {});
OptionValue number(double& target, Range<double> range = {});

OptionValue flag(bool& target);
OptionValue on_off(bool& target);
/// --header, --no-header and "auto".
OptionValue on_off(HeaderPolicy& target);
/// The same with --drop-first.
OptionValue on_off(ReferencePolicy& target);

/// Any text without NUL; with a rule: and not empty.
OptionValue text(std::string& target, const char* rule_of_empty = nullptr);
/// A list of such texts. An entry that `holds` refuses breaks the rule.
OptionValue texts(Texts& target, std::function<bool(const std::string&)> holds, const char* rule);
OptionValue positionals(Texts& target);
/// Several texts as one, with commas between them.
OptionValue joined_texts(std::string& target, const char* rule_of_empty);

/// A list of whole numbers.
OptionValue numbers(std::vector<Index>& target, Index least, Index most, const char* rule);

OptionValue format(const FormatRow*& target);

/// "KEY = "TEXT": RULE"
std::string broken_rule(const std::string& key, const std::string& text, const std::string& rule);

/// A value that `parse` makes of a name and to_string() makes a name of.
template <typename Kind>
OptionValue choice(Kind& target, std::type_identity_t<Kind (*)(const std::string&)> parse) {
  return {.kind = OptionValue::Kind::value,
          .read = [&target, parse](const auto&, const Texts& texts) { target = parse(texts.back()); },
          .literal = [&target] { return toml_literal(to_string(target)); },
          .shown = [&target] { return to_string(target); },
          .violation = [](const auto&) { return std::string(); }};
}

/// A value that T::parse makes of a text, which it keeps. `rule` instead of what parse() says where it refuses.
template <typename T>
OptionValue parsed(T& target, const char* rule = nullptr) {
  return {.kind = OptionValue::Kind::value,
          .read =
              [&target, rule](const std::string& key, const Texts& texts) {
                try {
                  target = T::parse(texts.back());
                } catch (const Error& error) {
                  throw ConfigurationError(broken_rule(key, texts.back(), rule == nullptr ? error.what() : rule));
                }
              },
          .literal = [&target] { return toml_literal(target.text); },
          .shown = [&target] { return target.text; },
          .violation = [&target](const std::string& key) { return text(target.text).violation(key); }};
}

}  // namespace lockstep::values
