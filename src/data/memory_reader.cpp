#include "data/memory_reader.h"

#include "base/hash.h"
#include "comm/agreement.h"
#include "data/file_reader.h"
#include "data/resident_rows.h"
#include "data/text_error.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw DataError({kMemorySource, 0, 0}, why);
}

void require_length(const char* what, std::size_t length, Index wanted) {
  if (std::cmp_not_equal(length, wanted)) {
    refuse(fmt::format("{}: {} numbers, {} wanted", what, length, wanted));
  }
}

void check_shares(const MemoryRows& rows) {
  if (rows.rows < 0 || rows.features < 0) {
    refuse(fmt::format("{} rows of {} features", rows.rows, rows.features));
  }
  require_length("x", rows.x.size(), rows.rows * rows.features);
  require_length("label", rows.label.size(), rows.rows);
  for (const auto& [what, values] : {std::pair("weight", rows.weight), {"offset", rows.offset}}) {
    if (!values.empty()) {
      require_length(what, values.size(), rows.rows);
    }
  }
  if (!rows.names.empty()) {
    require_length("names", rows.names.size(), rows.features);
  }
}

/// Of all ranks; those without rows have the columns of the others.
struct Columns {
  bool has_weight = false;
  bool has_offset = false;
  Index first_row = 0;  // of this rank
};

std::uint64_t hash_of(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) {
    joined += name + '\0';
  }
  return hash64(std::as_bytes(std::span(joined)));
}

Columns common_columns(const MemoryRows& rows, Communicator& comm) {
  struct Facts {
    Index features, rows;
    std::uint64_t names;
    bool has_weight, has_offset;
  };
  const Facts mine{rows.features, rows.rows, hash_of(rows.names), !rows.weight.empty(), !rows.offset.empty()};
  Columns columns;
  bool has_rows = false;
  int rank = 0;
  for (const Facts& one : all_gather_value(comm, mine)) {
    columns.first_row += rank++ < comm.rank() ? one.rows : 0;
    if (one.features != mine.features || one.names != mine.names) {
      throw Agreed<DataError>({kMemorySource, 0, 0}, "features or their names differ between ranks");
    }
    if (one.rows == 0) {
      continue;
    }
    if (has_rows && (one.has_weight != columns.has_weight || one.has_offset != columns.has_offset)) {
      throw Agreed<DataError>({kMemorySource, 0, 0}, "some ranks have weights or offsets, others have none");
    }
    columns.has_weight = one.has_weight;
    columns.has_offset = one.has_offset;
    has_rows = true;
  }
  return columns;
}

Schema memory_schema(const MemoryRows& rows, const Columns& columns) {
  Schema schema = schema_of_names(rows.features, rows.names, "", {});
  if (columns.has_weight) {
    schema.columns.push_back({.role = ColumnRole::weight});
  }
  if (columns.has_offset) {
    schema.columns.push_back({.role = ColumnRole::offset});
  }
  return schema;
}

class MemoryReader final : public FileReader {
 public:
  MemoryReader(const MemoryRows& rows, const Columns& columns)
      : FileReader({.schema = memory_schema(rows, columns), .label_place = {kMemorySource, "", ""}}),
        rows_(rows),
        first_row_(columns.first_row) {}

  void read(RowSink& sink, Communicator& comm) override {
    agree(comm, [&] {
      sink.reserve(rows_.rows, std::ssize(rows_.x));
      for (Index i = 0; i < rows_.rows; ++i) {
        push(i, sink);
      }
    });
  }

 private:
  void push(Index i, RowSink& sink) const {
    const std::span<const double> x =
        rows_.x.subspan(static_cast<std::size_t>(i * rows_.features), static_cast<std::size_t>(rows_.features));
    const auto odd = std::ranges::find_if(x, [](double value) { return !std::isfinite(value); });
    if (odd != x.end()) {
      refuse(fmt::format("row {}, feature {}: {} is not finite", first_row_ + i + 1, odd - x.begin() + 1, *odd));
    }
    try {
      sink.features(x);
      push(ColumnRole::label, rows_.label, i, sink);
      push(ColumnRole::weight, rows_.weight, i, sink);
      push(ColumnRole::offset, rows_.offset, i, sink);
      sink.end_row();
    } catch (const ContentError& error) {
      refuse(fmt::format("row {}: {}", first_row_ + i + 1, error.what()));
    }
  }

  void push(ColumnRole role, std::span<const double> values, Index i, RowSink& sink) const {
    if (values.empty()) {
      return;
    }
    const double value = values[static_cast<std::size_t>(i)];
    if (!std::isfinite(value)) {
      refuse(fmt::format("row {}: {} is no {}", first_row_ + i + 1, value, to_string(role)));
    }
    sink.number(outline_.schema.place(role), value);
  }

  const MemoryRows& rows_;
  Index first_row_;
};

}  // namespace

RawData read_rows(const MemoryRows& rows, LabelKind label_kind, Communicator& comm) {
  agree(comm, [&] { check_shares(rows); });
  MemoryReader reader(rows, common_columns(rows, comm));
  ReadSettings settings;
  settings.path = kMemorySource;
  settings.label_kind = label_kind;
  return collect(reader, settings, comm);
}

}  // namespace lockstep
