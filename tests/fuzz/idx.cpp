// IDX: two bytes of settings, one that says which file is put into gzip, the length of the labels (one byte), the
// labels, the images.
#include <algorithm>
#include <string>

#include "rows.h"
#include <zlib.h>

using namespace lockstep;

namespace {

std::string gzipped(std::string_view bytes) {
  z_stream stream{};
  fuzz::require(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "deflateInit2");
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  fuzz::require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflate");
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile images;
  static fuzz::MemoryFile labels;
  fuzz::FuzzInput input(data, size);
  ReadSettings settings = fuzz::chosen_settings(input, "idx");
  const std::size_t packs = input.choose(8);
  const std::size_t label_bytes = input.choose(256);
  const std::string_view label_file = input.text().substr(0, label_bytes);
  const std::string_view image_file = input.text().substr(label_file.size());
  labels.hold((packs & 1) != 0 ? gzipped(label_file) : std::string(label_file));
  images.hold((packs & 2) != 0 ? gzipped(image_file) : std::string(image_file));
  settings.path = images.path();
  settings.labels = (packs & 4) != 0 ? "" : labels.path();
  fuzz::read_rows_of(settings);
  return 0;
}
