/// Labels that go out in parts, before all of them are known.
#pragma once

#include "data/labels.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace lockstep {

/// Labels of one rank that has all rows. Of kind `real` they are what the file has: numbers, until one comes that is no
/// number as it stands (a text; 007; an integer of many digits), which makes classes of all.
class LabelStream {
 public:
  /// Gives all labels that were taken other values.
  using Recode = std::function<void(const std::function<double(double)>&)>;

  /// Any other kind is one that a model wants. `is_numeric`: see LabelCollector. `declared`: the file's own classes.
  LabelStream(LabelKind kind, bool is_numeric, const std::vector<std::string>& declared, Recode recode);

  /// The next row's label. Throw what LabelCollector::add() throws, and DataError where numbers that are too many for
  /// classes have become classes.
  void add(std::string_view text, std::int64_t column);
  void add(double value, std::int64_t column);

  /// Labels since the last call: values, or preliminary numbers of classes.
  std::vector<double> take() { return collector_.take(); }

  /// When all are taken: numbers the classes in their order, and returns their names; empty: labels are numbers. Throws
  /// and notes what LabelCollector::finish() does.
  std::vector<std::string> finish(const LabelPlace& place, std::vector<std::string>& notices);

 private:
  void note_number(double value);
  void become_classes();

  bool is_open_;  // numbers so far, which may become classes
  bool is_numeric_;
  LabelCollector collector_;
  Recode recode_;
  std::vector<double> numbers_;  // different ones in the order of appearance, as many as there may be classes, and one
  std::unordered_set<double> seen_;
};

}  // namespace lockstep
