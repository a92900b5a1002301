#include "io/hdf5_extents.h"

#include "io/hdf5_check.h"
#include "io/hdf5_guard.h"
#include "io/hdf5_input.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace lockstep {

namespace {

static_assert(std::endian::native == std::endian::little);

/// Calls visit(a value of the stored type).
template <typename Visit>
auto with_type(StoredNumber number, Visit visit) {
  switch (number) {
    case StoredNumber::int8:
      return visit(std::int8_t{});
    case StoredNumber::int16:
      return visit(std::int16_t{});
    case StoredNumber::int32:
      return visit(std::int32_t{});
    case StoredNumber::int64:
      return visit(std::int64_t{});
    case StoredNumber::uint8:
      return visit(std::uint8_t{});
    case StoredNumber::uint16:
      return visit(std::uint16_t{});
    case StoredNumber::uint32:
      return visit(std::uint32_t{});
    case StoredNumber::uint64:
      return visit(std::uint64_t{});
    case StoredNumber::float32:
      return visit(float{});
    case StoredNumber::float64:
      break;
  }
  return visit(double{});
}

std::int64_t bytes_of(StoredNumber number) {
  return with_type(number, [](auto value) { return static_cast<std::int64_t>(sizeof value); });
}

/// The number of the file's type as HDF5 names it; none for other orders of bytes, sizes and paddings.
std::optional<StoredNumber> stored_number(hid_t type) {
  const std::array<std::pair<hid_t, StoredNumber>, 10> known = {{{H5T_STD_I8LE, StoredNumber::int8},
                                                                 {H5T_STD_I16LE, StoredNumber::int16},
                                                                 {H5T_STD_I32LE, StoredNumber::int32},
                                                                 {H5T_STD_I64LE, StoredNumber::int64},
                                                                 {H5T_STD_U8LE, StoredNumber::uint8},
                                                                 {H5T_STD_U16LE, StoredNumber::uint16},
                                                                 {H5T_STD_U32LE, StoredNumber::uint32},
                                                                 {H5T_STD_U64LE, StoredNumber::uint64},
                                                                 {H5T_IEEE_F32LE, StoredNumber::float32},
                                                                 {H5T_IEEE_F64LE, StoredNumber::float64}}};
  const auto* found = std::ranges::find_if(known, [type](const auto& one) { return H5Tequal(type, one.first) > 0; });
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

/// Rows of a chunk where chunks hold whole rows as they are; 0: filters or columns stand in the way.
std::int64_t rows_of_plain_chunk(hid_t creation, const std::vector<std::int64_t>& shape, const Hdf5Place& place) {
  std::array<hsize_t, 2> chunk{1, 1};
  const int rank = checked(H5Pget_chunk(creation, 2, chunk.data()), "H5Pget_chunk", place);
  const bool is_whole = rank == 1 || (rank == 2 && static_cast<std::int64_t>(chunk[1]) == shape[1]);
  const bool is_plain = checked(H5Pget_nfilters(creation), "H5Pget_nfilters", place) == 0;
  return is_whole && is_plain ? static_cast<std::int64_t>(chunk[0]) : 0;
}

bool has_user_block(hid_t file, const Hdf5Place& place) {
  const auto creation = owned<Hdf5Properties>(H5Fget_create_plist(file), "H5Fget_create_plist", place);
  hsize_t bytes = 0;
  checked(H5Pget_userblock(creation.id(), &bytes), "H5Pget_userblock", place);
  return bytes > 0;
}

/// A number in another type where that holds it exactly.
template <typename Value, typename Stored>
bool convert(Stored stored, Value& value) {
  value = static_cast<Value>(stored);
  if constexpr (std::is_same_v<Value, double> && std::is_integral_v<Stored> && sizeof(Stored) == sizeof(double)) {
    const double end = std::ldexp(1.0, std::is_signed_v<Stored> ? 63 : 64);
    return value < end && static_cast<Stored>(value) == stored;
  }
  if constexpr (std::is_same_v<Value, std::int64_t> && std::is_same_v<Stored, std::uint64_t>) {
    return value >= 0;
  }
  return true;
}

}  // namespace

std::shared_ptr<const Hdf5Extents> Hdf5Input::extents(const std::string& name) {
  const Hdf5Guard guard(place_.file);
  const Dataset& opened = dataset(name);
  const Hdf5Place place = at(name);
  const std::optional<StoredNumber> number = stored_number(opened.type.id());
  if (!is_file_ || !number || opened.shape.empty() || has_user_block(file_.id(), place)) {
    return nullptr;
  }
  const std::int64_t columns = opened.shape.size() == 2 ? opened.shape[1] : 1;
  const std::int64_t row_bytes = columns * bytes_of(*number);
  const auto creation = owned<Hdf5Properties>(H5Dget_create_plist(opened.handle.id()), "H5Dget_create_plist", place);
  const bool is_chunked = H5Pget_layout(creation.id()) == H5D_CHUNKED;
  const std::int64_t chunk_rows =
      is_chunked ? rows_of_plain_chunk(creation.id(), opened.shape, place) : std::max<std::int64_t>(1, opened.shape[0]);
  std::vector<Hdf5Extent> extents;
  for (std::int64_t row = 0; chunk_rows > 0 && row < opened.shape[0]; row += chunk_rows) {
    haddr_t address = HADDR_UNDEF;
    hsize_t size = static_cast<hsize_t>(chunk_rows * row_bytes);
    if (is_chunked) {
      const std::array<hsize_t, 2> at{static_cast<hsize_t>(row), 0};
      unsigned skipped = 0;
      checked(H5Dget_chunk_info_by_coord(opened.handle.id(), at.data(), &skipped, &address, &size),
              "H5Dget_chunk_info_by_coord", place);
    } else {
      address = H5Dget_offset(opened.handle.id());
    }
    const auto end = static_cast<hsize_t>(file_bytes_);
    if (address == HADDR_UNDEF || address > end || size > end - address) {
      return nullptr;  // not written, or damaged, which the library tells
    }
    extents.push_back({static_cast<std::int64_t>(address), static_cast<std::int64_t>(size)});
  }
  const bool is_known = chunk_rows > 0 && std::ranges::all_of(extents, [&](const Hdf5Extent& extent) {
                          return extent.bytes == chunk_rows * row_bytes;
                        });
  if (!is_known) {
    return nullptr;
  }
  return std::make_shared<Hdf5Extents>(place_.file, place.object, *number, columns, chunk_rows, std::move(extents));
}

Hdf5Extents::Hdf5Extents(const std::string& path, const std::string& object, StoredNumber number, std::int64_t columns,
                         std::int64_t chunk_rows, std::vector<Hdf5Extent> extents)
    : path_(path),
      object_(object),
      number_(number),
      columns_(columns),
      chunk_rows_(chunk_rows),
      extents_(std::move(extents)),
      file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (file_ < 0) {
    throw SystemError(SystemError::Purpose::read_input, path, "open", errno);
  }
}

Hdf5Extents::~Hdf5Extents() {
  if (file_ >= 0) {
    ::close(file_);
  }
}

template <typename Visit>
void Hdf5Extents::visit_pieces(std::int64_t first, std::int64_t rows, Visit visit) const {
  const std::int64_t row_bytes = columns_ * bytes_of(number_);
  for (std::int64_t row = first; row < first + rows;) {
    const std::int64_t chunk = row / chunk_rows_;
    const std::int64_t end = std::min(first + rows, (chunk + 1) * chunk_rows_);
    visit(extents_[static_cast<std::size_t>(chunk)].offset + (row - chunk * chunk_rows_) * row_bytes,
          (end - row) * columns_);
    row = end;
  }
}

void Hdf5Extents::read_bytes(std::int64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t got = ::pread(file_, bytes.data(), bytes.size(), offset);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      throw SystemError(SystemError::Purpose::read_input, path_, "read", errno);
    }
    if (got == 0) {
      throw DataError(fmt::format("{}: {}: the file has become shorter while it was read", path_, printable(object_)));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    offset += got;
  }
}

template <typename Value>
void Hdf5Extents::read_as(std::int64_t first, std::int64_t rows, std::span<Value> out) const {
  std::size_t done = 0;
  visit_pieces(first, rows, [&](std::int64_t offset, std::int64_t count) {
    const std::span<Value> piece = out.subspan(done, static_cast<std::size_t>(count));
    done += piece.size();
    with_type(number_, [&](auto zero) {
      using Stored = decltype(zero);
      if constexpr (std::is_same_v<Stored, Value>) {
        read_bytes(offset, std::as_writable_bytes(piece));
        return;
      }
      constexpr std::size_t kAtOnce = std::size_t{1} << 15;  // stays in the second-level cache
      std::vector<Stored> stored(std::min(kAtOnce, piece.size()));
      for (std::size_t begin = 0; begin < piece.size(); begin += stored.size()) {
        const std::span<Stored> part = std::span(stored).first(std::min(stored.size(), piece.size() - begin));
        read_bytes(offset + static_cast<std::int64_t>(begin * sizeof(Stored)), std::as_writable_bytes(part));
        bool is_exact = true;
        for (std::size_t i = 0; i < part.size(); ++i) {
          is_exact &= convert(part[i], piece[begin + i]);
        }
        if (!is_exact) {
          throw DataError(
              fmt::format("{}: {}: an integer would lose digits; integers above 2^53 can be ids and "
                          "classes, not numbers",
                          path_, printable(object_)));
        }
      }
    });
  });
}

void Hdf5Extents::read_rows(std::int64_t first, std::int64_t rows, std::span<double> out) const {
  read_as(first, rows, out);
}

void Hdf5Extents::read_rows(std::int64_t first, std::int64_t rows, std::span<std::int64_t> out) const {
  read_as(first, rows, out);
}

}  // namespace lockstep
