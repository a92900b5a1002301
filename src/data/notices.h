/// Lines about columns that became features and may not be meant to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// True for whole numbers that are all different: 20 or more of them, or 3 under a usual name of ids (id, index, row,
/// …).
bool are_ids(std::string_view name, std::vector<double> values);

/// `target`, `label`, `y` or `class`, in any case of letters: a column taken for the label where no option names one.
bool is_usual_label(std::string_view name);

/// "FILE: column 'class' is a feature and has a usual name of labels: …; leave it out with --drop class".
std::string notice_of_labels(const std::string& path, const std::vector<std::string>& columns);

/// The same of columns with another whole number in each of `rows` ("every row", "each of the first 1000 rows").
std::string notice_of_ids(const std::string& path, const std::vector<std::string>& columns, const std::string& rows);

}  // namespace lockstep
