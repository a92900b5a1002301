/// Labels that are taken for others: --label-map "FROM->TO".
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lockstep {

/// Stands between a label and the one it is taken for.
inline constexpr std::string_view kLabelArrow = "->";

class LabelMap {
 public:
  /// `rules` were cut at commas: a part without an arrow belongs to the one before. Throws ConfigurationError for a
  /// first one without.
  explicit LabelMap(const std::vector<std::string>& rules);

  bool is_empty() const { return meant_.empty(); }
  /// What the label is taken for; itself where no rule has it.
  std::string_view meant_by(std::string_view text) const;

 private:
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> meant_;
};

}  // namespace lockstep
