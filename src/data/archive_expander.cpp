#include "data/archive_expander.h"

#include "io/printable.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <new>

#include <archive.h>
#include <archive_entry.h>

namespace lockstep {

namespace {

constexpr std::size_t kPiece = std::size_t{1} << 16;

}  // namespace

void ArchiveExpander::Release::operator()(archive* reader) const {
  archive_read_free(reader);
}

ArchiveExpander::ArchiveExpander(const InputFile& file) : file_(file), input_(kPiece), reader_(archive_read_new()) {
  if (reader_ == nullptr) {
    throw std::bad_alloc();
  }
  check(archive_read_support_filter_bzip2(reader_.get()), "archive_read_support_filter_bzip2");
  check(archive_read_support_filter_xz(reader_.get()), "archive_read_support_filter_xz");
  check(archive_read_support_filter_zstd(reader_.get()), "archive_read_support_filter_zstd");
  check(archive_read_support_format_raw(reader_.get()), "archive_read_support_format_raw");
  check(archive_read_support_format_empty(reader_.get()), "archive_read_support_format_empty");
  archive_entry* entry = nullptr;
  int status = archive_read_open(reader_.get(), this, nullptr, read_on, nullptr);
  if (status == ARCHIVE_OK) {
    status = archive_read_next_header(reader_.get(), &entry);
  }
  is_at_end_ = status == ARCHIVE_EOF;
  if (!is_at_end_) {
    check(status, "archive_read_next_header");
  }
}

/// Called by libarchive for the next compressed bytes; 0 at the end.
long ArchiveExpander::read_on(archive* reader, void* self, const void** buffer) {
  auto& it = *static_cast<ArchiveExpander*>(self);
  const std::int64_t count = std::min(std::ssize(it.input_), it.file_.size() - it.offset_);
  try {
    it.file_.read(it.offset_, {it.input_.data(), static_cast<std::size_t>(count)});
  } catch (...) {
    it.failure_ = std::current_exception();
    archive_set_error(reader, -1, "reading failed");
    return ARCHIVE_FATAL;
  }
  it.offset_ += count;
  *buffer = it.input_.data();
  return static_cast<long>(count);
}

/// What is no success is damage: of the data, since the calls are in order.
void ArchiveExpander::check(long status, const char* call) {
  if (failure_) {
    std::rethrow_exception(failure_);
  }
  if (status < ARCHIVE_WARN) {
    const char* reason = archive_error_string(reader_.get());
    damage_ = "the compressed data are damaged (" + printable(reason == nullptr ? call : reason, 100) + ')';
  }
}

std::int64_t ArchiveExpander::expand(std::span<std::byte> bytes) {
  std::int64_t filled = 0;
  while (filled < std::ssize(bytes) && damage_.empty() && !is_at_end_) {
    const la_ssize_t count =
        archive_read_data(reader_.get(), bytes.data() + filled, bytes.size() - static_cast<std::size_t>(filled));
    check(count, "archive_read_data");
    filled += std::max<la_ssize_t>(0, count);
    is_at_end_ = count == 0;
  }
  return filled;
}

}  // namespace lockstep
