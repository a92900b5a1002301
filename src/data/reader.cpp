#include "data/reader.h"

#include "comm/agreement.h"
#include "data/csv_reader.h"
#include "data/hdf5_reader.h"
#include "data/idx_reader.h"
#include "data/libsvm_reader.h"
#include "data/reader_common.h"
#include "data/reader_format.h"
#include "lockstep/base/errors.h"

#include <optional>

namespace lockstep {

namespace {

RawData read_once(DataFormat format, const ReadSettings& settings, const InputFile& file, Communicator& comm) {
  switch (format) {
    case DataFormat::csv:
      return read_csv(settings, file, comm);
    case DataFormat::libsvm:
      return read_libsvm(settings, file, comm);
    case DataFormat::hdf5:
      return read_hdf5(settings, comm);
    case DataFormat::idx:
      return read_idx(settings, file, comm);
    case DataFormat::automatic:
      break;
  }
  throw InternalError(settings.path + ": the format was not decided");
}

RawData read_as(DataFormat format, const ReadSettings& settings, const InputFile& file, Communicator& comm) {
  try {
    return read_once(format, settings, file, comm);
  } catch (const MiswrittenLabels&) {
    if (settings.labels_are_numbers) {
      throw;
    }
  }
  ReadSettings again = settings;
  again.labels_are_numbers = true;
  return read_once(format, again, file, comm);
}

}  // namespace

RawData read_data(const ReadSettings& settings, Communicator& comm) {
  std::optional<InputFile> file;
  DataFormat format = DataFormat::automatic;
  agree(comm, [&] {
    file.emplace(settings.path);
    format = detect_format(settings, *file);
    if (format != DataFormat::idx && !settings.labels.empty()) {
      throw ConfigurationError(settings.path + ": only IDX has a second file of labels, so " + settings.labels_option +
                               " does not apply");
    }
    if (format != DataFormat::csv && settings.header != HeaderPolicy::automatic) {
      throw ConfigurationError(settings.path +
                               ": only CSV has a header line, so --header and --no-header do not apply");
    }
  });
  check_same_file(*file, comm);
  RawData data = read_as(format, settings, *file, comm);
  data.format = format;
  return data;
}

}  // namespace lockstep
