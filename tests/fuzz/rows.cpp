#include "rows.h"

#include "data/file_reader.h"
#include "data/formats.h"
#include "data/text_error.h"
#include "data/text_share.h"
#include "lockstep/comm/communicator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lockstep::fuzz {

namespace {

constexpr std::array<LabelKind, 5> kLabelKinds = {LabelKind::classes, LabelKind::real, LabelKind::none,
                                                  LabelKind::non_negative, LabelKind::positive};

bool are_finite(const std::vector<double>& values) {
  return std::ranges::all_of(values, [](double x) { return std::isfinite(x); });
}

bool has_length(const std::vector<double>& column, std::int64_t rows) {
  return column.empty() || std::ssize(column) == rows;
}

void require_sound(const RowBlock& block) {
  require(are_finite(block.dense) && are_finite(block.value) && are_finite(block.label) && are_finite(block.weight) &&
              are_finite(block.offset),
          "numbers are finite");
  require(has_length(block.label, block.rows) && has_length(block.weight, block.rows) &&
              has_length(block.offset, block.rows),
          "columns are as long as there are rows");
  if (block.is_dense) {
    require(std::ssize(block.dense) == block.rows * block.features, "dense rows are as wide as there are features");
    return;
  }
  require(std::ssize(block.row_start) == block.rows + 1 && block.row_start.front() == 0 &&
              block.row_start.back() == std::ssize(block.column) && block.column.size() == block.value.size(),
          "sparse rows end where their entries do");
  for (std::size_t row = 0; row < static_cast<std::size_t>(block.rows); ++row) {
    std::int64_t previous = -1;
    for (std::int64_t i = block.row_start[row]; i < block.row_start[row + 1]; ++i) {
      const auto at = static_cast<std::size_t>(i);
      require(block.column[at] > previous && block.column[at] < block.features && block.value[at] != 0,
              "entries ascend within the features and are not zero");
      previous = block.column[at];
    }
  }
}

/// The lines of these shares, each with its end; nothing where one cannot be read.
std::optional<std::string> lines_of(const InputFile& file, const TextBody& body, int shares) {
  std::string lines;
  try {
    for (int share = 0; share < shares; ++share) {
      LineReader reader(file, body, body.share(share, shares));
      for (std::string_view line; reader.next(line);) {
        lines.append(line) += '\n';
      }
    }
  } catch (const ContentError&) {
    return std::nullopt;
  }
  return lines;
}

}  // namespace

ReadSettings chosen_settings(FuzzInput& input, std::string_view format) {
  ReadSettings settings;
  settings.label_kind = kLabelKinds[input.choose(kLabelKinds.size())];
  const std::size_t extras = input.choose(64);
  settings.label_optional = (extras & 1) != 0;
  settings.head_bytes = (extras & 2) != 0 ? 24 : 0;
  if ((extras & 4) != 0) {  // read for a model
    const std::vector<std::string> names = {"a", "b", "c"};
    const std::vector<std::string> classes = {"0", "1"};
    settings.expected = schema_of_names(3, (extras & 8) != 0 ? names : std::vector<std::string>{}, "",
                                        (extras & 16) != 0 ? classes : std::vector<std::string>{});
  }
  settings.format = (extras & 32) != 0 ? nullptr : format_named(format);
  return settings;
}

void read_rows_of(const ReadSettings& settings) {
  SerialCommunicator alone;
  RawData data;
  if (is_read([&] { data = read_data(settings, alone); })) {
    require(data.block.rows > 0 || settings.head_bytes > 0, "a file that is read has rows");
    require_sound(data.block);
    require(data.total_rows == data.block.rows && data.rows_in_file >= data.total_rows, "rows are counted");
  }
}

void require_shares_make_the_whole(const std::string& path) {
  const InputFile file(path);
  const TextBody body = whole_text(file);
  const std::optional<std::string> whole = lines_of(file, body, 1);
  for (const int shares : {2, 5}) {
    require(lines_of(file, body, shares) == whole, "lines in shares are those of the whole");
  }
}

}  // namespace lockstep::fuzz
