/// The registry of formats: one row a format. To add one: its files and its row in formats.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

class Communicator;
class FileReader;
class InputFile;
struct ReadSettings;

/// The names in a file before it is read.
struct FileNames {
  bool is_table = false;             ///< columns have places
  bool has_header = false;           ///< of a table: its columns have names of their own
  std::vector<std::string> columns;  ///< of a table, in file order
  std::function<bool(const std::string& name)> has;
};

struct FormatRow {
  std::string_view name;            ///< as --format has it
  std::string_view title = {};      ///< as messages have it
  std::string_view files = {};      ///< what of it is read
  bool is_text = false;             ///< lines of text, shared out by bytes
  bool has_header = false;          ///< --header applies
  bool is_read_compressed = false;  ///< its reader expands it

  // How it is told where --format does not name it; null: not in this way.
  bool (*fits_head)(std::string_view head) = nullptr;  ///< the first bytes
  bool (*fits_name)(std::string_view name) = nullptr;  ///< the file's name in lower case
  bool (*fits_line)(std::string_view line) = nullptr;  ///< the first line that is neither blank nor a comment

  /// Of sparse text: entries of a line, −1 where it is no row; null: no such text. And bytes of the shortest entry.
  std::int64_t (*entries_in)(std::string_view line) = nullptr;
  std::int64_t least_entry_bytes = 0;

  /// The usual file of the labels of a path; null: labels stand with the features, and --labels does not apply.
  std::string (*usual_labels)(const std::string& path) = nullptr;
  /// Reads the head; null: nothing has a name, and options that name columns do not apply. Not Collective.
  FileNames (*names)(const ReadSettings& settings, const InputFile& file) = nullptr;
  /// What the file holds. `file` and `settings` outlive the reader. Collective. Throws on every rank.
  std::unique_ptr<FileReader> (*open)(const ReadSettings& settings, InputFile& file, Communicator& comm) = nullptr;
};

/// All formats, in the order of messages. Where several fit a name or a line, the last one has it.
std::span<const FormatRow> formats();

/// The format of a name, null of "auto". Throws UsageError for another word.
const FormatRow* format_named(std::string_view word);
/// Its name; "auto" for null.
std::string format_name(const FormatRow* format);

}  // namespace lockstep
