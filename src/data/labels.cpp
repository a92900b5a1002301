#include "lockstep/data/labels.h"

#include "lockstep/data/text_cause.h"
#include "lockstep/data/text_error.h"
#include "lockstep/data/text_number.h"

#include <algorithm>
#include <cmath>

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

/// The texts in one, each behind its length, so that any byte may stand in them.
std::string packed(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    all += std::to_string(text.size()) + ':' + text;
  }
  return all;
}

void unpack(const std::string& all, std::vector<std::string>& texts) {
  std::size_t at = 0;
  while (at < all.size()) {
    const std::size_t colon = all.find(':', at);
    const std::size_t length = std::stoul(all.substr(at, colon - at));
    texts.push_back(all.substr(colon + 1, length));
    at = colon + 1 + length;
  }
}

/// "NA" and the like among classes that are numbers, or empty.
std::string missing_among_numbers(const std::vector<std::string>& classes) {
  const std::string* missing = nullptr;
  bool has_number = false;
  for (const std::string& name : classes) {
    if (is_missing_marker(name)) {
      missing = &name;
    } else if (is_number(name)) {
      has_number = true;
    } else {
      return {};
    }
  }
  return has_number && missing != nullptr ? *missing : std::string();
}

/// For a label that is no number where one is needed.
[[noreturn]] void refuse_text(std::string_view text, std::int64_t column) {
  const TextCause cause = cause_of_text(text);
  if (is_missing_marker(text)) {
    throw ContentError(column, "missing value in the label (saw " + shown(text) + "); leave the row out");
  }
  if (!cause.name.empty()) {
    throw ContentError(column, std::string(cause.name) + " in the label (saw " + shown(text) + "); " +
                                   std::string(cause.remedy) + ", or train a classifier");
  }
  throw ContentError(column, "labels must be numbers for this model (saw " + shown(text) +
                                 "); name another column with --label-column, or train a classifier");
}

std::string with_column(const LabelPlace& place) {
  return place.column.empty() ? "" : ' ' + place.column;
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
    if (number.status == NumberStatus::text) {
      refuse_text(text, column);
    }
    if (number.status != NumberStatus::ok) {
      throw ContentError(column, describe(number.status, "the label", text));
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
  const NumberStatus status = parse_number(text).status;
  if (status != NumberStatus::ok && status != NumberStatus::text) {
    throw ContentError(column, describe(status, "the label", text));
  }
  if (text.size() > kLongestLabel) {
    throw ContentError(column, "label is longer than 1000 bytes (saw " + shown(text) + ")");
  }
  if (is_numeric_ && is_missing_marker(text)) {
    refuse_text(text, column);
  }
  const std::string spelled(text);
  const std::string name = class_label(spelled);
  const double code = code_of(name, column);
  if (status == NumberStatus::ok && spelling_.size() < kMostSpellings) {
    spelling_.insert(number_and_spelling(spelled));
  }
  if (code_of_text_.size() < kMostSpellings) {
    code_of_text_.emplace(text, code);
  }
  label_.push_back(code);
}

double LabelCollector::code_of(const std::string& name, std::int64_t column) {
  if (const auto known = code_of_class_.find(name); known != code_of_class_.end()) {
    return known->second;
  }
  if (!expected_.empty()) {
    throw ContentError(column,
                       "label " + shown(name) + " is not among the model's classes (" + listed(expected_) + ")");
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
    throw DataError(place.path + ": the labels " + shown(twice->substr(number_end(*twice))) + " and " +
                    shown(other.substr(number_end(other))) + with_column(place) +
                    " are one number in two spellings; write it in one way, or add a letter if they are two classes");
  }
}

std::vector<std::string> LabelCollector::finish(Communicator& comm, const LabelPlace& place,
                                                std::vector<double>& label) {
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
      throw DataError(place.path + ": more than 1000 different labels" + with_column(place) +
                      "; is this a regression target?");
    }
  }
  if (const std::string missing = missing_among_numbers(classes); !missing.empty()) {
    throw MissingLabels(place.path + ": missing value in the label (saw " + shown(missing) + ")");
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
