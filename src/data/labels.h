/// Labels as they stand in a file, and the classes they become.
#pragma once

#include "data/class_label.h"
#include "lockstep/base/errors.h"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lockstep {

class Communicator;

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

/// Where labels are read from, for messages about all of them.
struct LabelPlace {
  std::string path;
  std::string column;  ///< "in column 'y'"; empty: nothing to say
  std::string guess;   ///< ", which was taken for the label as the last one (…)"; empty: it was not guessed
};

/// Thrown on every rank when a label stands for a missing value or is a number written in another way (1,5), all others
/// being numbers, and its row is not known. The labels are then read again as numeric, which finds the row.
class MiswrittenLabels : public DataError {
 public:
  using DataError::DataError;
};

/// Collects the labels of this rank's rows and turns them into numbers once all ranks have theirs.
class LabelCollector {
 public:
  /// `expected_classes`: the model's classes in order, or empty to take those of the data. `is_numeric`: classes are
  /// known to be numbers, so that "none", "1,5" and the like are errors, not classes.
  LabelCollector(LabelKind kind, const std::vector<std::string>& expected_classes, bool is_numeric = false);

  /// These are classes, whatever they look like: "NA" may be Namibia.
  void declare(const std::vector<std::string>& classes) { declared_.insert(classes.begin(), classes.end()); }

  /// Takes the next row's label. `column` is its place in the line. Throws ContentError for a missing label,
  /// one that is not finite or out of range, text where numbers are needed, and a label outside the expected classes.
  void add(std::string_view text, std::int64_t column);
  void add(double value, std::int64_t column);

  void reserve(std::int64_t rows);

  // For labels that go out in parts. Before finish(): values, or numbers of local_classes().
  std::vector<double> take() { return std::exchange(label_, {}); }
  void give_back(std::vector<double> labels) { label_ = std::move(labels); }
  /// Classes of this rank in the order of appearance.
  const std::vector<std::string>& local_classes() const { return local_; }

  /// Moves the labels to `label` (class numbers for LabelKind::classes), returns the class names, and adds to `notices`
  /// what is to be said of them. Collective. Throws DataError naming `place` when the ranks have more than kMostClasses
  /// classes together, or one number in two spellings (1.1 and 1.10; +1, 1 and 1.0 are alike), and MiswrittenLabels.
  std::vector<std::string> finish(Communicator& comm, const LabelPlace& place, std::vector<double>& label,
                                  std::vector<std::string>& notices);

 private:
  void add_number(double value, std::int64_t column);
  void add_class(std::string_view text, std::int64_t column);
  void require_class(std::string_view text, std::int64_t column) const;
  double code_of(const std::string& name, std::int64_t column);
  void require_one_spelling(Communicator& comm, const LabelPlace& place) const;

  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Codes = std::unordered_map<std::string, double, TextHash, std::equal_to<>>;

  LabelKind kind_;
  std::vector<std::string> expected_;
  bool is_numeric_;
  std::set<std::string, std::less<>> declared_;
  std::vector<double> label_;       // values, or numbers of local classes until finish()
  std::vector<std::string> local_;  // local classes in order of appearance
  Codes code_of_class_;
  Codes code_of_text_;              // spellings met before: "+1" as well as "1"
  std::set<std::string> spelling_;  // of numbers: canonical_label, a blank, and the spelling but for "+" and ".0"
};

}  // namespace lockstep
