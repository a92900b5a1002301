/// Labels as they stand in a file, and the classes they become.
#pragma once

#include "lockstep/comm/communicator.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lockstep {

/// How the label column is understood.
enum class LabelKind {
  none,          ///< not read; may be absent
  real,          ///< a finite number
  non_negative,  ///< a finite number ≥ 0
  positive,      ///< a finite number > 0
  classes        ///< any text or number; mapped to 0 … K−1 in class order
};

/// More distinct labels than this are taken for a regression target.
inline constexpr std::int64_t kMostClasses = 1000;

/// Canonical text of a class label: numbers in their shortest form ("+1", "1.0" → "1"), other text unchanged.
/// Numbers from 2^53 on are text: a double would merge neighbours.
std::string canonical_label(const std::string& text);

/// Class order: ascending by value when all are numbers, else by bytes. Duplicates removed. For canonical
/// labels.
std::vector<std::string> ordered_classes(std::vector<std::string> labels);

/// Collects the labels of this rank's rows and turns them into numbers once all ranks have theirs.
class LabelCollector {
 public:
  /// `expected_classes`: the model's classes in order, or empty to take those of the data.
  LabelCollector(LabelKind kind, const std::vector<std::string>& expected_classes);

  /// Takes the next row's label. `column` is its place in the line. Throws ContentError for a missing label,
  /// one that is not finite or out of range, text where numbers are needed, and a label outside the expected classes.
  void add(std::string_view text, std::int64_t column);
  void add(double value, std::int64_t column);

  void reserve(std::int64_t rows);

  /// Moves the labels to `label` (class numbers for LabelKind::classes) and returns the class names.
  /// Collective. Throws DataError with `place` (file and column) when the ranks have more than kMostClasses
  /// classes together.
  std::vector<std::string> finish(Communicator& comm, const std::string& place, std::vector<double>& label);

 private:
  void add_number(double value, std::int64_t column);
  void add_class(std::string_view text, std::int64_t column);
  double code_of(const std::string& canonical, std::int64_t column);

  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Codes = std::unordered_map<std::string, double, TextHash, std::equal_to<>>;

  LabelKind kind_;
  std::vector<std::string> expected_;
  std::vector<double> label_;       // values, or numbers of local classes until finish()
  std::vector<std::string> local_;  // local classes in order of appearance
  Codes code_of_class_;
  Codes code_of_text_;  // spellings met before: "+1" as well as "1"
};

}  // namespace lockstep
