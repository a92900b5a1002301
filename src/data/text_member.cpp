#include "data/text_member.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::int64_t kBlockBytes = std::int64_t{1} << 20;
constexpr std::int64_t kSignature = 16;

std::span<std::byte> writable(std::string& block) {
  return std::as_writable_bytes(std::span(block));
}

}  // namespace

TextMember::TextMember(const std::string& path, std::shared_ptr<const StandardInput> standard_input)
    : path_(path), standard_input_(std::move(standard_input)) {
  const std::unique_ptr<InputFile> file = open();
  name_ = file->path();
  file_size_ = size_ = file->size();
  is_compressed_ = is_expanded(file->head(kSignature));
  if (!is_compressed_) {
    return;
  }
  expand_head(kBlockBytes);
  size_ = head_->text.size();
  const std::int64_t consumed = head_->stream.consumed();
  if (!head_->is_whole && consumed > 0) {
    const double ratio = static_cast<double>(size_) / static_cast<double>(consumed);
    size_ += static_cast<std::int64_t>(ratio * static_cast<double>(file_size_ - consumed));
  }
}

std::unique_ptr<InputFile> TextMember::open() const {
  if (standard_input_ != nullptr) {
    return standard_input_->open();
  }
  auto file = std::make_unique<InputFile>(path_);
  if (file_size_ > 0 && file->size() != file_size_) {
    throw DataError(path_ + ": the file changed while it was read");
  }
  return file;
}

void TextMember::require_undamaged(const ByteStream& stream, std::int64_t bytes) const {
  if (!stream.damage().empty()) {
    throw DataError(fmt::format("{}: {}, behind {} bytes of text", name_, stream.damage(), bytes));
  }
}

void TextMember::expand_head(std::int64_t bytes) const {
  if (head_ == nullptr) {
    head_ = std::make_unique<Head>(open());
  }
  std::string block(static_cast<std::size_t>(kBlockBytes), '\0');
  while (!head_->is_whole && head_->text.size() < bytes) {
    const std::int64_t count = head_->stream.read(writable(block));
    head_->text.append(std::string_view(block).substr(0, static_cast<std::size_t>(count)));
    require_undamaged(head_->stream, head_->text.size());
    head_->is_whole = count < kBlockBytes;
  }
}

void TextMember::read(std::int64_t offset, std::span<char> bytes) const {
  const std::int64_t end = offset + std::ssize(bytes);
  if (window_ != nullptr && offset >= window_begin_ && end <= window_begin_ + window_->size()) {
    window_->read(offset - window_begin_, bytes);
    return;
  }
  if (!is_compressed_) {
    open()->read(offset, bytes);
    return;
  }
  const std::lock_guard lock(mutex_);
  expand_head(end);
  const std::int64_t there = std::clamp<std::int64_t>(head_->text.size() - offset, 0, std::ssize(bytes));
  head_->text.read(offset, bytes.first(static_cast<std::size_t>(there)));
  std::ranges::fill(bytes.subspan(static_cast<std::size_t>(there)), '\n');
}

void TextMember::stream(const std::function<void(std::string_view)>& take) const {
  const std::unique_ptr<InputFile> file = open();
  ByteStream stream(*file);
  std::string block(static_cast<std::size_t>(kBlockBytes), '\0');
  std::int64_t bytes = 0;
  for (std::int64_t count = kBlockBytes; count == kBlockBytes; bytes += count) {
    count = stream.read(writable(block));
    require_undamaged(stream, bytes + count);
    take(std::string_view(block).substr(0, static_cast<std::size_t>(count)));
  }
}

void TextMember::hold(std::int64_t offset, std::string_view bytes) {
  if (window_ == nullptr) {
    window_ = std::make_unique<HeldBytes>();
    window_begin_ = offset;
  }
  window_->append(bytes);
}

void TextMember::drop_window() {
  window_.reset();
}

void TextMember::drop_head() {
  head_.reset();
}

}  // namespace lockstep
