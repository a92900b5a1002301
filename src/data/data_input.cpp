#include "data/data_input.h"

#include "data/data_paths.h"
#include "data/listed_headers.h"
#include "data/reader_format.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <utility>

namespace lockstep {

namespace {

ListedFile listed(const std::string& path, const ReadSettings& settings) {
  const bool is_standard_input = path == kStandardInput;
  if (is_standard_input && settings.standard_input == nullptr) {
    throw ConfigurationError("-: standard input can be read by --data alone, and once");
  }
  return {std::make_unique<TextMember>(path, is_standard_input ? settings.standard_input : nullptr)};
}

std::unique_ptr<TextFiles> text_of(const std::string& path, const ReadSettings& settings) {
  std::vector<ListedFile> one;
  one.push_back(listed(path, settings));
  return std::make_unique<TextFiles>(std::move(one));
}

DataInput as_text(std::unique_ptr<TextFiles> text, const FormatRow* format) {
  DataInput input;
  input.text = text.get();
  input.file = std::move(text);
  input.format = format;
  return input;
}

/// One file: as it is, unless it is text that does not stand in it.
DataInput open_one(const std::string& path, const ReadSettings& settings) {
  if (path == kStandardInput) {
    std::unique_ptr<TextFiles> text = text_of(path, settings);
    ReadSettings named = settings;
    named.path = text->path();
    const FormatRow& format = detect_format(named, *text);
    if (!format.is_text) {
      throw ConfigurationError("standard input: only text is read from it, and this is " + std::string(format.title) +
                               "; write it to a file and name that");
    }
    return as_text(std::move(text), &format);
  }
  DataInput input;
  input.file = std::make_unique<InputFile>(path);
  input.format = &detect_format(settings, *input.file);
  if (input.format->is_text && is_expanded(input.file->head(16))) {
    return as_text(text_of(path, settings), input.format);
  }
  return input;
}

/// An empty file has no format.
void require_format(const FormatRow& format, const std::string& path, const std::string& first,
                    const ReadSettings& settings) {
  if (InputFile(path).size() == 0) {
    return;
  }
  const FormatRow& other = *open_one(path, settings).format;
  if (&other != &format) {
    throw DataError(path + ": the file is " + std::string(other.title) + ", unlike " + first + ", which is " +
                    std::string(format.title) + "; files that are read as one have one format");
  }
}

}  // namespace

DataInput open_data(const ReadSettings& settings) {
  const std::vector<std::string> paths = data_paths(settings.path);
  if (paths.size() == 1) {
    return open_one(paths.front(), settings);
  }
  ReadSettings one = settings;
  const auto has_text = [](const std::string& path) { return InputFile(path).size() > 0; };
  const auto first = std::ranges::find_if(paths, has_text);
  one.path = first == paths.end() ? paths.front() : *first;
  const DataInput head = open_one(one.path, one);
  if (!head.format->is_text) {
    throw ConfigurationError(settings.path + ": several files are read as one where they are text, and these are " +
                             std::string(head.format->title) + "; join them into one");
  }
  std::vector<ListedFile> files;
  std::vector<std::string> notices;
  for (auto path = first; path != paths.end(); ++path) {
    if (path != first) {
      one.path = *path;
      require_format(*head.format, *path, *first, one);
    }
    if (has_text(*path)) {
      files.push_back(listed(*path, settings));
    }
  }
  if (head.format->has_header) {
    one.path = *first;
    skip_headers(one, *head.file, files, notices);
  }
  DataInput input = as_text(std::make_unique<TextFiles>(std::move(files)), head.format);
  input.notices = std::move(notices);
  return input;
}

ReadSettings without_foreign_options(ReadSettings read) {
  const FormatRow& format = *open_data(read).format;
  const ReadSettings unsaid;
  if (!format.has_header) {
    read.header = unsaid.header;
    read.delimiter = unsaid.delimiter;
    read.decimal = unsaid.decimal;
  }
  read.skip_query_ids = read.skip_query_ids && format.name == "libsvm";
  read.hash_bits = unsaid.hash_bits;
  return read;
}

}  // namespace lockstep
