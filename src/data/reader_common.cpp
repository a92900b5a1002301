#include "data/reader_common.h"

#include "base/hash.h"
#include "comm/agreement.h"
#include "data/role_options.h"
#include "data/text_cause.h"
#include "data/text_error.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace lockstep {

namespace {

/// Levenshtein distance, upper and lower case being alike.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const bool same =
          std::tolower(static_cast<unsigned char>(a[i])) == std::tolower(static_cast<unsigned char>(b[j]));
      const std::size_t replaced = diagonal + (same ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

std::string joined(const std::vector<std::string>& names, std::size_t limit) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), limit); ++i) {
    text += (i == 0 ? "" : ", ") + shown(names[i]);
  }
  return names.size() > limit ? text + ", and " + std::to_string(names.size() - limit) + " more" : text;
}

/// "; the file has 'Age', 'BMI', which differ by upper and lower case only"; empty where it has nothing of the kind.
std::string note_on_case(const std::vector<std::string>& missing, const std::vector<std::string>& columns) {
  std::vector<std::string> near;
  for (const std::string& name : missing) {
    const auto found =
        std::ranges::find_if(columns, [&](const std::string& column) { return equals_ignoring_case(column, name); });
    if (found != columns.end()) {
      near.push_back(*found);
    }
  }
  if (near.empty()) {
    return {};
  }
  return "; the file has " + joined(near, 5) + (near.size() == 1 ? ", which differs" : ", which differ") +
         " by upper and lower case only";
}

FeatureChoice choose_by_name(const std::vector<std::string>& wanted, const std::vector<std::string>& columns,
                             const std::string& place) {
  std::unordered_map<std::string_view, std::size_t> column_of;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    column_of.emplace(columns[i], i);
  }
  FeatureChoice choice{std::vector<std::int64_t>(columns.size(), -1), wanted};
  std::vector<std::string> missing;
  for (std::size_t j = 0; j < wanted.size(); ++j) {
    if (const auto found = column_of.find(wanted[j]); found != column_of.end()) {
      choice.feature[found->second] = static_cast<std::int64_t>(j);
    } else {
      missing.push_back(wanted[j]);
    }
  }
  if (!missing.empty()) {
    throw DataError(place + ": the file lacks " + std::to_string(missing.size()) + " of the model's " +
                    std::to_string(wanted.size()) + " feature columns: " + joined(missing, 5) +
                    note_on_case(missing, columns));
  }
  return choice;
}

}  // namespace

std::int64_t expected_feature_count(const ReadSettings& settings) {
  return is_for_model(settings) ? settings.expected.features() : -1;
}

bool is_for_model(const ReadSettings& settings) {
  return settings.expected.find(ColumnRole::feature) != nullptr || !settings.expected.formula.empty();
}

void check_feature_count(std::int64_t expected, std::int64_t features, const std::string& place) {
  if (expected >= 0 && expected != features) {
    throw DataError(place + ": the file has " + std::to_string(features) + " feature columns, the model has " +
                    std::to_string(expected));
  }
}

void refuse_column_names(const ReadSettings& settings, const std::string& format) {
  const auto refuse = [&](bool given, const char* option) {
    if (given) {
      throw ConfigurationError(settings.path + ": " + format + " has no named columns, so " + option +
                               " does not apply");
    }
  };
  for (const RoleOption& role : kRoleOptions) {
    refuse(!(settings.*role.column).empty(), role.option);
  }
  refuse(!settings.drop.empty(), "--drop");
}

void refuse_column_kinds(const ReadSettings& settings, const std::string& format) {
  const auto refuse = [&](bool given, const char* option) {
    if (given) {
      throw ConfigurationError(settings.path + ": " + option + " is for columns of CSV, and this is " + format);
    }
  };
  const ReadSettings standard;
  refuse(settings.only != standard.only, "--only");
  refuse(settings.formula != standard.formula, "--formula");
  refuse(settings.categorical != standard.categorical, "--categorical");
  refuse(settings.reference != standard.reference, "--reference");
  refuse(settings.reference_policy != standard.reference_policy, "--drop-first");
  refuse(settings.missing != standard.missing, "--missing");
}

void check_same_file(const InputFile& file, Communicator& comm) {
  constexpr std::int64_t kHead = 1 << 16;
  std::array<std::uint64_t, 2> mine{};
  agree(comm, [&] {
    const std::string head = file.head(kHead);
    mine = {static_cast<std::uint64_t>(file.size()), hash64(std::as_bytes(std::span(head)))};
  });
  const auto all = all_gather_value(comm, mine);
  for (std::size_t rank = 1; rank < all.size(); ++rank) {
    if (all[rank] != all[0]) {
      throw Agreed<DataError>(file.path() + ": rank " + std::to_string(rank) + " sees another file than rank 0 (" +
                              std::to_string(all[rank][0]) + " bytes against " + std::to_string(all[0][0]) +
                              "); put one file where all nodes can read it");
    }
  }
}

std::string labels_path(const ReadSettings& settings, std::string (*usual_name)(const std::string& path),
                        Communicator& comm) {
  if (settings.label_kind == LabelKind::none || !settings.labels.empty()) {
    return settings.label_kind == LabelKind::none ? "" : settings.labels;
  }
  const std::string usual = usual_name(settings.path);
  std::error_code ignored;
  const bool is_there = !usual.empty() && std::filesystem::exists(usual, ignored);
  const std::int64_t sees = all_sum(comm, is_there ? 1 : 0);
  if (sees == 0 && settings.label_optional) {
    return {};
  }
  if (usual.empty()) {
    throw Agreed<DataError>(settings.path + ": no labels; name their file with " + settings.labels_option);
  }
  if (sees == 0) {
    throw Agreed<SystemError>(SystemError::Purpose::read_input, usual,
                              "open the labels; " + settings.labels_option + " names another file", ENOENT);
  }
  return usual;
}

FeatureChoice choose_features(const std::vector<std::string>& expected, std::int64_t count,
                              const std::vector<std::string>& columns, bool named, const std::string& place) {
  if (named && !expected.empty()) {
    return choose_by_name(expected, columns, place);
  }
  check_feature_count(count, std::ssize(columns), place);
  FeatureChoice choice{std::vector<std::int64_t>(columns.size()), columns};
  std::iota(choice.feature.begin(), choice.feature.end(), std::int64_t{0});
  return choice;
}

std::int64_t find_name(const std::vector<std::string>& columns, const std::string& name) {
  const auto found = std::ranges::find(columns, name);
  return found == columns.end() ? -1 : found - columns.begin();
}

std::int64_t find_column(const std::vector<std::string>& columns, const std::string& name) {
  if (const std::int64_t found = find_name(columns, name); found >= 0) {
    return found;
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool is_number = error == std::errc{} && end == name.data() + name.size();
  return is_number && number >= 1 && number <= std::ssize(columns) ? number - 1 : -1;
}

std::vector<std::string> joined_names(const std::vector<std::string>& parts, const std::vector<std::string>& columns) {
  const std::unordered_set<std::string> known(columns.begin(), columns.end());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::string name = parts[i];
    std::size_t end = i;
    while (!known.contains(name) && end + 1 < parts.size()) {
      name += ',' + parts[++end];
    }
    const bool is_joined = known.contains(name);
    names.push_back(is_joined ? name : parts[i]);
    i = is_joined ? end : i;
  }
  return names;
}

std::vector<std::string> rejoined(const std::vector<std::string>& parts, std::string_view mark) {
  std::vector<std::string> rules;
  for (const std::string& part : parts) {
    if (rules.empty() || part.find(mark) != std::string::npos) {
      rules.push_back(part);
    } else {
      rules.back() += ',' + part;
    }
  }
  return rules;
}

std::string no_such_column(const std::string& name, const std::vector<std::string>& columns) {
  std::vector<std::pair<std::size_t, std::size_t>> nearest;  // distance, column
  for (std::size_t i = 0; i < columns.size(); ++i) {
    nearest.emplace_back(edit_distance(name, columns[i]), i);
  }
  std::ranges::sort(nearest);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min<std::size_t>(nearest.size(), 3); ++i) {
    names.push_back(columns[nearest[i].second]);
  }
  return "no column " + shown(name) + " (nearest: " + joined(names, 3) + ")";
}

std::string generated_name(std::int64_t i) {
  return 'c' + std::to_string(i + 1);
}

std::int64_t rows_to_read(const ReadSettings& settings, std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t kValueBytes = sizeof(double);
  const std::int64_t in_head = settings.head_bytes / kValueBytes / std::max<std::int64_t>(1, columns);
  return settings.head_bytes > 0 ? std::min(rows, std::max<std::int64_t>(1, in_head)) : rows;
}

void number_rows(Communicator& comm, const ReadSettings& settings, RawData& data) {
  const std::vector<std::int64_t> rows = all_gather_value(comm, data.block.rows);
  data.block.first_row = std::accumulate(rows.begin(), rows.begin() + comm.rank(), std::int64_t{0});
  data.total_rows = std::accumulate(rows.begin(), rows.end(), std::int64_t{0});
  if (data.total_rows == 0 && settings.head_bytes == 0) {
    throw Agreed<DataError>(settings.path + ": the file has no rows of data");
  }
}

void check_weight(double weight, std::int64_t column) {
  if (!(weight >= 0)) {
    throw ContentError(column, "weight must be at least 0 (saw '" + shortest(weight) + "')");
  }
}

double offset_of_exposure(double exposure, std::int64_t column) {
  if (!(exposure > 0 && std::isfinite(exposure))) {
    throw ContentError(column, "exposure must be finite and above 0 (saw '" + shortest(exposure) + "')");
  }
  return std::log(exposure);
}

}  // namespace lockstep
