#include "lockstep/data/class_notices.h"

#include "lockstep/data/class_label.h"
#include "lockstep/data/text_cause.h"
#include "lockstep/data/text_error.h"
#include "lockstep/data/text_number.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

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
  std::vector<std::string> notices;
  std::map<std::string, std::string> first_of;  // by its folded name
  for (const std::string& name : classes) {
    const auto [first, is_new] = first_of.emplace(folded(name), name);
    if (!is_new) {
      notices.push_back(fmt::format(
          "{}: the labels {} and {}{} are two classes, though they differ only in upper and lower case or in blanks: "
          "write them in one way if they are one",
          path, shown(first->second), shown(name), place));
    }
    if (is_missing_marker(name) && !is_sign_beside_plus(name, classes)) {
      notices.push_back(
          fmt::format("{}: the label {}{} is taken for a class: leave its rows out if it stands for a missing value",
                      path, shown(name), place));
    }
  }
  return notices;
}

}  // namespace lockstep
