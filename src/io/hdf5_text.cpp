// Strings of an Hdf5Input.
#include "io/hdf5_check.h"
#include "io/hdf5_chunks.h"
#include "io/hdf5_guard.h"
#include "io/hdf5_heap.h"
#include "io/hdf5_input.h"
#include "io/printable.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

namespace lockstep {

namespace {

/// Content of a fixed-length string in a field of `size` bytes.
std::string without_padding(const char* field, std::size_t size, H5T_str_t padding) {
  std::string text(field, size);
  if (padding == H5T_STR_SPACEPAD) {
    text.erase(text.find_last_not_of(' ') + 1);
  } else if (padding == H5T_STR_NULLPAD) {
    text.erase(text.find_last_not_of('\0') + 1);
  } else {
    text = text.substr(0, text.find('\0'));
  }
  return text;
}

std::vector<std::string> split_fields(const std::vector<char>& fields, std::size_t size, hid_t type) {
  const H5T_str_t padding = H5Tget_strpad(type);
  std::vector<std::string> texts;
  for (std::size_t at = 0; at + size <= fields.size(); at += size) {
    texts.push_back(without_padding(fields.data() + at, size, padding));
  }
  return texts;
}

}  // namespace

std::vector<std::string> Hdf5Input::read_texts(const std::string& name, std::int64_t first_row, std::int64_t rows) {
  const Hdf5Place place = at(name);
  const hid_t type = dataset(name).type.id();
  const std::size_t count = count_values(name, first_row, rows);
  if (checked(H5Tis_variable_str(type), "H5Tis_variable_str", place) > 0) {
    const auto read = [this](std::int64_t offset, std::span<std::byte> bytes) { return read_file(offset, bytes); };
    return heap().texts(read_references(name, first_row, rows), read, place);
  }
  const std::size_t size = H5Tget_size(type);
  std::vector<char> fields(count * size);
  const auto transfer = owned<Hdf5Properties>(H5Pcreate(H5P_DATASET_XFER), "H5Pcreate", place);
  read_as(type, transfer, name, first_row, rows, std::as_writable_bytes(std::span(fields)));
  return split_fields(fields, size, type);
}

std::vector<std::byte> Hdf5Input::read_references(const std::string& name, std::int64_t first_row, std::int64_t rows) {
  const Hdf5Place place = at(name);
  const Dataset& opened = dataset(name);
  const std::size_t width = addressing().reference_bytes();
  std::vector<std::byte> references(count_values(name, first_row, rows) * width);
  if (references.empty()) {
    return references;
  }
  if (opened.chunks) {
    opened.chunks->read(first_row, rows, references);
    return references;
  }
  const auto creation = owned<Hdf5Properties>(H5Dget_create_plist(opened.handle.id()), "H5Dget_create_plist", place);
  if (H5Pget_layout(creation.id()) != H5D_CONTIGUOUS) {
    throw DataError(place.file + ": " + printable(place.object) +
                    ": compact storage of strings of variable length is not supported; store them contiguous");
  }
  const haddr_t begin = H5Dget_offset(opened.handle.id());
  if (begin == HADDR_UNDEF) {
    return references;  // never written: no texts
  }
  const auto skipped = static_cast<std::uint64_t>(first_row) * width;
  if (begin > static_cast<haddr_t>(file_bytes_) || skipped > static_cast<std::uint64_t>(file_bytes_) - begin ||
      !read_file(static_cast<std::int64_t>(begin + skipped), references)) {
    throw DataError(place.file + ": " + printable(place.object) + ": damaged: its values are outside the file");
  }
  return references;
}

/// The library's own handle of the file: a descriptor, or for an image the memory it was copied to.
bool Hdf5Input::read_file(std::int64_t offset, std::span<std::byte> bytes) const {
  if (offset < 0 || offset > file_bytes_ || std::ssize(bytes) > file_bytes_ - offset) {
    return false;
  }
  const auto access = owned<Hdf5Properties>(H5Fget_access_plist(file_.id()), "H5Fget_access_plist", place_);
  void* handle = nullptr;
  checked(H5Fget_vfd_handle(file_.id(), access.id(), &handle), "H5Fget_vfd_handle", place_);
  if (H5Pget_driver(access.id()) == H5FD_CORE) {
    const auto* image = *static_cast<const std::byte* const*>(handle);
    std::copy_n(image + offset, bytes.size(), bytes.begin());
    return true;
  }
  if (H5Pget_driver(access.id()) != H5FD_SEC2) {
    return false;
  }
  while (!bytes.empty()) {
    const ssize_t count = ::pread(*static_cast<const int*>(handle), bytes.data(), bytes.size(), offset);
    if (count <= 0) {
      return false;
    }
    offset += count;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

Hdf5Addressing Hdf5Input::addressing() const {
  Hdf5Addressing result;
  result.file_bytes = file_bytes_;
  const auto creation = owned<Hdf5Properties>(H5Fget_create_plist(file_.id()), "H5Fget_create_plist", place_);
  hsize_t user_block = 0;
  checked(H5Pget_userblock(creation.id(), &user_block), "H5Pget_userblock", place_);
  checked(H5Pget_sizes(creation.id(), &result.address_bytes, &result.length_bytes), "H5Pget_sizes", place_);
  result.base = static_cast<std::int64_t>(user_block);
  if (result.address_bytes > 8 || result.length_bytes > 8 || result.base > file_bytes_) {
    throw DataError(place_.file + ": addresses of more than 8 bytes are not supported");
  }
  return result;
}

Hdf5Heap& Hdf5Input::heap() {
  if (!heap_) {
    heap_ = std::make_shared<Hdf5Heap>(addressing());
  }
  return *heap_;
}

std::vector<std::string> Hdf5Input::read_text_rows(const std::string& name, std::int64_t first_row, std::int64_t rows) {
  const Hdf5Guard guard(place_.file);
  const Hdf5Place place = at(name);
  if (!is_text(name) || shape(name).size() > 1) {
    throw DataError(fmt::format("{}: {}: a list of strings expected ({} found)", place.file, printable(place.object),
                                is_text(name) ? "a table" : "numbers"));
  }
  return read_texts(name, first_row, rows);
}

std::vector<std::string> Hdf5Input::read_text(const std::string& name) {
  const std::vector<std::int64_t> lengths = shape(name);
  return read_text_rows(name, 0, lengths.empty() ? 1 : lengths[0]);
}

}  // namespace lockstep
