#include "data/hdf5_reader.h"

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
#include <iterator>
#include <optional>

namespace lockstep {

namespace {

/// Values read at a time: keeps the copy beside the block small.
constexpr std::int64_t kBatchValues = std::int64_t{1} << 20;

void check_finite(double value, std::int64_t column) {
  if (!std::isfinite(value)) {
    throw ContentError(column, "value is not finite (saw '" + shortest(value) + "')");
  }
}

/// Appends a run of rows to a block, row after row, so that the first bad row is the one reported.
class Hdf5Rows {
 public:
  Hdf5Rows(const Hdf5Layout& layout, LabelKind label_kind, Hdf5Input& input, LabelCollector& labels, RowBlock& block)
      : layout_(layout),
        label_kind_(label_kind),
        input_(input),
        labels_(labels),
        block_(block),
        weight_(layout.weight, Hdf5Column::Use::number),
        offset_(layout.offset, Hdf5Column::Use::number),
        exposure_(layout.exposure, Hdf5Column::Use::number),
        label_(layout.label, Hdf5Column::Use::any),
        id_(layout.id, Hdf5Column::Use::any) {}

  void read(Run run) {
    block_.dense.resize(static_cast<std::size_t>(run.size() * block_.features));
    labels_.reserve(layout_.label.empty() ? 0 : run.size());
    const std::int64_t batch = std::max<std::int64_t>(1, kBatchValues / std::max<std::int64_t>(1, layout_.columns));
    for (std::int64_t first = run.begin; first < run.end; first += batch) {
      read_batch({first, std::min(first + batch, run.end)});
      for (std::int64_t row = first; row < std::min(first + batch, run.end); ++row) {
        add_row(static_cast<std::size_t>(row - first), row + 1);
      }
    }
  }

 private:
  void read_batch(Run batch) {
    values_.resize(static_cast<std::size_t>(batch.size() * layout_.columns));
    input_.read_rows(layout_.x, batch.begin, batch.size(), std::span<double>(values_));
    for (Hdf5Column* column : {&weight_, &offset_, &exposure_, &label_, &id_}) {
      column->read(input_, batch);
    }
  }

  /// `row` counts from 1, as messages do.
  void add_row(std::size_t i, std::int64_t row) {
    const std::string* object = nullptr;
    const auto has = [&](const Hdf5Column& column) {
      object = &column.name();
      return column.exists();
    };
    try {
      if (has(label_)) {
        add_label(i);
      }
      if (has(weight_)) {
        block_.weight.push_back(finite(weight_.number(i)));
        check_weight(block_.weight.back(), 0);
      }
      if (has(offset_)) {
        block_.offset.push_back(finite(offset_.number(i)));
      }
      if (has(exposure_)) {
        const double offset = offset_of_exposure(exposure_.number(i), 0);
        block_.offset.resize(static_cast<std::size_t>(block_.rows) + 1);
        block_.offset.back() += offset;
      }
      if (has(id_)) {
        block_.id.push_back(id_.text(i));
      }
      object = &layout_.x;
      add_values(i);
    } catch (const ContentError& error) {
      throw DataError(input_.name() + ": " + *object + ": row " + std::to_string(row) +
                      (error.column() > 0 ? ", column " + std::to_string(error.column()) : "") + ": " + error.what());
    }
    ++block_.rows;
  }

  static double finite(double value) {
    check_finite(value, 0);
    return value;
  }

  void add_label(std::size_t i) {
    if (label_.is_text()) {
      labels_.add(trimmed(label_.text(i)), 0);
    } else if (!layout_.class_names.empty()) {
      labels_.add(class_name(label_.number(i)), 0);
    } else if (label_kind_ == LabelKind::classes) {
      labels_.add(label_.text(i), 0);
    } else {
      labels_.add(label_.number(i), 0);
    }
  }

  const std::string& class_name(double number) const {
    const std::vector<std::string>& names = layout_.class_names;
    if (!(number >= 0 && number < static_cast<double>(names.size()) && number == std::floor(number))) {
      throw ContentError(0, "label is not a number of a class in /class_names, 0 to " +
                                std::to_string(names.size() - 1) + " (saw '" + shortest(number) + "')");
    }
    return names[static_cast<std::size_t>(number)];
  }

  void add_values(std::size_t i) {
    const std::vector<std::int64_t>& feature = layout_.feature_of_column;
    const double* values = values_.data() + i * feature.size();
    double* row = block_.dense.data() + block_.rows * block_.features;
    for (std::size_t column = 0; column < feature.size(); ++column) {
      if (feature[column] >= 0) {
        check_finite(values[column], static_cast<std::int64_t>(column) + 1);
        row[feature[column]] = values[column];
      }
    }
  }

  const Hdf5Layout& layout_;
  LabelKind label_kind_;
  Hdf5Input& input_;
  LabelCollector& labels_;
  RowBlock& block_;
  std::vector<double> values_;
  Hdf5Column weight_;
  Hdf5Column offset_;
  Hdf5Column exposure_;
  Hdf5Column label_;
  Hdf5Column id_;
};

}  // namespace

RawData read_hdf5(const ReadSettings& settings, Communicator& comm) {
  std::optional<Hdf5Input> input;
  Hdf5Layout layout;
  agree(comm, [&] {
    input.emplace(Hdf5Input::open(settings.path));
    layout = hdf5_layout(settings, *input);
  });

  RawData data;
  data.feature_names = layout.feature_names;
  data.notices = layout.notices;
  data.label_name = layout.label.substr(layout.label.empty() ? 0 : 1);
  data.block.is_dense = true;
  data.block.features = layout.features;

  LabelCollector labels(layout.label.empty() ? LabelKind::none : settings.label_kind, settings.expected_classes,
                        settings.labels_are_numbers);
  labels.declare(layout.class_names);
  with_notices(data.notices, [&] {
    agree(comm, [&] {
      const std::int64_t read = rows_to_read(settings, layout.rows, layout.columns);
      const Run run = {proportional_cut(comm.rank(), comm.size(), read),
                       proportional_cut(comm.rank() + 1, comm.size(), read)};
      Hdf5Rows(layout, settings.label_kind, *input, labels, data.block).read(run);
    });
    number_rows(comm, settings, data);
    data.rows_in_file = layout.rows;
    agree(comm,
          [&] { data.reader_bytes = kBatchValues * std::int64_t{sizeof(double)} + input->cache_bytes(layout.x); });
    data.class_names = labels.finish(comm, {settings.path, layout.label.empty() ? "" : "in " + layout.label, ""},
                                     data.block.label, data.notices);
  });
  return data;
}

}  // namespace lockstep
