/// The words of a formula.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

struct FormulaToken {
  enum class Kind {
    name,         ///< a letter, then letters, digits, "_" and "."; bytes outside ASCII are letters
    quoted_name,  ///< `in backticks`
    number,
    text,  ///< "in quotes" of either kind
    mark,  ///< ~ + - * / ^ ** : ( ) , = .
    end
  };
  Kind kind = Kind::end;
  std::string text = {};     ///< without quotes; ** as ^
  std::size_t position = 0;  ///< its first byte in the formula, from 1

  bool is(std::string_view mark) const { return kind == Kind::mark && text == mark; }
};

/// The last is of Kind::end. Throws ConfigurationError, as formula_error() words it.
std::vector<FormulaToken> formula_tokens(std::string_view text);

/// Throws ConfigurationError "column POSITION: WHAT".
[[noreturn]] void formula_error(std::size_t position, const std::string& what);

/// The name as a formula has it: bare where it is a name, else Q("name").
std::string formula_name(std::string_view name);

/// "text" in double quotes.
std::string formula_text(std::string_view text);

}  // namespace lockstep
