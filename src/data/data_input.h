/// What --data names, opened: a file, or several that are read as one.
#pragma once

#include "data/reader.h"
#include "data/text_files.h"

#include <memory>
#include <string>
#include <vector>

namespace lockstep {

struct DataInput {
  std::unique_ptr<InputFile> file;
  const FormatRow* format = nullptr;
  TextFiles* text = nullptr;         ///< `file` where that is several, compressed, or standard input
  std::vector<std::string> notices;  ///< files without the header that others have, one line each
};

/// Opens all files and looks at their heads. Throws what data_paths(), InputFile and detect_format() throw; DataError
/// where files differ in format, or CSV files in their headers; ConfigurationError for several files that are no text.
/// Not Collective.
DataInput open_data(const ReadSettings& settings);

/// `read` without the options that the file's format has no use for: those of other files, and of a model that knows
/// better. Throws as open_data().
ReadSettings without_foreign_options(ReadSettings read);

}  // namespace lockstep
