#include "data/class_notices.h"

#include "data/class_label.h"
#include "data/text_cause.h"
#include "data/text_error.h"
#include "data/text_number.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

/// Upper and lower case of ASCII and blanks around it set aside.
std::string folded(const std::string& name) {
  std::string text(trimmed(name));
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

/// + and - are classes of their own beside each other.
bool is_sign_beside_plus(const std::string& name, const std::vector<std::string>& classes) {
  return name == "-" && std::ranges::find(classes, "+") != classes.end();
}

/// "'a', 'b'", five of them at most.
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMostNames = 5;
  std::vector<std::string> first;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) {
    first.push_back(shown(names[i]));
  }
  return fmt::format("{}{}", fmt::join(first, ", "), names.size() > kMostNames ? ", …" : "");
}

}  // namespace

std::string miswritten_number(const std::vector<std::string>& classes) {
  std::string odd;
  bool has_number = false;
  for (const std::string& name : classes) {
    const bool is_elsewhere = is_number_elsewhere(name);
    has_number = has_number || is_elsewhere || is_number(name);
    if (is_elsewhere || is_missing_marker(name)) {
      odd = name;
    } else if (!is_number(name)) {
      return {};
    }
  }
  return has_number ? odd : std::string();
}

std::string alike(const std::string& name, const std::vector<std::string>& known) {
  const auto found =
      std::ranges::find_if(known, [&](const std::string& other) { return folded(other) == folded(name); });
  return found == known.end() ? std::string() : *found;
}

std::vector<std::string> notices_of_classes(const std::string& path, const std::string& place,
                                            const std::vector<std::string>& classes) {
  std::map<std::string, std::vector<std::string>> spellings;
  std::vector<std::string> unclear;
  std::vector<std::string> texts;
  for (const std::string& name : classes) {
    spellings[folded(name)].push_back(name);
    if (is_missing_marker(name) && !is_sign_beside_plus(name, classes)) {
      unclear.push_back(name);
    } else if (!is_number(name)) {
      texts.push_back(name);
    }
  }
  std::erase_if(spellings, [](const auto& entry) { return entry.second.size() < 2; });
  std::vector<std::string> notices;
  if (!spellings.empty()) {
    const std::vector<std::string>& group = spellings.begin()->second;
    notices.push_back(
        fmt::format("{}: the labels {}{} are {} classes, though they differ only in upper and lower case or in "
                    "blanks{}: write them "
                    "in one way if they are one",
                    path, listed(group), place, group.size(), spellings.size() > 1 ? " (as do others)" : ""));
  }
  if (!unclear.empty()) {
    notices.push_back(fmt::format("{}: label{} {}{} {} taken for {}: leave the rows out if a missing value is meant",
                                  path, unclear.size() == 1 ? "" : "s", listed(unclear), place,
                                  unclear.size() == 1 ? "is" : "are", unclear.size() == 1 ? "a class" : "classes"));
  }
  const auto number = std::ranges::find_if(classes, is_number);
  if (number != classes.end() && !texts.empty() && spellings.empty()) {
    notices.push_back(fmt::format(
        "{}: label{} {}{} {}, though others are numbers (such as {}), and {} taken for {} of "
        "{} own: correct {} if a number is meant",
        path, texts.size() == 1 ? "" : "s", listed(texts), place, texts.size() == 1 ? "is a text" : "are texts",
        shown(*number), texts.size() == 1 ? "is" : "are", texts.size() == 1 ? "a class" : "classes",
        texts.size() == 1 ? "its" : "their", texts.size() == 1 ? "it" : "them"));
  }
  return notices;
}

}  // namespace lockstep
