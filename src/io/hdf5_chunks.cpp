#include "io/hdf5_chunks.h"

#include "io/printable.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <new>

#include <fmt/format.h>
#include <zlib.h>

namespace lockstep {

namespace {

constexpr std::size_t kChecksumBytes = 4;

[[noreturn]] void refuse(const Hdf5Place& place, const std::string& reason) {
  throw DataError(place.file + ": " + printable(place.object) + ": " + reason);
}

/// Fletcher's checksum as HDF5 defines it: over big-endian words of 16 bits, the last one padded with 0.
std::uint32_t fletcher32(std::span<const std::byte> bytes) {
  constexpr std::uint64_t modulus = 65535;
  constexpr std::size_t block_bytes = std::size_t{1} << 16;  // of which neither sum overflows
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  for (std::size_t begin = 0; begin < bytes.size(); begin += block_bytes) {
    const std::size_t end = std::min(begin + block_bytes, bytes.size());
    for (std::size_t i = begin; i < end; i += 2) {
      const auto first = std::to_integer<std::uint64_t>(bytes[i]);
      const auto second = i + 1 < end ? std::to_integer<std::uint64_t>(bytes[i + 1]) : 0;
      low += (first << 8) + second;
      high += low;
    }
    low %= modulus;
    high %= modulus;
  }
  return static_cast<std::uint32_t>((high << 16) + low);
}

/// Equal up to the two ways of writing 0 modulo 65535, and to the order of bytes that HDF5 1.6.2 wrote.
bool is_checksum(std::uint32_t computed, std::uint32_t stored) {
  const auto reduced = [](std::uint32_t sum) { return (((sum >> 16) % 65535) << 16) + (sum & 0xffff) % 65535; };
  const std::uint32_t swapped = ((stored & 0x00ff00ff) << 8) + ((stored & 0xff00ff00) >> 8);
  return computed == reduced(stored) || computed == reduced(swapped);
}

/// The shuffle filter puts the first bytes of all elements first, then the second ones, and so on.
std::vector<std::byte> unshuffled(const std::vector<std::byte>& bytes, std::size_t element_bytes) {
  const std::size_t count = element_bytes > 0 ? bytes.size() / element_bytes : 0;
  if (count == 0) {
    return bytes;
  }
  std::vector<std::byte> result = bytes;  // with what is left over at the end
  for (std::size_t byte = 0; byte < element_bytes; ++byte) {
    const std::byte* source = bytes.data() + byte * count;
    std::byte* target = result.data() + byte;
    for (std::size_t i = 0; i < count; ++i) {
      target[i * element_bytes] = source[i];
    }
  }
  return result;
}

}  // namespace

Hdf5Chunks::Hdf5Chunks(hid_t dataset, hid_t type, std::size_t element_bytes, const std::vector<std::int64_t>& shape,
                       const Hdf5ChunkLimits& limits, const Hdf5Place& place)
    : dataset_(dataset),
      type_(type),
      limits_(limits),
      place_(place),
      rank_(static_cast<int>(shape.size())),
      element_bytes_(element_bytes),
      columns_(shape.size() == 2 ? shape[1] : 1) {
  const auto creation = owned<Hdf5Properties>(H5Dget_create_plist(dataset), "H5Dget_create_plist", place);
  std::array<hsize_t, 2> chunk{1, 1};
  if (checked(H5Pget_chunk(creation.id(), rank_, chunk.data()), "H5Pget_chunk", place) != rank_ || chunk[0] == 0 ||
      chunk[1] == 0) {
    refuse(place, "damaged: its chunks do not fit its shape");
  }
  chunk_rows_ = static_cast<std::int64_t>(chunk[0]);
  chunk_columns_ = rank_ == 2 ? static_cast<std::int64_t>(chunk[1]) : 1;
  chunk_bytes_ = static_cast<std::size_t>(chunk_rows_ * chunk_columns_) * element_bytes_;
  const int filters = checked(H5Pget_nfilters(creation.id()), "H5Pget_nfilters", place);
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    unsigned configuration = 0;
    std::array<unsigned, 8> values{};
    std::size_t count = values.size();
    const H5Z_filter_t id = checked(H5Pget_filter2(creation.id(), static_cast<unsigned>(i), &flags, &count,
                                                   values.data(), 0, nullptr, &configuration),
                                    "H5Pget_filter2", place);
    filters_.push_back({id, count > 0 ? values[0] : element_bytes_});
  }
  if (std::ranges::count(filters_, H5Z_FILTER_DEFLATE, &Filter::id) > 1) {
    refuse(place, "compressed twice; store the data plain or with one gzip filter");
  }
}

void Hdf5Chunks::read(std::int64_t first, std::int64_t rows, std::span<std::byte> out) {
  const std::int64_t last = first + rows;
  for (std::int64_t i = first / chunk_rows_; i * chunk_rows_ < last; ++i) {
    const std::int64_t begin = std::max(first, i * chunk_rows_);
    const std::int64_t end = std::min(last, (i + 1) * chunk_rows_);
    for (std::int64_t j = 0; j * chunk_columns_ < columns_; ++j) {
      const std::byte* source = chunk({i, j}).data();
      const auto width = static_cast<std::size_t>(std::min(chunk_columns_, columns_ - j * chunk_columns_));
      for (std::int64_t row = begin; row < end; ++row) {
        const auto from = static_cast<std::size_t>((row - i * chunk_rows_) * chunk_columns_);
        const auto to = static_cast<std::size_t>((row - first) * columns_ + j * chunk_columns_);
        std::memcpy(out.data() + to * element_bytes_, source + from * element_bytes_, width * element_bytes_);
      }
    }
  }
}

const std::vector<std::byte>& Hdf5Chunks::chunk(Key key) {
  if (const auto found = cache_.find(key); found != cache_.end()) {
    return found->second;
  }
  while (!oldest_first_.empty() && (cache_.size() + 1) * chunk_bytes_ > limits_.cache_bytes) {
    cache_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
  const Bytes& loaded = cache_.emplace(key, load(key)).first->second;
  oldest_first_.push_back(key);
  return loaded;
}

std::vector<std::byte> Hdf5Chunks::load(Key key) const {
  const std::array<hsize_t, 2> offset{static_cast<hsize_t>(key.first * chunk_rows_),
                                      static_cast<hsize_t>(key.second * chunk_columns_)};
  Hdf5Place place = place_;
  place.object += fmt::format(": chunk at row {}{}", offset[0] + 1,
                              columns_ > chunk_columns_ ? fmt::format(", column {}", offset[1] + 1) : "");
  std::uint32_t skipped = 0;
  Bytes bytes = stored(offset.data(), skipped, place);
  if (bytes.empty()) {
    return filled();
  }
  bytes = undo_filters(std::move(bytes), skipped, place);
  if (bytes.size() != chunk_bytes_) {
    refuse(place, fmt::format("damaged: holds {} bytes where its shape needs {}", bytes.size(), chunk_bytes_));
  }
  return bytes;
}

/// The bytes as they stand in the file; none where the chunk was never written.
std::vector<std::byte> Hdf5Chunks::stored(const hsize_t* offset, std::uint32_t& skipped, const Hdf5Place& place) const {
  unsigned mask = 0;
  haddr_t address = HADDR_UNDEF;
  hsize_t size = 0;
  checked(H5Dget_chunk_info_by_coord(dataset_, offset, &mask, &address, &size), "H5Dget_chunk_info_by_coord", place);
  if (address == HADDR_UNDEF) {
    return {};
  }
  if (size == 0 || size > static_cast<hsize_t>(limits_.file_bytes)) {
    refuse(place, fmt::format("damaged: {} bytes cannot be in a file of {}", size, limits_.file_bytes));
  }
  Bytes bytes(size);
  checked(H5Dread_chunk(dataset_, H5P_DEFAULT, offset, &skipped, bytes.data()), "H5Dread_chunk", place);
  return bytes;
}

std::vector<std::byte> Hdf5Chunks::filled() const {
  Bytes bytes(chunk_bytes_);
  const auto creation = owned<Hdf5Properties>(H5Dget_create_plist(dataset_), "H5Dget_create_plist", place_);
  H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
  checked(H5Pfill_value_defined(creation.id(), &defined), "H5Pfill_value_defined", place_);
  // References to the heap are left 0: they stand for no text, and a default may stand in memory of the library's.
  if (defined == H5D_FILL_VALUE_USER_DEFINED && H5Tis_variable_str(type_) <= 0) {
    Bytes value(element_bytes_);
    checked(H5Pget_fill_value(creation.id(), type_, value.data()), "H5Pget_fill_value", place_);
    for (std::size_t at = 0; at < bytes.size(); at += element_bytes_) {
      std::ranges::copy(value, bytes.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  return bytes;
}

std::vector<std::byte> Hdf5Chunks::undo_filters(Bytes bytes, std::uint32_t skipped, const Hdf5Place& place) const {
  for (std::size_t i = filters_.size(); i-- > 0;) {
    const auto is_skipped = [&](std::size_t filter) { return filter < 32 && (skipped >> filter & 1U) != 0; };
    if (is_skipped(i)) {
      continue;
    }
    switch (filters_[i].id) {
      case H5Z_FILTER_DEFLATE: {
        std::size_t expected = chunk_bytes_;
        for (std::size_t before = 0; before < i; ++before) {
          const bool grows = filters_[before].id == H5Z_FILTER_FLETCHER32 && !is_skipped(before);
          expected += grows ? kChecksumBytes : 0;
        }
        bytes = inflated(bytes, expected, place);
        break;
      }
      case H5Z_FILTER_SHUFFLE:
        bytes = unshuffled(bytes, filters_[i].element_bytes);
        break;
      default: {
        std::uint32_t sum = 0;
        if (bytes.size() < sizeof sum) {
          refuse(place, "damaged: shorter than its checksum");
        }
        std::memcpy(&sum, bytes.data() + bytes.size() - sizeof sum, sizeof sum);
        bytes.resize(bytes.size() - sizeof sum);
        if (!is_checksum(fletcher32(bytes), sum)) {
          refuse(place, "damaged: its checksum (fletcher32) does not match");
        }
      }
    }
  }
  return bytes;
}

std::vector<std::byte> Hdf5Chunks::inflated(const Bytes& packed, std::size_t expected, const Hdf5Place& place) const {
  Bytes result(expected);
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
  constexpr std::size_t most = std::numeric_limits<uInt>::max();
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  int status = Z_OK;
  while (status == Z_OK) {
    const std::size_t packed_left = packed.size() - stream.total_in;
    const std::size_t room_left = expected - stream.total_out;
    stream.avail_in = static_cast<uInt>(std::min(packed_left, most));
    stream.avail_out = static_cast<uInt>(std::min(room_left, most));
    status = inflate(&stream, Z_NO_FLUSH);
  }
  if (status == Z_MEM_ERROR) {
    throw std::bad_alloc();
  }
  if (status != Z_STREAM_END || stream.total_out != expected) {
    refuse(place,
           status == Z_STREAM_END || (status == Z_BUF_ERROR && stream.total_out < expected)
               ? fmt::format("damaged: inflates to {} bytes where its shape needs {}", stream.total_out, expected)
           : status == Z_BUF_ERROR ? fmt::format("damaged: inflates to more than the {} bytes of its shape", expected)
                                   : "damaged: cannot be inflated");
  }
  return result;
}

}  // namespace lockstep
