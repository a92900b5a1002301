#include "data/notices.h"

#include "data/text_cause.h"
#include "data/text_error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::array<std::string_view, 4> kUsualLabels = {"target", "label", "y", "class"};
constexpr std::array<std::string_view, 9> kUsualIds = {"id",     "index",  "idx", "row",       "rowid",
                                                       "row_id", "number", "no",  "unnamed: 0"};
constexpr std::size_t kMostNamed = 5;

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::any_of(names, [&](std::string_view usual) { return equals_ignoring_case(name, usual); });
}

std::string notice(const std::string& path, const std::vector<std::string>& columns, const std::string& why,
                   const std::string& question) {
  const std::span named = std::span(columns).first(std::min(columns.size(), kMostNamed));
  std::vector<std::string> names;
  std::vector<std::string> words;
  for (const std::string& name : named) {
    names.push_back(shown(name));
    words.push_back(shell_word(name));
  }
  const bool is_one = columns.size() == 1;
  return fmt::format("{}: column{} {}{} {} and {} {}: {} leave {} out with --drop {}", path, is_one ? "" : "s",
                     fmt::join(names, ", "),
                     columns.size() > kMostNamed ? fmt::format(" and {} more", columns.size() - kMostNamed) : "",
                     is_one ? "is a feature" : "are features", is_one ? "has" : "have", why, question,
                     is_one ? "it" : "them", fmt::join(words, ","));
}

/// Beyond, every float64 is whole.
constexpr double kMostIds = 4503599627370496.0;
/// Whole numbers that are all different say little of fewer rows.
constexpr std::size_t kFewestIds = 20;
constexpr std::size_t kFewestNamedIds = 3;

}  // namespace

bool are_ids(std::string_view name, std::vector<double> values) {
  const std::size_t fewest = is_one_of(name, kUsualIds) ? kFewestNamedIds : kFewestIds;
  if (values.size() < fewest ||
      !std::ranges::all_of(values, [](double x) { return x == std::floor(x) && std::abs(x) < kMostIds; })) {
    return false;
  }
  std::ranges::sort(values);
  return std::ranges::adjacent_find(values) == values.end();
}

bool is_usual_label(std::string_view name) {
  return is_one_of(name, kUsualLabels);
}

std::string notice_of_labels(const std::string& path, const std::vector<std::string>& columns) {
  return notice(path, columns, "a usual name of labels", "if it tells the label,");
}

std::string notice_of_ids(const std::string& path, const std::vector<std::string>& columns, const std::string& rows) {
  return notice(path, columns, "another whole number in " + rows, "if it numbers the rows,");
}

}  // namespace lockstep
