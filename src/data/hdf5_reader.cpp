#include "data/hdf5_reader.h"

#include "comm/agreement.h"
#include "data/array_layout.h"
#include "data/array_reader.h"
#include "data/reader_common.h"
#include "data/schema_image.h"
#include "io/hdf5_image.h"
#include "io/hdf5_input.h"
#include "lockstep/base/errors.h"

#include <optional>
#include <utility>

namespace lockstep {

namespace {

/// Whether what is read of a converted file is what the table it was made from had. Exposures were put into offsets.
bool are_of_table(const ArrayLayout& layout, const Schema& table) {
  const auto is_same = [&](ColumnRole role, const std::string& dataset, const char* usual) {
    return table.find(role) == nullptr ? dataset.empty() : dataset == usual;
  };
  return table.feature_names() == layout.schema.feature_names() && is_same(ColumnRole::label, layout.label, "/y") &&
         is_same(ColumnRole::weight, layout.weight, "/weight") &&
         is_same(ColumnRole::offset, layout.offset, "/offset") &&
         (layout.id.empty() || is_same(ColumnRole::id, layout.id, "/id")) &&
         table.find(ColumnRole::exposure) == nullptr && layout.exposure.empty() && layout.group.empty();
}

/// What the file says of the table it was made from; none, and a notice, where that cannot be.
std::optional<Schema> table_of(const ReadSettings& settings, ArrayLayout& layout) {
  try {
    Hdf5ImageReader file(Hdf5Input::open(settings.path));
    return stored_table(file, layout.features, settings.path);
  } catch (const DataError&) {
  } catch (const ConfigurationError&) {
  }
  layout.notices.push_back(settings.path + ": its /schema is not one of these features, and is not used");
  return std::nullopt;
}

/// For a model that is trained on a converted file the columns of the table in place of those of X: it reads such
/// tables then, too.
void take_table(const ReadSettings& settings, ArrayLayout& layout) {
  if (is_for_model(settings) || !layout.feature_of_column.empty()) {
    return;
  }
  std::optional<Schema> table = table_of(settings, layout);
  if (!table || !are_of_table(layout, *table)) {
    return;
  }
  for (Column& column : table->columns) {
    if (column.role == ColumnRole::label) {
      const Column& as_read = *layout.schema.find(ColumnRole::label);
      column.kind = as_read.kind;
      column.levels = as_read.levels;
    } else if (column.role == ColumnRole::id && layout.id.empty()) {
      column.role = ColumnRole::ignored;
    }
  }
  layout.schema = std::move(*table);
}

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

std::unique_ptr<FileReader> open_hdf5(const ReadSettings& settings, InputFile&, Communicator& comm) {
  std::unique_ptr<FileReader> reader;
  agree(comm, [&] {
    auto input = std::make_shared<Hdf5Input>(Hdf5Input::open(settings.path));
    ArrayLayout layout = array_layout(settings, *input);
    take_table(settings, layout);
    reader = read_arrays(settings, std::move(input), std::move(layout));
  });
  return reader;
}

}  // namespace lockstep
