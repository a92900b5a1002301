// Numbers of an Hdf5Input.
#include "io/hdf5_chunks.h"
#include "io/hdf5_guard.h"
#include "io/hdf5_input.h"
#include "io/printable.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lockstep {

namespace {

template <typename Value>
hid_t native_type();
template <>
hid_t native_type<double>() {
  return H5T_NATIVE_DOUBLE;
}
template <>
hid_t native_type<std::int64_t>() {
  return H5T_NATIVE_INT64;
}
template <>
hid_t native_type<std::uint64_t>() {
  return H5T_NATIVE_UINT64;
}

/// HDF5 clips integers that do not fit: abort instead.
H5T_conv_ret_t refuse_clipping(H5T_conv_except_t exception, hid_t, hid_t, void*, void*, void*) noexcept {
  const bool clipped = exception == H5T_CONV_EXCEPT_RANGE_HI || exception == H5T_CONV_EXCEPT_RANGE_LOW;
  return clipped ? H5T_CONV_ABORT : H5T_CONV_UNHANDLED;
}

}  // namespace

std::size_t Hdf5Input::count_values(const std::string& name, std::int64_t first_row, std::int64_t rows) {
  const Hdf5Place place = at(name);
  const std::vector<std::int64_t>& lengths = dataset(name).shape;
  if (lengths.empty()) {
    return 1;
  }
  if (first_row < 0 || rows < 0 || first_row > lengths[0] || rows > lengths[0] - first_row) {
    throw DataError(fmt::format("{}: {}: no rows [{}, {}) (it has {})", place.file, printable(place.object), first_row,
                                first_row + rows, lengths[0]));
  }
  return static_cast<std::size_t>(rows * (lengths.size() == 2 ? lengths[1] : 1));
}

void Hdf5Input::read_as(hid_t memory_type, const Hdf5Properties& transfer, const std::string& name,
                        std::int64_t first_row, std::int64_t rows, std::span<std::byte> bytes) {
  const Hdf5Place place = at(name);
  const Dataset& opened = dataset(name);
  const std::size_t values = count_values(name, first_row, rows);
  if (values == 0) {
    return;
  }
  if (opened.chunks) {
    opened.chunks->read(first_row, rows, bytes.first(values * H5Tget_size(opened.type.id())));
    checked(H5Tconvert(opened.type.id(), memory_type, values, bytes.data(), nullptr, transfer.id()), "H5Tconvert",
            place);
    return;
  }
  const auto file_space = owned<Hdf5Space>(H5Dget_space(opened.handle.id()), "H5Dget_space", place);
  if (!opened.shape.empty()) {
    const std::array<hsize_t, 2> start{static_cast<hsize_t>(first_row), 0};
    const std::array<hsize_t, 2> count{static_cast<hsize_t>(rows),
                                       static_cast<hsize_t>(opened.shape.size() == 2 ? opened.shape[1] : 1)};
    checked(H5Sselect_hyperslab(file_space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
            "H5Sselect_hyperslab", place);
  }
  const hsize_t length = values;
  const auto memory_space = owned<Hdf5Space>(H5Screate_simple(1, &length, nullptr), "H5Screate_simple", place);
  checked(H5Dread(opened.handle.id(), memory_type, memory_space.id(), file_space.id(), transfer.id(), bytes.data()),
          "H5Dread", place);
}

template <typename Value>
void Hdf5Input::read_values(const std::string& name, std::int64_t first_row, std::int64_t rows, std::span<Value> out) {
  const Hdf5Guard guard(place_.file);
  const Hdf5Place place = at(name);
  constexpr bool exact = std::is_integral_v<Value>;
  if (is_text(name) || (exact && !is_integer(name))) {
    throw DataError(fmt::format("{}: {}: {} expected ({} found)", place.file, printable(place.object),
                                exact ? "integers" : "numbers", is_text(name) ? "strings" : "floats"));
  }
  const std::size_t values = count_values(name, first_row, rows);
  if (values != out.size()) {
    throw InternalError(
        fmt::format("{}: {}: room for {} values, {} selected", place.file, place.object, out.size(), values));
  }
  const auto transfer = owned<Hdf5Properties>(H5Pcreate(H5P_DATASET_XFER), "H5Pcreate", place);
  if (exact) {
    checked(H5Pset_type_conv_cb(transfer.id(), refuse_clipping, nullptr), "H5Pset_type_conv_cb", place);
  }
  read_as(native_type<Value>(), transfer, name, first_row, rows, std::as_writable_bytes(out));
}

template <typename Integer>
void Hdf5Input::read_exactly(const std::string& name, std::int64_t first_row, std::int64_t rows,
                             std::span<double> out) {
  std::vector<Integer> values(out.size());
  read_values<Integer>(name, first_row, rows, values);
  const auto columns = static_cast<std::int64_t>(values.size()) / std::max<std::int64_t>(1, rows);
  copy_exactly(std::span<const Integer>(values), first_row, columns, place_.file + ": " + printable(at(name).object),
               out);
}

void Hdf5Input::read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows, std::span<double> out) {
  const Hdf5Guard guard(place_.file);
  if (is_integer(name) && H5Tget_size(dataset(name).type.id()) == sizeof(std::int64_t)) {
    kind(name) == ArrayKind::unsigned_integer ? read_exactly<std::uint64_t>(name, first_row, rows, out)
                                              : read_exactly<std::int64_t>(name, first_row, rows, out);
  } else {
    read_values(name, first_row, rows, out);
  }
}

void Hdf5Input::read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows,
                          std::span<std::int64_t> out) {
  read_values(name, first_row, rows, out);
}

void Hdf5Input::read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows,
                          std::span<std::uint64_t> out) {
  read_values(name, first_row, rows, out);
}

template <typename Value>
std::vector<Value> Hdf5Input::read_whole(const std::string& name) {
  const std::vector<std::int64_t> lengths = shape(name);
  std::int64_t values = 1;
  for (const std::int64_t length : lengths) {
    values *= length;
  }
  std::vector<Value> result(static_cast<std::size_t>(values));
  read_rows(name, 0, lengths.empty() ? 1 : lengths[0], std::span<Value>(result));
  return result;
}

std::vector<double> Hdf5Input::read_doubles(const std::string& name) {
  return read_whole<double>(name);
}

std::vector<std::int64_t> Hdf5Input::read_integers(const std::string& name) {
  return read_whole<std::int64_t>(name);
}

std::vector<std::uint64_t> Hdf5Input::read_words(const std::string& name) {
  return read_whole<std::uint64_t>(name);
}

}  // namespace lockstep
