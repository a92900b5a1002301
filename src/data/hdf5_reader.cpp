#include "data/hdf5_reader.h"

#include "base/interrupt.h"
#include "comm/agreement.h"
#include "comm/summation_tree.h"
#include "data/hdf5_column.h"
#include "data/hdf5_features.h"
#include "data/hdf5_layout.h"
#include "data/reader_common.h"
#include "data/text_error.h"
#include "data/text_number.h"
#include "io/hdf5_input.h"
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
class Hdf5Rows {
 public:
  /// `features`: null: they are left out.
  Hdf5Rows(const Hdf5Layout& layout, LabelKind label_kind, Hdf5Input& input, const FeatureRows* features, RowSink& sink)
      : layout_(layout),
        label_kind_(label_kind),
        input_(input),
        features_(features),
        sink_(sink),
        label_(layout, ColumnRole::label, layout.label, Hdf5Column::Use::any),
        weight_(layout, ColumnRole::weight, layout.weight, Hdf5Column::Use::number),
        offset_(layout, ColumnRole::offset, layout.offset, Hdf5Column::Use::number),
        exposure_(layout, ColumnRole::exposure, layout.exposure, Hdf5Column::Use::number),
        id_(layout, ColumnRole::id, layout.id, Hdf5Column::Use::any) {}

  void read(Run run) {
    const double values_a_row = features_ == nullptr ? 1 : std::max(1.0, features_->entries());
    const auto batch = std::max<std::int64_t>(1, static_cast<std::int64_t>(kBatchValues / values_a_row));
    sink_.reserve(run.size(), features_ == nullptr ? 0 : std::llround(static_cast<double>(run.size()) * values_a_row));
    for (std::int64_t first = run.begin; first < run.end; first += batch) {
      read_batch({first, std::min(first + batch, run.end)});
    }
  }

  /// Row that add_row() is at, from 0.
  std::int64_t row() const { return row_; }

 private:
  /// A dataset with one value a row, and its column in the schema.
  struct Vector {
    Vector(const Hdf5Layout& layout, ColumnRole role, const std::string& name, Hdf5Column::Use use)
        : values(name, use), place(layout.schema.place(role)) {}

    Hdf5Column values;
    Index place;
  };

  void read_batch(Run batch) {
    heed_interrupt("reading data");
    row_ = batch.begin;
    for (Vector* vector : {&weight_, &offset_, &exposure_, &label_, &id_}) {
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
    } catch (const ContentError& error) {
      throw DataError(input_.name() + ": " + *object + ": row " + std::to_string(row_ + 1) + ": " + error.what());
    }
  }

  static double finite(double value) {
    check_finite(value);
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

  void add_entries(std::size_t i) {
    const auto begin = static_cast<std::size_t>(block_.row_start[i]);
    const auto count = static_cast<std::size_t>(block_.row_start[i + 1]) - begin;
    sink_.entries(std::span(block_.column).subspan(begin, count), std::span(block_.value).subspan(begin, count));
  }

  const Hdf5Layout& layout_;
  LabelKind label_kind_;
  Hdf5Input& input_;
  const FeatureRows* features_;
  RowSink& sink_;
  RowBlock block_;  // features of a batch
  std::int64_t row_ = 0;
  Vector label_;
  Vector weight_;
  Vector offset_;
  Vector exposure_;
  Vector id_;
};

class Hdf5Reader final : public FileReader {
 public:
  Hdf5Reader(std::shared_ptr<Hdf5Input> input, Hdf5Layout layout, const ReadSettings& settings)
      : FileReader({.schema = layout.schema,
                    .is_dense = !layout.is_sparse,
                    .has_any_row = true,
                    .label_place = {settings.path, layout.label.empty() ? "" : "in " + layout.label, ""},
                    .notices = layout.notices,
                    .rows_in_file = layout.rows}),
        input_(std::move(input)),
        layout_(std::move(layout)),
        features_(std::make_shared<Hdf5Features>(input_, layout_)),
        settings_(settings) {
    outline_.reader_bytes = features_->cache_bytes();
  }

  void read(RowSink& sink, Communicator& comm) override {
    const std::int64_t all = rows_to_read(settings_, layout_.rows, std::llround(features_->entries()));
    const Run run = {proportional_cut(comm.rank(), comm.size(), all),
                     proportional_cut(comm.rank() + 1, comm.size(), all)};
    Hdf5Rows rows(layout_, settings_.label_kind, *input_, features() ? nullptr : features_.get(), sink);
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
    return settings_.features_apart && settings_.head_bytes == 0 ? features_ : nullptr;
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

  std::shared_ptr<Hdf5Input> input_;
  Hdf5Layout layout_;
  std::shared_ptr<const Hdf5Features> features_;
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

std::unique_ptr<FileReader> open_hdf5(const ReadSettings& settings, const InputFile&, Communicator& comm) {
  std::unique_ptr<FileReader> reader;
  agree(comm, [&] {
    auto input = std::make_shared<Hdf5Input>(Hdf5Input::open(settings.path));
    reader = std::make_unique<Hdf5Reader>(input, hdf5_layout(settings, *input), settings);
  });
  return reader;
}

}  // namespace lockstep
