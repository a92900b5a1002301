#include "data/array_reader.h"

#include "base/interrupt.h"
#include "comm/agreement.h"
#include "comm/summation_tree.h"
#include "data/array_column.h"
#include "data/array_features.h"
#include "data/array_layout.h"
#include "data/reader_common.h"
#include "data/text_cause.h"
#include "data/text_error.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace lockstep {

namespace {

/// Values read at a time: keeps the copy beside the block small.
constexpr std::int64_t kBatchValues = std::int64_t{1} << 20;

void check_finite(double value) {
  if (!std::isfinite(value)) {
    throw ContentError(0, "value is not finite (saw '" + shortest(value) + "')");
  }
}

/// Pushes a run of rows into a sink, row after row, so that the first bad row is the one reported.
class ArrayRows {
 public:
  /// `features`: null: they are left out.
  ArrayRows(const ArrayLayout& layout, LabelKind label_kind, ArrayFile& input, const FeatureRows* features,
            RowSink& sink)
      : layout_(layout),
        label_kind_(label_kind),
        input_(input),
        features_(features),
        sink_(sink),
        label_(layout, ColumnRole::label, layout.label, ArrayColumn::Use::any),
        weight_(layout, ColumnRole::weight, layout.weight, ArrayColumn::Use::number),
        offset_(layout, ColumnRole::offset, layout.offset, ArrayColumn::Use::number),
        exposure_(layout, ColumnRole::exposure, layout.exposure, ArrayColumn::Use::number),
        id_(layout, ColumnRole::id, layout.id, ArrayColumn::Use::any),
        group_(layout, ColumnRole::group, layout.group, ArrayColumn::Use::any) {}

  void read(Run run) {
    const double values_a_row = features_ == nullptr ? 1 : std::max(1.0, features_->entries());
    const auto batch = std::max<std::int64_t>(1, static_cast<std::int64_t>(kBatchValues / values_a_row));
    sink_.reserve(run.size(), features_ == nullptr ? 0 : std::llround(static_cast<double>(run.size()) * values_a_row));
    if (features_ != nullptr && !layout_.is_sparse) {
      input_.expect_rows(layout_.x, run.begin, run.size());
    }
    for (std::int64_t first = run.begin; first < run.end; first += batch) {
      const Run rows = {first, std::min(first + batch, run.end)};
      try {
        read_batch(rows);
      } catch (const BadRow&) {
        throw;
      } catch (const DataError&) {  // a row before the one that cannot be read may be bad, too
        add_one_by_one(rows);
        throw;
      }
    }
  }

  /// Row that add_row() is at, from 0.
  std::int64_t row() const { return row_; }

 private:
  void add_one_by_one(Run rows) {
    for (std::int64_t row = rows.begin; row < rows.end; ++row) {
      read_batch({row, row + 1});
    }
  }

  /// A dataset with one value a row, and its column in the schema.
  struct Vector {
    Vector(const ArrayLayout& layout, ColumnRole role, const std::string& name, ArrayColumn::Use use)
        : values(name, use), place(layout.schema.place(role)) {}

    ArrayColumn values;
    Index place;
  };

  void read_batch(Run batch) {
    heed_interrupt("reading data");
    row_ = batch.begin;
    for (Vector* vector : {&weight_, &offset_, &exposure_, &label_, &id_, &group_}) {
      vector->values.read(input_, batch);
    }
    std::optional<BadRow> bad;
    if (features_ != nullptr) {
      try {
        features_->read(batch, block_);
      } catch (const BadRow& error) {
        bad = error;
        features_->read({batch.begin, error.row()}, block_);
      }
      if (block_.is_dense) {
        sink_.features(block_.dense);
      }
    }
    const std::int64_t end = bad ? bad->row() : batch.end;
    for (; row_ < end; ++row_) {
      const auto i = static_cast<std::size_t>(row_ - batch.begin);
      add_row(i);
      if (features_ != nullptr && !block_.is_dense) {
        add_entries(i);
      }
      sink_.end_row();
    }
    if (bad) {
      add_row(static_cast<std::size_t>(end - batch.begin));
      throw BadRow(*bad);
    }
  }

  /// All but the features.
  void add_row(std::size_t i) {
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
      if (has(group_)) {
        add_group(i);
      }
    } catch (const ContentError& error) {
      throw DataError(input_.place(*object) + ": row " + std::to_string(row_ + 1) + ": " + error.what());
    }
  }

  static double finite(double value) {
    check_finite(value);
    return value;
  }

  void add_label(std::size_t i) {
    const ArrayColumn& label = label_.values;
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

  void add_group(std::size_t i) {
    const std::string text = group_.values.text(i);
    if (is_surely_missing(text)) {
      throw ContentError(0, "missing value in the column of groups");
    }
    sink_.text(group_.place, text);
  }

  const std::string& class_name(double number) const {
    const std::vector<std::string>& names = layout_.schema.class_names();
    if (!(number >= 0 && number < static_cast<double>(names.size()) && number == std::floor(number))) {
      throw ContentError(0, "label is not a number of a class in /class_names, 0 to " +
                                std::to_string(names.size() - 1) + " (saw '" + shortest(number) + "')");
    }
    return names[static_cast<std::size_t>(number)];
  }

  void add_entries(std::size_t i) {
    const auto begin = static_cast<std::size_t>(block_.row_start[i]);
    const auto count = static_cast<std::size_t>(block_.row_start[i + 1]) - begin;
    sink_.entries(std::span(block_.column).subspan(begin, count), std::span(block_.value).subspan(begin, count));
  }

  const ArrayLayout& layout_;
  LabelKind label_kind_;
  ArrayFile& input_;
  const FeatureRows* features_;
  RowSink& sink_;
  RowBlock block_;  // features of a batch
  std::int64_t row_ = 0;
  Vector label_;
  Vector weight_;
  Vector offset_;
  Vector exposure_;
  Vector id_;
  Vector group_;
};

LabelPlace label_place(const ArrayFile& input, const ArrayLayout& layout) {
  const std::string file = input.file_of(layout.label.empty() ? layout.x : layout.label);
  return {file, layout.label.empty() || input.place(layout.label) == file ? "" : "in " + layout.label, ""};
}

class ArrayReader final : public FileReader {
 public:
  ArrayReader(std::shared_ptr<ArrayFile> input, ArrayLayout layout, const ReadSettings& settings)
      : FileReader({.schema = layout.schema,
                    .is_dense = !layout.is_sparse,
                    .has_any_row = input->reads_any_rows(),
                    .label_place = label_place(*input, layout),
                    .notices = layout.notices,
                    .rows_in_file = layout.rows}),
        input_(std::move(input)),
        layout_(std::move(layout)),
        features_(std::make_shared<ArrayFeatures>(input_, layout_)),
        settings_(settings) {
    outline_.reader_bytes = features_->cache_bytes();
  }

  void read(RowSink& sink, Communicator& comm) override {
    const std::int64_t all = rows_to_read(settings_, layout_.rows, std::llround(features_->entries()));
    const Run run = {proportional_cut(comm.rank(), comm.size(), all),
                     proportional_cut(comm.rank() + 1, comm.size(), all)};
    ArrayRows rows(layout_, settings_.label_kind, *input_, features() ? nullptr : features_.get(), sink);
    std::exception_ptr failure;
    try {
      rows.read(run);
    } catch (...) {
      failure = std::current_exception();
    }
    if (any_rank(comm, failure != nullptr) && features()) {
      agree(comm, [&] { check({run.begin, failure ? rows.row() : run.end}); });  // an earlier row may be at fault
    }
    agree(comm, [&] {
      if (failure) {
        std::rethrow_exception(failure);
      }
    });
  }

  std::shared_ptr<const FeatureRows> features() const override {
    return settings_.features_apart && settings_.head_bytes == 0 && input_->reads_any_rows() ? features_ : nullptr;
  }

 private:
  /// Throws BadRow for the first row whose features cannot be used.
  void check(Run rows) const {
    RowBlock block;
    const auto height =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(kBatchValues / std::max(1.0, features_->entries())));
    for (std::int64_t first = rows.begin; first < rows.end; first += height) {
      heed_interrupt("reading data");
      features_->read({first, std::min(first + height, rows.end)}, block);
    }
  }

  std::shared_ptr<ArrayFile> input_;
  ArrayLayout layout_;
  std::shared_ptr<const ArrayFeatures> features_;
  const ReadSettings& settings_;
};

}  // namespace

std::unique_ptr<FileReader> read_arrays(const ReadSettings& settings, std::shared_ptr<ArrayFile> input,
                                        ArrayLayout layout) {
  return std::make_unique<ArrayReader>(std::move(input), std::move(layout), settings);
}

}  // namespace lockstep
