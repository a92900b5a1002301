#include "data/labels.h"

#include "data/class_notices.h"
#include "data/label_map.h"
#include "data/packed_texts.h"
#include "data/text_cause.h"
#include "data/text_error.h"
#include "data/text_number.h"
#include "lockstep/comm/communicator.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>

namespace lockstep {

namespace {

constexpr std::size_t kLongestLabel = 1000;
constexpr std::size_t kMostSpellings = 4 * static_cast<std::size_t>(kMostClasses);

std::string listed(const std::vector<std::string>& classes) {
  constexpr std::size_t kListed = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(classes.size(), kListed); ++i) {
    const std::string quoted = shown(classes[i]);
    text += (i == 0 ? "" : ", ") + quoted.substr(1, quoted.size() - 2);
  }
  return classes.size() > kListed ? text + ", …" : text;
}

/// `is_text`: the other labels may be texts, among which it could be the name of a class.
[[noreturn]] void refuse_missing(std::string_view text, std::int64_t column, bool is_text) {
  const bool is_word = parse_number(text).status == NumberStatus::text &&
                       std::ranges::all_of(text, [](unsigned char c) { return std::isalpha(c) != 0; });
  throw ContentError(column, "missing value in the label" + (text.empty() ? "" : " (saw " + shown(text) + ")") +
                                 "; leave the row out or fill it in" +
                                 (is_text && is_word ? "; a class of that name needs another, such as " +
                                                           shown(std::string(text) + '_')
                                                     : ""));
}

/// For a label that is no number where one is needed.
[[noreturn]] void refuse_text(std::string_view text, std::int64_t column, LabelKind kind) {
  if (is_missing_marker(text)) {
    refuse_missing(text, column, false);
  }
  if (const TextCause cause = cause_of_text(text); !cause.name.empty()) {
    throw ContentError(column, std::string(cause.name) + " in the label (saw " + shown(text) + "); " +
                                   std::string(cause.remedy) +
                                   (kind == LabelKind::classes ? ", or add a letter if it is the name of a class"
                                                               : ", or train a classifier"));
  }
  throw ContentError(column, "labels must be numbers for this model (saw " + shown(text) +
                                 "); name another column with --label-column, or train a classifier");
}

/// Throws for a missing label and for a number that no double holds; text passes.
void require_number(std::string_view text, const ParsedNumber& number, std::int64_t column) {
  if (is_surely_missing(text)) {
    refuse_missing(text, column, false);
  }
  if (number.status == NumberStatus::not_finite || number.status == NumberStatus::out_of_range) {
    throw ContentError(column, describe(number.status, "the label", text) + "; correct it or leave the row out");
  }
  if (number.status == NumberStatus::ok && is_lost_in_zero(text, number.value)) {
    throw ContentError(column, "the label " + shown(text) + " is too near 0 for a float64; scale the labels");
  }
}

/// The class that a label may mean, and how to say so; empty: there is none.
std::string note_on_alike(const std::string& name, const std::vector<std::string>& classes) {
  std::string meant = alike(name, classes);
  std::string differs = "case or blanks";
  if (meant.empty() && name.ends_with('.')) {
    meant = alike(name.substr(0, name.size() - 1), classes);
    differs = "the point at its end";
  }
  return meant.empty() ? ""
                       : "; " + shown(meant) + " differs only in " + differs + " (--label-map " +
                             shell_word(name + std::string(kLabelArrow) + meant) + " takes the one for the other)";
}

std::string with_column(const LabelPlace& place) {
  return place.column.empty() ? "" : ' ' + place.column;
}

std::string with_guess(const LabelPlace& place) {
  return with_column(place) + place.guess;
}

}  // namespace

LabelCollector::LabelCollector(LabelKind kind, const std::vector<std::string>& expected_classes, bool is_numeric)
    : kind_(kind),
      expected_(expected_classes),
      is_numeric_(is_numeric || (!expected_.empty() && std::ranges::all_of(expected_, is_number))) {
  for (const std::string& name : expected_) {
    code_of_class_.emplace(class_label(name), static_cast<double>(code_of_class_.size()));
  }
}

void LabelCollector::reserve(std::int64_t rows) {
  label_.reserve(static_cast<std::size_t>(rows));
}

void LabelCollector::add(std::string_view text, std::int64_t column) {
  if (kind_ == LabelKind::classes) {
    add_class(text, column);
  } else if (kind_ != LabelKind::none) {
    const ParsedNumber number = parse_number(text);
    require_number(text, number, column);
    if (number.status == NumberStatus::text) {
      refuse_text(text, column, kind_);
    }
    check_digits(text, number.value, column);
    add_number(number.value, column);
  }
}

void LabelCollector::add(double value, std::int64_t column) {
  if (kind_ != LabelKind::classes && kind_ != LabelKind::none && std::isfinite(value)) {
    add_number(value, column);
  } else {
    add(shortest(value), column);
  }
}

void LabelCollector::add_number(double value, std::int64_t column) {
  const bool fits = kind_ == LabelKind::non_negative ? value >= 0 : kind_ != LabelKind::positive || value > 0;
  if (!fits) {
    throw ContentError(column, std::string("labels must be ") +
                                   (kind_ == LabelKind::positive ? "above 0" : "at least 0") +
                                   " for this model (saw '" + shortest(value) + "')");
  }
  label_.push_back(value);
}

void LabelCollector::add_class(std::string_view text, std::int64_t column) {
  if (const auto known = code_of_text_.find(text); known != code_of_text_.end()) {
    label_.push_back(known->second);
    return;
  }
  const std::string spelled(text);
  const std::string name = class_label(spelled);
  if (!declared_.contains(text) && (expected_.empty() || !code_of_class_.contains(name))) {
    require_class(text, column);
  }
  const double code = code_of(name, column);
  if (is_number(spelled) && spelling_.size() < kMostSpellings) {
    spelling_.insert(number_and_spelling(spelled));
  }
  if (code_of_text_.size() < kMostSpellings) {
    code_of_text_.emplace(text, code);
  }
  label_.push_back(code);
}

void LabelCollector::require_class(std::string_view text, std::int64_t column) const {
  if (!is_numeric_ && is_surely_missing(trimmed(text))) {
    refuse_missing(text, column, expected_.empty());
  }
  require_number(text, parse_number(text), column);
  if (text.size() > kLongestLabel) {
    throw ContentError(column, "label is longer than 1000 bytes (saw " + shown(text) + ")");
  }
  if (is_numeric_ && (is_missing_marker(text) || is_number_elsewhere(text))) {
    refuse_text(text, column, kind_);
  }
}

double LabelCollector::code_of(const std::string& name, std::int64_t column) {
  if (const auto known = code_of_class_.find(name); known != code_of_class_.end()) {
    return known->second;
  }
  if (!expected_.empty()) {
    throw ContentError(column, "label " + shown(name) + " is not among the model's classes (" + listed(expected_) +
                                   ")" + note_on_alike(name, expected_));
  }
  // One class too many is kept, so that finish() sees it: an error of the whole file comes after those with a
  // position.
  if (static_cast<std::int64_t>(local_.size()) > kMostClasses) {
    return 0;
  }
  const auto code = static_cast<double>(local_.size());
  local_.push_back(name);
  code_of_class_.emplace(name, code);
  return code;
}

void LabelCollector::require_one_spelling(Communicator& comm, const LabelPlace& place) const {
  std::vector<std::string> spellings;
  for (const std::string& texts : all_gather_text(comm, packed({spelling_.begin(), spelling_.end()}))) {
    unpack(texts, spellings);
  }
  std::ranges::sort(spellings);
  spellings.erase(std::unique(spellings.begin(), spellings.end()), spellings.end());
  const auto number_end = [](const std::string& text) { return text.find(' ') + 1; };
  const auto twice = std::ranges::adjacent_find(spellings, [&](const std::string& a, const std::string& b) {
    return a.substr(0, number_end(a)) == b.substr(0, number_end(b));
  });
  if (twice != spellings.end()) {
    const std::string& other = *(twice + 1);
    throw Agreed<DataError>(
        place.path + ": the labels " + shown(twice->substr(number_end(*twice))) + " and " +
        shown(other.substr(number_end(other))) + with_guess(place) +
        " are one number in two spellings; write it in one way, or add a letter if they are two classes");
  }
}

std::vector<std::string> LabelCollector::finish(Communicator& comm, const LabelPlace& place, std::vector<double>& label,
                                                std::vector<std::string>& notices) {
  label = std::move(label_);
  if (kind_ != LabelKind::classes) {
    return {};
  }
  if (!expected_.empty()) {
    require_one_spelling(comm, place);
    return expected_;
  }
  std::vector<std::string> classes;
  for (const std::string& texts : all_gather_text(comm, packed(local_))) {
    unpack(texts, classes);
    classes = ordered_classes(std::move(classes));
    if (static_cast<std::int64_t>(classes.size()) > kMostClasses) {
      throw Agreed<DataError>(place.path + ": more than 1000 different labels" + with_guess(place) +
                              "; is this a regression target?");
    }
  }
  if (declared_.empty()) {
    if (const std::string odd = miswritten_number(classes); !odd.empty()) {
      throw Agreed<MiswrittenLabels>(place.path + ": the label " + shown(odd) + with_column(place) + " is no number");
    }
    std::ranges::copy(notices_of_classes(place.path, with_column(place), classes), std::back_inserter(notices));
  }
  require_one_spelling(comm, place);
  Codes number_of_class;
  for (const std::string& name : classes) {
    number_of_class.emplace(name, static_cast<double>(number_of_class.size()));
  }
  std::vector<double> number_of_local;
  for (const std::string& name : local_) {
    number_of_local.push_back(number_of_class.find(name)->second);
  }
  for (double& code : label) {
    code = number_of_local[static_cast<std::size_t>(code)];
  }
  return classes;
}

}  // namespace lockstep
