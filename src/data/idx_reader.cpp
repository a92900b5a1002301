#include "data/idx_reader.h"

#include "comm/agreement.h"
#include "data/idx_input.h"
#include "data/reader_common.h"
#include "data/text_error.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <optional>
#include <utility>

namespace lockstep {

namespace {

constexpr double kLargestByte = 255;
constexpr std::int64_t kGrowth = 16;

/// Replaces the last `from` of the text; false where there is none.
bool replace_last(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.rfind(from);
  if (at == std::string::npos) {
    return false;
  }
  text.replace(at, from.size(), to);
  return true;
}

/// Pushes the values of consecutive rows into a sink.
class IdxRows {
 public:
  IdxRows(const InputFile& file, const IdxInput& input, Run rows, RowSink& sink)
      : path_(file.path()), input_(input), rows_(rows), sink_(sink) {
    if (!input.is_compressed()) {  // the values are known to be there
      make_room(share_values());
    }
  }

  void add(std::span<double> values) {
    if (pushed_ + std::ssize(values) > room_) {
      make_room(pushed_ + std::ssize(values));
    }
    if (input_.type() == IdxInput::Type::uint8) {
      std::ranges::transform(values, values.begin(), [](double value) { return value / kLargestByte; });
    } else if (!input_.is_integer()) {
      check_finite(values);
    }
    sink_.features(values);
    pushed_ += std::ssize(values);
  }

 private:
  std::int64_t share_values() const { return rows_.size() * input_.row_values(); }

  /// Grows to the share or its 16th, 256th, … part: never to more than 16 times what is there, and what is
  /// copied on the way is little.
  void make_room(std::int64_t needed) {
    room_ = share_values();
    while (room_ / kGrowth >= needed && needed > 0) {
      room_ /= kGrowth;
    }
    sink_.reserve(0, room_);
  }

  void check_finite(std::span<const double> values) const {
    const auto bad = std::ranges::find_if(values, [](double value) { return !std::isfinite(value); });
    if (bad != values.end()) {
      const std::int64_t at = pushed_ + (bad - values.begin());
      throw DataError(path_ + ": row " + std::to_string(rows_.begin + at / input_.row_values() + 1) + ", column " +
                      std::to_string(at % input_.row_values() + 1) + ": value is not finite (saw '" + shortest(*bad) +
                      "')");
    }
  }

  const std::string& path_;
  const IdxInput& input_;
  Run rows_;
  RowSink& sink_;
  std::int64_t room_ = 0;    // values that the sink has room for
  std::int64_t pushed_ = 0;  // values
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

void add_labels(const InputFile& file, IdxInput& input, Run rows, Index column, RowSink& sink) {
  std::int64_t row = rows.begin;
  input.read(rows, [&](std::span<double> values) {
    for (const double value : values) {
      ++row;
      try {
        sink.number(column, value);
      } catch (const ContentError& error) {
        throw DataError(file.path() + ": row " + std::to_string(row) + ": " + error.what());
      }
    }
  });
}

Schema idx_schema(Index features, bool has_label) {
  Schema schema;
  schema.columns.push_back({.feature = 0, .width = features});
  if (has_label) {
    schema.columns.push_back({.name = "label", .role = ColumnRole::label});
  }
  return schema;
}

class IdxReader final : public FileReader {
 public:
  /// `labels`: path of their file; empty: rows have none.
  IdxReader(std::unique_ptr<IdxInput> input, const std::string& labels, const ReadSettings& settings,
            const InputFile& file)
      : FileReader({.schema = idx_schema(input->row_values(), !labels.empty()),
                    .label_place = {labels, "", ""},
                    .rows_in_file = input->rows()}),
        input_(std::move(input)),
        settings_(settings),
        file_(file) {}

  void read(RowSink& sink, Communicator& comm) override {
    const std::int64_t read = rows_to_read(settings_, input_->rows(), input_->row_values());
    const Run rows = {proportional_cut(comm.rank(), comm.size(), read),
                      proportional_cut(comm.rank() + 1, comm.size(), read)};
    if (outline_.schema.find(ColumnRole::label) != nullptr) {
      read_labels(rows, sink, comm);
    }
    agree(comm, [&] {
      IdxRows values(file_, *input_, rows, sink);
      input_->read(rows, [&](std::span<double> part) { values.add(part); });
      for (std::int64_t row = rows.begin; row < rows.end; ++row) {
        sink.end_row();
      }
    });
  }

 private:
  void read_labels(Run rows, RowSink& sink, Communicator& comm) {
    std::optional<InputFile> file;
    agree(comm, [&] { file.emplace(outline_.label_place.path); });
    check_same_file(*file, comm);
    agree(comm, [&] {
      IdxInput labels(*file);
      check_labels(*file, labels, settings_, *input_);
      add_labels(*file, labels, rows, outline_.schema.place(ColumnRole::label), sink);
    });
  }

  std::unique_ptr<IdxInput> input_;
  const ReadSettings& settings_;
  const InputFile& file_;
};

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

bool is_idx_name(std::string_view name) {
  name.remove_suffix(name.ends_with(".gz") ? 3 : 0);
  const std::size_t at = name.rfind("idx");
  if (at == std::string_view::npos || at == 0 || (name[at - 1] != '.' && name[at - 1] != '-')) {
    return false;
  }
  const std::string_view rest = name.substr(at + 3);
  return rest.empty() || std::isdigit(static_cast<unsigned char>(rest.front())) != 0;
}

std::unique_ptr<FileReader> open_idx(const ReadSettings& settings, InputFile& file, Communicator& comm) {
  std::unique_ptr<IdxInput> input;
  agree(comm, [&] {
    input = std::make_unique<IdxInput>(file);
    check_feature_count(expected_feature_count(settings), input->row_values(), settings.path);
  });
  return std::make_unique<IdxReader>(std::move(input), labels_path(settings, usual_labels_path, comm), settings, file);
}

}  // namespace lockstep
