#include "data/hdf5_reader.h"

#include "base/interrupt.h"
#include "comm/agreement.h"
#include "comm/summation_tree.h"
#include "data/hdf5_column.h"
#include "data/hdf5_layout.h"
#include "data/reader_common.h"
#include "data/text_error.h"
#include "data/text_number.h"
#include "io/hdf5_input.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

namespace lockstep {

namespace {

/// Values read at a time: keeps the copy beside the block small.
constexpr std::int64_t kBatchValues = std::int64_t{1} << 20;

void check_finite(double value, std::int64_t column) {
  if (!std::isfinite(value)) {
    throw ContentError(column, "value is not finite (saw '" + shortest(value) + "')");
  }
}

/// Pushes a run of rows into a sink, row after row, so that the first bad row is the one reported.
class Hdf5Rows {
 public:
  Hdf5Rows(const Hdf5Layout& layout, LabelKind label_kind, ArrayFile& input, RowSink& sink)
      : layout_(layout),
        label_kind_(label_kind),
        input_(input),
        sink_(sink),
        features_(static_cast<std::size_t>(layout.features)),
        label_(layout, ColumnRole::label, layout.label, Hdf5Column::Use::any),
        weight_(layout, ColumnRole::weight, layout.weight, Hdf5Column::Use::number),
        offset_(layout, ColumnRole::offset, layout.offset, Hdf5Column::Use::number),
        exposure_(layout, ColumnRole::exposure, layout.exposure, Hdf5Column::Use::number),
        id_(layout, ColumnRole::id, layout.id, Hdf5Column::Use::any) {}

  void read(Run run) {
    sink_.reserve(run.size(), run.size() * layout_.features);
    const std::int64_t batch = std::max<std::int64_t>(1, kBatchValues / std::max<std::int64_t>(1, layout_.columns));
    input_.expect_rows(layout_.x, run.begin, run.size());
    for (std::int64_t first = run.begin; first < run.end; first += batch) {
      const Run rows = {first, std::min(first + batch, run.end)};
      try {
        read_batch(rows);
      } catch (const DataError&) {  // a row before the one that cannot be read may be bad, too
        add_one_by_one(rows);
        throw;
      }
      add_rows(rows);
    }
  }

 private:
  void add_rows(Run rows) {
    for (std::int64_t row = rows.begin; row < rows.end; ++row) {
      add_row(static_cast<std::size_t>(row - rows.begin), row + 1);
    }
  }

  void add_one_by_one(Run rows) {
    for (std::int64_t row = rows.begin; row < rows.end; ++row) {
      read_batch({row, row + 1});
      add_rows({row, row + 1});
    }
  }

  /// A dataset with one value a row, and its column in the schema.
  struct Vector {
    Vector(const Hdf5Layout& layout, ColumnRole role, const std::string& name, Hdf5Column::Use use)
        : values(name, use), place(layout.schema.place(role)) {}

    Hdf5Column values;
    Index place;
  };

  void read_batch(Run batch) {
    heed_interrupt("reading data");
    values_.resize(static_cast<std::size_t>(batch.size() * layout_.columns));
    input_.read_rows(layout_.x, batch.begin, batch.size(), std::span<double>(values_));
    for (Vector* vector : {&weight_, &offset_, &exposure_, &label_, &id_}) {
      vector->values.read(input_, batch);
    }
  }

  /// `row` counts from 1, as messages do.
  void add_row(std::size_t i, std::int64_t row) {
    const std::string* object = nullptr;
    const auto has = [&](const Vector& vector) {
      object = &vector.values.name();
      return vector.values.exists();
    };
    try {
      if (has(label_)) {
        add_label(i);
      }
      if (has(weight_)) {
        sink_.number(weight_.place, finite(weight_.values.number(i)));
      }
      if (has(offset_)) {
        sink_.number(offset_.place, finite(offset_.values.number(i)));
      }
      if (has(exposure_)) {
        sink_.number(exposure_.place, exposure_.values.number(i));
      }
      if (has(id_)) {
        sink_.text(id_.place, id_.values.text(i));
      }
      object = &layout_.x;
      add_values(i);
    } catch (const ContentError& error) {
      throw DataError(input_.place(*object) + ": row " + std::to_string(row) +
                      (error.column() > 0 ? ", column " + std::to_string(error.column()) : "") + ": " + error.what());
    }
    sink_.end_row();
  }

  static double finite(double value) {
    check_finite(value, 0);
    return value;
  }

  void add_label(std::size_t i) {
    const Hdf5Column& label = label_.values;
    if (label.is_text()) {
      sink_.text(label_.place, trimmed(label.text(i)));
    } else if (!layout_.schema.class_names().empty()) {
      sink_.text(label_.place, class_name(label.number(i)));
    } else if (label_kind_ == LabelKind::classes) {
      sink_.text(label_.place, label.text(i));
    } else {
      sink_.number(label_.place, label.number(i));
    }
  }

  const std::string& class_name(double number) const {
    const std::vector<std::string>& names = layout_.schema.class_names();
    if (!(number >= 0 && number < static_cast<double>(names.size()) && number == std::floor(number))) {
      throw ContentError(0, "label is not a number of a class in /class_names, 0 to " +
                                std::to_string(names.size() - 1) + " (saw '" + shortest(number) + "')");
    }
    return names[static_cast<std::size_t>(number)];
  }

  void add_values(std::size_t i) {
    const std::vector<std::int64_t>& feature = layout_.feature_of_column;
    const double* values = values_.data() + i * feature.size();
    for (std::size_t column = 0; column < feature.size(); ++column) {
      if (feature[column] >= 0) {
        check_finite(values[column], static_cast<std::int64_t>(column) + 1);
        features_[static_cast<std::size_t>(feature[column])] = values[column];
      }
    }
    sink_.features(features_);
  }

  const Hdf5Layout& layout_;
  LabelKind label_kind_;
  ArrayFile& input_;
  RowSink& sink_;
  std::vector<double> values_;
  std::vector<double> features_;  // of a row
  Vector label_;
  Vector weight_;
  Vector offset_;
  Vector exposure_;
  Vector id_;
};

LabelPlace label_place(const ArrayFile& input, const Hdf5Layout& layout) {
  const std::string file = input.file_of(layout.label.empty() ? layout.x : layout.label);
  return {file, layout.label.empty() || input.place(layout.label) == file ? "" : "in " + layout.label, ""};
}

class ArrayReader final : public FileReader {
 public:
  ArrayReader(std::unique_ptr<ArrayFile> input, Hdf5Layout layout, const ReadSettings& settings)
      : FileReader({.schema = layout.schema,
                    .label_place = label_place(*input, layout),
                    .notices = layout.notices,
                    .rows_in_file = layout.rows}),
        input_(std::move(input)),
        layout_(std::move(layout)),
        settings_(settings) {}

  void read(RowSink& sink, Communicator& comm) override {
    agree(comm, [&] {
      const std::int64_t read = rows_to_read(settings_, layout_.rows, layout_.columns);
      const Run run = {proportional_cut(comm.rank(), comm.size(), read),
                       proportional_cut(comm.rank() + 1, comm.size(), read)};
      Hdf5Rows(layout_, settings_.label_kind, *input_, sink).read(run);
      outline_.reader_bytes = kBatchValues * std::int64_t{sizeof(double)} + input_->cache_bytes(layout_.x);
    });
  }

 private:
  std::unique_ptr<ArrayFile> input_;
  Hdf5Layout layout_;
  const ReadSettings& settings_;
};

}  // namespace

bool is_hdf5_signature(std::string_view head) {
  return head.starts_with("\x89HDF\r\n\x1a\n");
}

bool is_hdf5_name(std::string_view name) {
  return name.ends_with(".h5") || name.ends_with(".hdf5") || name.ends_with(".h5ad");
}

FileNames hdf5_names(const ReadSettings& settings, const InputFile&) {
  const auto datasets = std::make_shared<Hdf5Input>(Hdf5Input::open(settings.path));
  FileNames names;
  names.has = [datasets](const std::string& name) { return datasets->has(name); };
  return names;
}

std::unique_ptr<FileReader> read_arrays(const ReadSettings& settings, std::unique_ptr<ArrayFile> input,
                                        Hdf5Layout layout) {
  return std::make_unique<ArrayReader>(std::move(input), std::move(layout), settings);
}

std::unique_ptr<FileReader> open_hdf5(const ReadSettings& settings, InputFile&, Communicator& comm) {
  std::unique_ptr<ArrayFile> input;
  Hdf5Layout layout;
  agree(comm, [&] {
    input = std::make_unique<Hdf5Input>(Hdf5Input::open(settings.path));
    layout = hdf5_layout(settings, *input);
  });
  return read_arrays(settings, std::move(input), std::move(layout));
}

}  // namespace lockstep
