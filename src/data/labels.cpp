#include "lockstep/data/labels.h"

#include "lockstep/base/errors.h"
#include "lockstep/data/text_error.h"
#include "lockstep/data/text_number.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

namespace {

constexpr std::size_t kLongestLabel = 1000;
constexpr std::size_t kMostSpellings = 4 * static_cast<std::size_t>(kMostClasses);
constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

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

}  // namespace

std::string canonical_label(const std::string& text) {
  const ParsedNumber number = parse_number(text);
  return number.status == NumberStatus::ok && std::abs(number.value) < kExactIntegers ? shortest(number.value) : text;
}

std::vector<std::string> ordered_classes(std::vector<std::string> labels) {
  const auto is_number = [](const std::string& label) { return parse_number(label).status == NumberStatus::ok; };
  std::ranges::sort(labels);
  if (std::ranges::all_of(labels, is_number)) {
    std::ranges::stable_sort(labels, {}, [](const std::string& label) { return parse_number(label).value; });
  }
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

LabelCollector::LabelCollector(LabelKind kind, const std::vector<std::string>& expected_classes)
    : kind_(kind), expected_(expected_classes) {
  for (const std::string& name : expected_) {
    code_of_class_.emplace(canonical_label(name), static_cast<double>(code_of_class_.size()));
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
      throw ContentError(column, "labels must be numbers for this model (saw " + shown(text) +
                                     "); name another column with --label-column, or train a classifier");
    }
    if (number.status != NumberStatus::ok) {
      throw ContentError(column, describe(number.status, "the label", text));
    }
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
  const double code = code_of(canonical_label(std::string(text)), column);
  if (code_of_text_.size() < kMostSpellings) {
    code_of_text_.emplace(text, code);
  }
  label_.push_back(code);
}

double LabelCollector::code_of(const std::string& canonical, std::int64_t column) {
  if (const auto known = code_of_class_.find(canonical); known != code_of_class_.end()) {
    return known->second;
  }
  if (!expected_.empty()) {
    throw ContentError(column,
                       "label " + shown(canonical) + " is not among the model's classes (" + listed(expected_) + ")");
  }
  // One class too many is kept, so that finish() sees it: an error of the whole file comes after those with a
  // position.
  if (static_cast<std::int64_t>(local_.size()) > kMostClasses) {
    return 0;
  }
  const auto code = static_cast<double>(local_.size());
  local_.push_back(canonical);
  code_of_class_.emplace(canonical, code);
  return code;
}

std::vector<std::string> LabelCollector::finish(Communicator& comm, const std::string& place,
                                                std::vector<double>& label) {
  label = std::move(label_);
  if (kind_ != LabelKind::classes || !expected_.empty()) {
    return kind_ == LabelKind::classes ? expected_ : std::vector<std::string>{};
  }
  std::vector<std::string> classes;
  for (const std::string& texts : all_gather_text(comm, packed(local_))) {
    unpack(texts, classes);
    classes = ordered_classes(std::move(classes));
    if (static_cast<std::int64_t>(classes.size()) > kMostClasses) {
      throw DataError(place + ": more than 1000 different labels; is this a regression target?");
    }
  }
  Codes number_of;
  for (const std::string& name : classes) {
    number_of.emplace(name, static_cast<double>(number_of.size()));
  }
  std::vector<double> number_of_local;
  for (const std::string& name : local_) {
    number_of_local.push_back(number_of.find(name)->second);
  }
  for (double& code : label) {
    code = number_of_local[static_cast<std::size_t>(code)];
  }
  return classes;
}

}  // namespace lockstep
