#include "data/gzip_expander.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <limits>
#include <new>

#include <zlib.h>

namespace lockstep {

namespace {

constexpr std::int64_t kPiece = std::int64_t{1} << 16;
constexpr int kGzipOnly = 15 + 16;  // window of 2^15 bytes, gzip header wanted

}  // namespace

void GzipExpander::Release::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

GzipExpander::GzipExpander(const InputFile& file) : file_(file) {
  auto stream = std::make_unique<z_stream>();
  const int status = inflateInit2(stream.get(), kGzipOnly);
  if (status == Z_MEM_ERROR) {
    throw std::bad_alloc();
  }
  if (status != Z_OK) {
    throw InternalError(file.path() + ": inflateInit2 failed with " + std::to_string(status));
  }
  inflater_.reset(stream.release());
  input_ = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(kPiece));
}

/// Reads on in the file where nothing is read ahead; false at its end.
bool GzipExpander::refill() {
  if (inflater_->avail_in > 0) {
    return true;
  }
  const std::int64_t count = std::min(kPiece, file_.size() - offset_);
  file_.read(offset_, {reinterpret_cast<char*>(input_.get()), static_cast<std::size_t>(count)});
  offset_ += count;
  inflater_->next_in = reinterpret_cast<Bytef*>(input_.get());
  inflater_->avail_in = static_cast<uInt>(count);
  return count > 0;
}

std::int64_t GzipExpander::expand(std::span<std::byte> bytes) {
  std::int64_t filled = 0;
  while (filled < std::ssize(bytes) && damage_.empty()) {
    if (!refill()) {
      if (!between_members_) {
        damage_ = "the compressed data end too early";
      }
      break;
    }
    between_members_ = false;
    const std::int64_t room = std::min<std::int64_t>(std::ssize(bytes) - filled, std::numeric_limits<uInt>::max());
    inflater_->next_out = reinterpret_cast<Bytef*>(bytes.data() + filled);
    inflater_->avail_out = static_cast<uInt>(room);
    const int status = inflate(inflater_.get(), Z_NO_FLUSH);
    filled += room - static_cast<std::int64_t>(inflater_->avail_out);
    if (status == Z_STREAM_END) {
      between_members_ = true;
      inflateReset(inflater_.get());
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      const char* reason = inflater_->msg == nullptr ? "a preset dictionary" : inflater_->msg;
      damage_ = std::string("the compressed data are damaged (") + reason + ')';
    }
  }
  return filled;
}

}  // namespace lockstep
