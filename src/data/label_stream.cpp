#include "data/label_stream.h"

#include "data/text_error.h"
#include "data/text_number.h"
#include "lockstep/comm/communicator.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <unordered_map>
#include <utility>

namespace lockstep {

namespace {

/// Digits that are surely exact, and no leading zero, as nearly every label that is a number.
bool is_short_integer(std::string_view text) {
  constexpr std::size_t kMostDigits = 15;
  return !text.empty() && text.size() <= kMostDigits && (text.size() == 1 || text.front() != '0') &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// The text is the number, and a class of that name would have it for its name.
bool is_plain_number(std::string_view text) {
  if (is_short_integer(text)) {
    return true;
  }
  const ParsedNumber number = parse_number(text);
  return number.status == NumberStatus::ok && !is_lost_in_zero(text, number.value) &&
         class_label(std::string(text)) == class_label(shortest(number.value));
}

}  // namespace

LabelStream::LabelStream(LabelKind kind, bool is_numeric, const std::vector<std::string>& declared, Recode recode)
    : is_open_(kind == LabelKind::real && declared.empty()),
      is_numeric_(is_numeric),
      collector_(kind == LabelKind::real && !is_open_ ? LabelKind::classes : kind, {}, is_numeric),
      recode_(std::move(recode)) {
  collector_.declare(declared);
}

void LabelStream::add(std::string_view text, std::int64_t column) {
  if (is_open_) {
    if (is_plain_number(text)) {
      note_number(parse_number(text).value);
    } else {
      become_classes();
    }
  }
  collector_.add(text, column);
}

void LabelStream::add(double value, std::int64_t column) {
  if (is_open_) {
    note_number(value);
  }
  collector_.add(value, column);
}

void LabelStream::note_number(double value) {
  if (std::ssize(numbers_) <= kMostClasses && seen_.insert(value).second) {
    numbers_.push_back(value);
  }
}

void LabelStream::become_classes() {
  is_open_ = false;
  LabelCollector classes(LabelKind::classes, {}, is_numeric_);
  std::unordered_map<double, double> code;
  for (const double value : numbers_) {
    classes.add(value, 0);
    code.emplace(value, classes.take().front());
  }
  const auto code_of = [&](double value) {
    const auto known = code.find(value);
    return known == code.end() ? static_cast<double>(kMostClasses) : known->second;  // finish() refuses so many
  };
  recode_(code_of);
  std::vector<double> waiting = collector_.take();
  std::ranges::transform(waiting, waiting.begin(), code_of);
  classes.give_back(std::move(waiting));
  collector_ = std::move(classes);
}

std::vector<std::string> LabelStream::finish(const LabelPlace& place, std::vector<std::string>& notices) {
  SerialCommunicator alone;
  const std::vector<std::string> before = collector_.local_classes();
  std::vector<double> none;
  std::vector<std::string> classes = collector_.finish(alone, place, none, notices);
  if (classes.empty()) {
    return classes;
  }
  std::vector<double> number;
  for (const std::string& name : before) {
    number.push_back(static_cast<double>(std::ranges::find(classes, name) - classes.begin()));
  }
  recode_([&](double code) { return number[static_cast<std::size_t>(code)]; });
  return classes;
}

}  // namespace lockstep
