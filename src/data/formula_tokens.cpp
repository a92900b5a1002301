#include "data/formula_tokens.h"

#include "data/text_error.h"
#include "lockstep/base/errors.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::string_view kMarks = "~+-*/^:(),=.";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_in_name(char c) {
  return is_letter(c) || is_digit(c) || c == '.';
}

class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}

  std::vector<FormulaToken> all() {
    while (at_ < text_.size()) {
      if (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r') {
        ++at_;
      } else {
        take();
      }
    }
    tokens_.push_back({.position = at_ + 1});
    return std::move(tokens_);
  }

 private:
  using Kind = FormulaToken::Kind;

  void take() {
    const char c = text_[at_];
    if (is_letter(c)) {
      take_while(Kind::name, is_in_name);
    } else if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
      take_number();
    } else if (c == '`' || c == '"' || c == '\'') {
      take_quoted(c);
    } else if (kMarks.find(c) != std::string_view::npos) {
      take_mark(c);
    } else {
      formula_error(at_ + 1, fmt::format("saw {}, which no formula has; a name that is no word stands in `backticks`",
                                         shown(text_.substr(at_, 1))));
    }
  }

  void take_while(Kind kind, bool (*holds)(char)) {
    const auto begin = text_.begin() + static_cast<std::ptrdiff_t>(at_);
    const auto end = std::find_if_not(begin, text_.end(), holds);
    tokens_.push_back({kind, std::string(begin, end), at_ + 1});
    at_ = static_cast<std::size_t>(end - text_.begin());
  }

  /// Digits, a point, digits, an exponent.
  void take_number() {
    const std::size_t begin = at_;
    const auto skip_digits = [&] { at_ = std::min(text_.find_first_not_of("0123456789", at_), text_.size()); };
    skip_digits();
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      skip_digits();
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      const bool has_sign = at_ + 1 < text_.size() && (text_[at_ + 1] == '+' || text_[at_ + 1] == '-');
      const std::size_t digits = at_ + (has_sign ? 2 : 1);
      if (digits < text_.size() && is_digit(text_[digits])) {
        at_ = digits;
        skip_digits();
      }
    }
    tokens_.push_back({Kind::number, std::string(text_.substr(begin, at_ - begin)), begin + 1});
    if (at_ < text_.size() && is_in_name(text_[at_])) {
      formula_error(begin + 1, "a name begins with a letter, or stands in `backticks`");
    }
  }

  /// A backslash stands before a quote or a backslash in the text.
  void take_quoted(char quote) {
    FormulaToken token{quote == '`' ? Kind::quoted_name : Kind::text, {}, at_ + 1};
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      const bool is_escape = text_[at_] == '\\' && at_ + 1 < text_.size();
      at_ += is_escape ? 1 : 0;
      token.text += text_[at_];
    }
    if (at_ == text_.size()) {
      formula_error(token.position, fmt::format("the quote {} is not closed", shown(std::string(1, quote))));
    }
    ++at_;
    if (token.text.empty()) {
      formula_error(token.position, "nothing stands in the quotes");
    }
    tokens_.push_back(std::move(token));
  }

  void take_mark(char c) {
    const bool is_power = c == '*' && at_ + 1 < text_.size() && text_[at_ + 1] == '*';
    tokens_.push_back({Kind::mark, is_power ? "^" : std::string(1, c), at_ + 1});
    at_ += is_power ? 2 : 1;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<FormulaToken> tokens_;
};

}  // namespace

std::vector<FormulaToken> formula_tokens(std::string_view text) {
  return Tokens(text).all();
}

void formula_error(std::size_t position, const std::string& what) {
  throw ConfigurationError(fmt::format("column {}: {}", position, what));
}

std::string formula_name(std::string_view name) {
  const bool is_bare = !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, is_in_name);
  return is_bare ? std::string(name) : "Q(" + formula_text(name) + ')';
}

std::string formula_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' || c == '\\' ? "\\" : "";
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace lockstep
