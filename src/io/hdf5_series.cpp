#include "io/hdf5_series.h"

#include "io/hdf5_writer.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include <zlib.h>

namespace lockstep {

namespace {

constexpr unsigned kDeflateLevel = 4;
/// Compressed at a time, by however many threads: where chunks stand must not tell of these.
constexpr std::size_t kChunksPacked = 8;
constexpr hsize_t kTextsOfChunk = 4096;

hid_t file_type(Hdf5Number type) {
  switch (type) {
    case Hdf5Number::float32:
      return H5T_IEEE_F32LE;
    case Hdf5Number::float64:
      return H5T_IEEE_F64LE;
    case Hdf5Number::int32:
      return H5T_STD_I32LE;
    case Hdf5Number::int64:
      break;
  }
  return H5T_STD_I64LE;
}

std::size_t bytes_of(Hdf5Number type) {
  return type == Hdf5Number::float32 || type == Hdf5Number::int32 ? 4 : 8;
}

template <typename Stored, typename Value>
void store(std::span<const Value> values, std::byte* out) {
  if constexpr (std::is_same_v<Stored, Value>) {
    std::ranges::copy(std::as_bytes(values), out);
  } else {
    for (const Value value : values) {
      const auto stored = static_cast<Stored>(value);
      std::memcpy(out, &stored, sizeof stored);
      out += sizeof stored;
    }
  }
}

/// The first bytes of all elements first, then the second ones, and so on.
void shuffle(std::span<const std::byte> bytes, std::size_t element_bytes, std::byte* out) {
  const std::size_t count = bytes.size() / element_bytes;
  for (std::size_t byte = 0; byte < element_bytes; ++byte) {
    for (std::size_t i = 0; i < count; ++i) {
      *out++ = bytes[i * element_bytes + byte];
    }
  }
}

/// Runs what calls HDF5; an error of the file under it comes first.
template <typename Work>
void guarded(const Hdf5Target& target, Work work) {
  const auto lock = hdf5_lock();
  try {
    work();
  } catch (...) {
    target.require_written();
    throw;
  }
  target.require_written();
}

Hdf5Dataset create_growing(hid_t file, const Hdf5Place& place, hid_t type, const std::vector<hsize_t>& chunk,
                           bool compress) {
  std::vector<hsize_t> none = chunk;
  std::vector<hsize_t> most = chunk;
  none.front() = 0;
  most.front() = H5S_UNLIMITED;
  const auto rank = static_cast<int>(chunk.size());
  const auto space = owned<Hdf5Space>(H5Screate_simple(rank, none.data(), most.data()), "H5Screate_simple", place);
  const auto creation = without_times(H5P_DATASET_CREATE, place);
  checked(H5Pset_chunk(creation.id(), rank, chunk.data()), "H5Pset_chunk", place);
  if (H5Tget_class(type) != H5T_STRING) {  // whose references are never undefined
    checked(H5Pset_fill_time(creation.id(), H5D_FILL_TIME_NEVER), "H5Pset_fill_time", place);
  }
  if (compress) {
    checked(H5Pset_shuffle(creation.id()), "H5Pset_shuffle", place);
    checked(H5Pset_deflate(creation.id(), kDeflateLevel), "H5Pset_deflate", place);
  }
  return owned<Hdf5Dataset>(
      H5Dcreate2(file, place.object.c_str(), type, space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT), "H5Dcreate2",
      place);
}

}  // namespace

Hdf5Series::Hdf5Series(hid_t file, Hdf5Target& target, const Hdf5SeriesSettings& settings, const Hdf5Place& place)
    : file_(file),
      place_(place),
      target_(target),
      settings_(settings),
      element_bytes_(bytes_of(settings.type)),
      width_(std::max<std::int64_t>(1, settings.columns)),
      chunk_rows_(std::max<std::int64_t>(1, kChunkBytes / (width_ * static_cast<std::int64_t>(element_bytes_)))) {
  const std::size_t chunks = settings.compress ? kChunksPacked : 1;
  buffer_.resize(chunks * static_cast<std::size_t>(chunk_values()) * element_bytes_);
  packed_.resize(settings.compress ? chunks : 0);
}

template <typename Value>
void Hdf5Series::append_as(std::span<const Value> values) {
  const auto room = std::ssize(buffer_) / static_cast<std::int64_t>(element_bytes_);
  while (!values.empty()) {
    const auto part = values.first(std::min(values.size(), static_cast<std::size_t>(room - buffered_)));
    std::byte* const out = buffer_.data() + static_cast<std::size_t>(buffered_) * element_bytes_;
    switch (settings_.type) {
      case Hdf5Number::float32:
        store<float>(part, out);
        break;
      case Hdf5Number::float64:
        store<double>(part, out);
        break;
      case Hdf5Number::int32:
        store<std::int32_t>(part, out);
        break;
      case Hdf5Number::int64:
        store<std::int64_t>(part, out);
        break;
    }
    buffered_ += std::ssize(part);
    values_ += std::ssize(part);
    values = values.subspan(part.size());
    if (buffered_ == room) {
      flush();
    }
  }
}

void Hdf5Series::append(std::span<const double> values) {
  append_as(values);
}
void Hdf5Series::append(std::span<const std::int32_t> values) {
  append_as(values);
}
void Hdf5Series::append(std::span<const std::int64_t> values) {
  append_as(values);
}

void Hdf5Series::create() {
  std::vector<hsize_t> chunk = {static_cast<hsize_t>(chunk_rows_)};
  if (settings_.columns >= 0) {
    chunk.push_back(static_cast<hsize_t>(width_));
  }
  guarded(target_,
          [&] { dataset_ = create_growing(file_, place_, file_type(settings_.type), chunk, settings_.compress); });
}

void Hdf5Series::flush() {
  if (dataset_.id() < 0) {
    create();
  }
  const std::int64_t chunks = (buffered_ + chunk_values() - 1) / chunk_values();
  const std::size_t chunk_bytes = static_cast<std::size_t>(chunk_values()) * element_bytes_;
  std::ranges::fill(std::span(buffer_).subspan(static_cast<std::size_t>(buffered_) * element_bytes_), std::byte{0});
  const auto filled = [&](std::int64_t i) {
    return std::span(buffer_).subspan(static_cast<std::size_t>(i) * chunk_bytes, chunk_bytes);
  };
  std::vector<uLongf> length(static_cast<std::size_t>(chunks), static_cast<uLongf>(chunk_bytes));
  std::vector<int> status(static_cast<std::size_t>(chunks), Z_OK);
  if (settings_.compress) {
    std::vector<std::byte> shuffled(buffer_.size());
    for (std::vector<std::byte>& packed : packed_) {
      packed.resize(compressBound(static_cast<uLong>(chunk_bytes)));
    }
#pragma omp parallel for num_threads(settings_.threads) schedule(dynamic)
    for (std::int64_t i = 0; i < chunks; ++i) {
      const auto at = static_cast<std::size_t>(i);
      std::byte* const out = shuffled.data() + at * chunk_bytes;
      shuffle(filled(i), element_bytes_, out);
      length[at] = static_cast<uLongf>(packed_[at].size());
      status[at] =
          compress2(reinterpret_cast<Bytef*>(packed_[at].data()), &length[at], reinterpret_cast<const Bytef*>(out),
                    static_cast<uLong>(chunk_bytes), static_cast<int>(kDeflateLevel));
    }
  }
  if (std::ranges::any_of(status, [](int one) { return one != Z_OK; })) {
    throw std::bad_alloc();  // room for the worst there is
  }
  guarded(target_, [&] {
    set_rows((chunks_ + chunks) * chunk_rows_);
    for (std::int64_t i = 0; i < chunks; ++i) {
      const auto at = static_cast<std::size_t>(i);
      write_chunk(chunks_ + i, settings_.compress ? std::span(packed_[at]).first(length[at]) : filled(i));
    }
  });
  chunks_ += chunks;
  buffered_ = 0;
}

std::vector<hsize_t> Hdf5Series::chunk_offset(std::int64_t chunk) const {
  std::vector<hsize_t> offset = {static_cast<hsize_t>(chunk * chunk_rows_)};
  offset.resize(settings_.columns >= 0 ? 2 : 1);
  return offset;
}

void Hdf5Series::write_chunk(std::int64_t chunk, std::span<const std::byte> bytes) {
  checked(H5Dwrite_chunk(dataset_.id(), H5P_DEFAULT, 0, chunk_offset(chunk).data(), bytes.size(), bytes.data()),
          "H5Dwrite_chunk", place_);
}

void Hdf5Series::set_rows(std::int64_t rows) {
  std::vector<hsize_t> extent = {static_cast<hsize_t>(rows)};
  if (settings_.columns >= 0) {
    extent.push_back(static_cast<hsize_t>(settings_.columns));
  }
  checked(H5Dset_extent(dataset_.id(), extent.data()), "H5Dset_extent", place_);
}

void Hdf5Series::transform(const std::function<void(std::span<double>)>& change) {
  if (settings_.type != Hdf5Number::float64 || settings_.compress) {
    throw InternalError(place_.object + ": only plain float64 is changed in place");
  }
  std::vector<double> values(static_cast<std::size_t>(chunk_values()));
  const std::span<std::byte> bytes = std::as_writable_bytes(std::span(values));
  for (std::int64_t chunk = 0; chunk < chunks_; ++chunk) {
    guarded(target_, [&] {
      std::uint32_t filters = 0;
      checked(H5Dread_chunk(dataset_.id(), H5P_DEFAULT, chunk_offset(chunk).data(), &filters, bytes.data()),
              "H5Dread_chunk", place_);
    });
    change(values);
    guarded(target_, [&] { write_chunk(chunk, bytes); });
  }
  values.resize(static_cast<std::size_t>(buffered_));
  std::memcpy(values.data(), buffer_.data(), values.size() * sizeof(double));
  change(values);
  std::memcpy(buffer_.data(), values.data(), values.size() * sizeof(double));
}

void Hdf5Series::close() {
  if (values_ % width_ != 0) {
    throw InternalError(place_.object + ": its last row is not whole");
  }
  if (dataset_.id() < 0 && values_ < chunk_values()) {  // all of it is here
    chunk_rows_ = std::max<std::int64_t>(1, values_ / width_);
  }
  if (buffered_ > 0) {
    flush();
  } else if (dataset_.id() < 0) {
    create();
  }
  guarded(target_, [&] {
    set_rows(values_ / width_);
    dataset_ = Hdf5Dataset();
  });
}

Hdf5TextSeries::Hdf5TextSeries(hid_t file, Hdf5Target& target, const Hdf5Place& place)
    : place_(place), target_(target) {
  guarded(target_, [&] {
    type_ = owned<Hdf5Type>(H5Tcopy(H5T_C_S1), "H5Tcopy", place_);
    checked(H5Tset_size(type_.id(), H5T_VARIABLE), "H5Tset_size", place_);
    checked(H5Tset_cset(type_.id(), H5T_CSET_UTF8), "H5Tset_cset", place_);
    dataset_ = create_growing(file, place_, type_.id(), {kTextsOfChunk}, false);
  });
}

void Hdf5TextSeries::append(std::span<const std::string> texts) {
  if (texts.empty()) {
    return;
  }
  std::vector<const char*> pointers;
  std::ranges::transform(texts, std::back_inserter(pointers), &std::string::c_str);
  const hsize_t first = rows_;
  const hsize_t count = pointers.size();
  rows_ += count;
  guarded(target_, [&] {
    checked(H5Dset_extent(dataset_.id(), &rows_), "H5Dset_extent", place_);
    const auto space = owned<Hdf5Space>(H5Dget_space(dataset_.id()), "H5Dget_space", place_);
    checked(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, &first, nullptr, &count, nullptr), "H5Sselect_hyperslab",
            place_);
    const auto memory = owned<Hdf5Space>(H5Screate_simple(1, &count, nullptr), "H5Screate_simple", place_);
    checked(H5Dwrite(dataset_.id(), type_.id(), memory.id(), space.id(), H5P_DEFAULT, pointers.data()), "H5Dwrite",
            place_);
  });
}

}  // namespace lockstep
