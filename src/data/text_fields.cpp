#include "data/text_fields.h"

#include "data/text_cause.h"
#include "data/text_error.h"
#include "data/text_number.h"

#include <algorithm>
#include <array>

namespace lockstep {

bool TextFields::next(TextField& field) {
  if (finished_) {
    return false;
  }
  if (delimiter_ == ' ') {
    return next_in_blanks(field);
  }
  std::size_t begin = position_;
  while (begin < line_.size() && is_blank(line_[begin])) {
    ++begin;
  }
  if (begin < line_.size() && line_[begin] == '"') {
    next_quoted(field, begin);
    return true;
  }
  const std::size_t stop = std::min(line_.find(delimiter_, begin), line_.size());
  std::size_t end = stop;
  while (end > begin && is_blank(line_[end - 1])) {
    --end;
  }
  field.text = line_.substr(begin, end - begin);
  field.column = static_cast<std::int64_t>(begin) + 1;
  field.is_quoted = false;
  finished_ = stop == line_.size();
  position_ = stop + 1;
  return true;
}

bool TextFields::next_in_blanks(TextField& field) {
  constexpr std::string_view blanks = " \t";
  const std::size_t begin = std::min(line_.find_first_not_of(blanks, position_), line_.size());
  std::size_t end = std::min(line_.find_first_of(blanks, begin), line_.size());
  if (begin < line_.size() && line_[begin] == '"') {
    next_quoted(field, begin);
    end = std::min(position_ - 1, line_.size());
  } else {
    field = {line_.substr(begin, end - begin), static_cast<std::int64_t>(begin) + 1, false};
  }
  position_ = std::min(line_.find_first_not_of(blanks, end), line_.size());
  finished_ = position_ == line_.size();
  return true;
}

void TextFields::next_quoted(TextField& field, std::size_t quote) {
  field.column = static_cast<std::int64_t>(quote) + 1;
  unescaped_.clear();
  std::size_t begin = quote + 1;
  for (;;) {
    const std::size_t close = line_.find('"', begin);
    if (close == std::string_view::npos) {
      throw ContentError(field.column, "quoted field is not closed");
    }
    unescaped_ += line_.substr(begin, close - begin);
    begin = close + 1;
    if (begin == line_.size() || line_[begin] != '"') {
      break;
    }
    unescaped_ += '"';
    ++begin;
  }
  while (begin < line_.size() && is_blank(line_[begin])) {
    ++begin;
  }
  if (begin < line_.size() && !delimits(line_[begin])) {
    const auto lines = std::ranges::count(line_.substr(quote, begin - quote), '\n');
    throw ContentError(static_cast<std::int64_t>(begin) + 1,
                       "text behind the closing quote of a field" +
                           (lines == 0 ? ""
                                       : " that begins " + std::to_string(lines) + (lines == 1 ? " line" : " lines") +
                                             " above; is it closed?"));
  }
  field.text = unescaped_;
  field.is_quoted = true;
  finished_ = begin == line_.size();
  position_ = begin + 1;
}

namespace {

/// True where cut at `delimiter` the line holds numbers alone, some of them with a decimal comma.
bool has_decimal_commas(std::string_view line, char delimiter) {
  TextFields fields(line, delimiter);
  std::size_t commas = 0;
  for (TextField field; fields.next(field);) {
    const std::string_view name = cause_of_text(field.text).name;
    const bool is_comma = field.text.find(',') != std::string_view::npos && name.starts_with("decimal comma");
    if (!is_comma && parse_number(field.text).status == NumberStatus::text) {
      return false;
    }
    commas += is_comma ? 1 : 0;
  }
  return commas > 0;
}

}  // namespace

std::string delimiter_name(char delimiter) {
  return delimiter == '\t' ? "tab" : delimiter == ' ' ? "blank" : shown({&delimiter, 1});
}

char detect_delimiter(std::string_view line, bool has_decimal_comma) {
  constexpr std::array kDelimiters = {',', '\t', ';', '|'};
  std::array<int, kDelimiters.size()> count{};
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    }
    for (std::size_t i = 0; i < kDelimiters.size(); ++i) {
      count[i] += !quoted && c == kDelimiters[i] ? 1 : 0;
    }
  }
  count[0] = has_decimal_comma ? 0 : count[0];
  const auto most = std::max_element(count.begin(), count.end() - 1);
  if (most == count.begin() && line.find('"') == std::string_view::npos) {
    for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
      if (count[i] > 0 && has_decimal_commas(line, kDelimiters[i])) {
        return kDelimiters[i];
      }
    }
  }
  if (*most == 0) {
    return count.back() > 0 ? kDelimiters.back() : '\0';
  }
  return kDelimiters[static_cast<std::size_t>(most - count.begin())];
}

}  // namespace lockstep
