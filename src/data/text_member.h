/// The text of one file among those of a data set: plain, compressed, or standard input.
#pragma once

#include "data/byte_stream.h"
#include "data/held_bytes.h"
#include "data/standard_input.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lockstep {

/// Of a compressed file a rank has a window, which it is given, and the head, which it expands for itself.
class TextMember {
 public:
  /// Throws what InputFile does.
  TextMember(const std::string& path, std::shared_ptr<const StandardInput> standard_input);

  const std::string& name() const { return name_; }
  bool is_compressed() const { return is_compressed_; }
  bool is_standard_input() const { return standard_input_ != nullptr; }
  /// Bytes of text; of a compressed file estimated from its head until it is measured.
  std::int64_t size() const { return size_; }
  void set_size(std::int64_t size) { size_ = size; }

  /// Bytes of the text; line ends behind its end, where that was estimated. From any thread. Throws as InputFile::read,
  /// DataError for damaged data.
  void read(std::int64_t offset, std::span<char> bytes) const;

  /// Hands out all of the text in blocks. Throws as read(), and what `take` throws.
  void stream(const std::function<void(std::string_view)>& take) const;

  /// Adds to the window, which begins at `offset` where there is none yet.
  void hold(std::int64_t offset, std::string_view bytes);
  void drop_window();
  void drop_head();

 private:
  /// The file, expanded from its begin on as far as it was read.
  struct Head {
    explicit Head(std::unique_ptr<InputFile> opened) : file(std::move(opened)), stream(*file) {}
    std::unique_ptr<InputFile> file;
    ByteStream stream;
    HeldBytes text;
    bool is_whole = false;
  };

  std::unique_ptr<InputFile> open() const;
  void expand_head(std::int64_t bytes) const;
  void require_undamaged(const ByteStream& stream, std::int64_t bytes) const;

  std::string path_;
  std::shared_ptr<const StandardInput> standard_input_;
  std::string name_;
  std::int64_t file_size_ = 0;
  bool is_compressed_ = false;
  std::int64_t size_ = 0;
  std::int64_t window_begin_ = 0;
  std::unique_ptr<HeldBytes> window_;
  mutable std::mutex mutex_;  // of the head
  mutable std::unique_ptr<Head> head_;
};

}  // namespace lockstep
