#include "data/idx_reader.h"

#include "comm/agreement.h"
#include "data/idx_input.h"
#include "data/reader_common.h"
#include "data/text_error.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <filesystem>
#include <optional>

namespace lockstep {

namespace {

constexpr double kLargestByte = 255;
constexpr std::size_t kGrowth = 16;

/// Replaces the last `from` of the text; false where there is none.
bool replace_last(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.rfind(from);
  if (at == std::string::npos) {
    return false;
  }
  text.replace(at, from.size(), to);
  return true;
}

/// Where the labels are read from; empty: rows have none. Collective: the file of the usual name may be missing
/// on some nodes only, which must not part the ranks.
std::string labels_path(const ReadSettings& settings, Communicator& comm) {
  if (settings.label_kind == LabelKind::none || !settings.labels.empty()) {
    return settings.label_kind == LabelKind::none ? "" : settings.labels;
  }
  const std::string usual = usual_labels_path(settings.path);
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

/// Appends the values of consecutive rows to a block.
class IdxRows {
 public:
  IdxRows(const InputFile& file, const IdxInput& input, Run rows, RowBlock& block)
      : path_(file.path()), input_(input), rows_(rows), block_(block) {
    block_.is_dense = true;
    block_.features = input.row_values();
    if (!input.is_compressed()) {  // the values are known to be there
      block_.dense.reserve(share_values());
    }
  }

  void add(std::span<double> values) {
    make_room(values.size());
    if (input_.type() == IdxInput::Type::uint8) {
      std::ranges::transform(values, values.begin(), [](double value) { return value / kLargestByte; });
    } else if (!input_.is_integer()) {
      check_finite(values);
    }
    block_.dense.insert(block_.dense.end(), values.begin(), values.end());
  }

 private:
  std::size_t share_values() const { return static_cast<std::size_t>(rows_.size() * input_.row_values()); }

  /// Grows to the share or its 16th, 256th, … part: never to more than 16 times what is there, and what is
  /// copied on the way is little.
  void make_room(std::size_t count) {
    const std::size_t needed = block_.dense.size() + count;
    if (needed > block_.dense.capacity()) {
      std::size_t room = share_values();
      while (room / kGrowth >= needed) {
        room /= kGrowth;
      }
      block_.dense.reserve(room);
    }
  }

  void check_finite(std::span<const double> values) const {
    const auto bad = std::ranges::find_if(values, [](double value) { return !std::isfinite(value); });
    if (bad != values.end()) {
      const std::int64_t at = std::ssize(block_.dense) + (bad - values.begin());
      throw DataError(path_ + ": row " + std::to_string(rows_.begin + at / block_.features + 1) + ", column " +
                      std::to_string(at % block_.features + 1) + ": value is not finite (saw '" + shortest(*bad) +
                      "')");
    }
  }

  const std::string& path_;
  const IdxInput& input_;
  Run rows_;
  RowBlock& block_;
};

/// The labels' header against that of the rows.
void check_labels(const InputFile& file, const IdxInput& labels, const ReadSettings& settings, const IdxInput& rows) {
  if (labels.dimensions() != 1 || !labels.is_integer()) {
    throw DataError(file.path() + ": labels must be whole numbers in one dimension (saw " + labels.description() + ")");
  }
  if (labels.rows() != rows.rows()) {
    throw DataError(file.path() + ": " + std::to_string(labels.rows()) + " labels for the " +
                    std::to_string(rows.rows()) + " rows of " + settings.path);
  }
}

void add_labels(const InputFile& file, IdxInput& input, Run rows, LabelCollector& labels) {
  std::int64_t row = rows.begin;
  input.read(rows, [&](std::span<double> values) {
    for (const double value : values) {
      ++row;
      try {
        labels.add(value, 0);
      } catch (const ContentError& error) {
        throw DataError(file.path() + ": row " + std::to_string(row) + ": " + error.what());
      }
    }
  });
}

}  // namespace

std::string usual_labels_path(const std::string& path) {
  const std::filesystem::path whole(path);
  std::string name = whole.filename().string();
  if (!replace_last(name, "images", "labels")) {
    return {};
  }
  replace_last(name, "idx3", "idx1");
  return std::filesystem::path(whole).replace_filename(name).string();
}

RawData read_idx(const ReadSettings& settings, const InputFile& file, Communicator& comm) {
  std::optional<IdxInput> input;
  agree(comm, [&] {
    refuse_column_names(settings, "IDX");
    input.emplace(file);
    check_feature_count(settings, input->row_values(), settings.path);
  });
  const std::int64_t read = rows_to_read(settings, input->rows(), input->row_values());
  const Run rows = {proportional_cut(comm.rank(), comm.size(), read),
                    proportional_cut(comm.rank() + 1, comm.size(), read)};

  RawData data;
  const std::string path = labels_path(settings, comm);
  LabelCollector labels(path.empty() ? LabelKind::none : settings.label_kind, settings.expected_classes);
  if (!path.empty()) {
    data.label_name = "label";
    std::optional<InputFile> label_file;
    agree(comm, [&] { label_file.emplace(path); });
    check_same_file(*label_file, comm);
    agree(comm, [&] {
      IdxInput label_input(*label_file);
      check_labels(*label_file, label_input, settings, *input);
      add_labels(*label_file, label_input, rows, labels);
    });
  }
  agree(comm, [&] {
    IdxRows block(file, *input, rows, data.block);
    input->read(rows, [&](std::span<double> values) { block.add(values); });
  });
  data.block.rows = rows.size();
  number_rows(comm, settings, data);
  data.rows_in_file = input->rows();
  data.class_names = labels.finish(comm, {path, "", ""}, data.block.label, data.notices);
  return data;
}

}  // namespace lockstep
