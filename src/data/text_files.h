/// The text of several files as one, and of compressed files and standard input as if it stood in a file.
///
/// Offsets count the bytes of one file after the other; a line end is put behind each but the last, where it may lack
/// one. Plain files are read where they lie. Of the others one rank each streams the text and gives every rank its
/// share, cut at begins of records, so that all hold the text once.
#pragma once

#include "data/input_file.h"
#include "data/text_member.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace lockstep {

/// A file, and what of its begin is left out: a header that stands in the first file, too.
struct ListedFile {
  std::unique_ptr<TextMember> text;
  std::int64_t skipped_bytes = 0;
  std::int64_t skipped_lines = 0;
};

class TextFiles final : public InputFile {
 public:
  explicit TextFiles(std::vector<ListedFile> files);

  void read(std::int64_t offset, std::span<char> bytes) const override;

  /// Finds how long the compressed texts are. Until then their begins can be read, and lengths are estimates. One rank
  /// alone holds them from here on. Collective. Throws on every rank DataError for damaged data, ConfigurationError
  /// where the texts do not fit the memory of all ranks.
  void measure(Communicator& comm);

  TextShare share_out(const TextBody& body, std::string_view delimiters, Communicator& comm) override;

 private:
  bool is_dealt(std::size_t file, int ranks) const;
  int streaming_rank(std::size_t file, int ranks) const;
  void place();

  std::vector<ListedFile> files_;
  std::vector<std::int64_t> cuts_;  // between the ranks' shares, once they were given out
};

}  // namespace lockstep
