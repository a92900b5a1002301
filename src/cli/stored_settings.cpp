#include "lockstep/cli/stored_settings.h"

#include "lockstep/base/errors.h"
#include "lockstep/cli/config_file.h"
#include "lockstep/cli/layers.h"
#include "lockstep/cli/options.h"
#include "lockstep/io/printable.h"

namespace lockstep {

TrainSettings stored_settings(const ModelFile& file, const std::string& path) {
  TrainSettings settings;
  try {
    const std::vector<Option> options = train_options(settings);
    std::vector<FileSetting> stored = parse_config(file.configuration, path);
    std::erase_if(stored, [](const FileSetting& one) { return one.key == "init"; });  // a hash, no path
    apply(file_layer(stored, options), options, [](const Given&) {});
    TrainSettings complete = settings;
    complete.data.path = path;  // any: it is not stored
    complete.validate_values();
  } catch (const Error& error) {
    throw DataError({printable(path), 0, 0}, std::string("its /provenance/configuration: ") + error.what());
  }
  return settings;
}

ReadSettings with_stored_offsets(ReadSettings read, const ModelFile& file, const std::string& path) {
  const TrainSettings stored = stored_settings(file, path);
  if (read.offset_column.empty()) {
    read.offset_column = stored.data.offset_column;
  }
  if (read.exposure_column.empty()) {
    read.exposure_column = stored.data.exposure_column;
  }
  return read;
}

}  // namespace lockstep
