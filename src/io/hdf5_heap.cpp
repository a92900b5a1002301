#include "io/hdf5_heap.h"

#include "io/printable.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::string_view kSignature = "GCOL";
constexpr std::size_t kAlignment = 8;
/// Collections that are kept: texts written in order use one after the other.
constexpr std::int64_t kMostHeldBytes = std::int64_t{64} << 20;
/// Bounds the work on references that jump to and fro, in multiples of the file's size.
constexpr std::int64_t kMostPasses = 64;

[[noreturn]] void refuse(const Hdf5Place& place, const std::string& reason) {
  throw DataError(place.file + ": " + printable(place.object) + ": damaged strings: " + reason);
}

/// A little-endian number.
std::uint64_t number_at(std::span<const std::byte> bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = width; i-- > 0;) {
    value = (value << 8) + std::to_integer<std::uint64_t>(bytes[at + i]);
  }
  return value;
}

std::uint64_t undefined_address(std::size_t width) {
  return ~std::uint64_t{0} >> (64 - 8 * width);
}

}  // namespace

std::vector<std::string> Hdf5Heap::texts(std::span<const std::byte> references, const ReadBytes& read,
                                         const Hdf5Place& place) {
  const std::size_t step = addressing_.reference_bytes();
  std::int64_t bytes_left = addressing_.file_bytes;
  std::vector<std::string> result;
  result.reserve(references.size() / step);
  for (std::size_t at = 0; at + step <= references.size(); at += step) {
    const auto length = static_cast<std::size_t>(number_at(references, at, 4));
    const std::uint64_t address = number_at(references, at + 4, addressing_.address_bytes);
    if (length == 0 || address == 0 || address == undefined_address(addressing_.address_bytes)) {
      result.emplace_back();
      continue;
    }
    const Collection& source = collection(address, read, place);
    const std::uint64_t index = number_at(references, at + 4 + addressing_.address_bytes, 4);
    const auto object = source.objects.find(index);
    if (object == source.objects.end()) {
      refuse(place, fmt::format("no object {} in the collection at {}", index, address));
    }
    if (length > object->second.size) {
      refuse(place, fmt::format("a text of {} bytes in an object of {}", length, object->second.size));
    }
    bytes_left -= static_cast<std::int64_t>(length);
    if (bytes_left < 0) {
      refuse(place, "they are longer than the file; do many share one text?");
    }
    const std::string_view text(reinterpret_cast<const char*>(source.bytes.data()) + object->second.begin, length);
    result.emplace_back(text.substr(0, text.find('\0')));
  }
  return result;
}

const Hdf5Heap::Collection& Hdf5Heap::collection(std::uint64_t address, const ReadBytes& read, const Hdf5Place& place) {
  if (const auto found = collections_.find(address); found != collections_.end()) {
    return found->second;
  }
  Collection loaded = load(address, read, place);
  const auto size = static_cast<std::int64_t>(loaded.bytes.size());
  loaded_bytes_ += size;
  if (loaded_bytes_ / kMostPasses > addressing_.file_bytes) {
    refuse(place, "they lie scattered over the file; write them in order");
  }
  if (held_bytes_ + size > kMostHeldBytes) {
    collections_.clear();
    held_bytes_ = 0;
  }
  held_bytes_ += size;
  return collections_.emplace(address, std::move(loaded)).first->second;
}

Hdf5Heap::Collection Hdf5Heap::load(std::uint64_t address, const ReadBytes& read, const Hdf5Place& place) const {
  const std::size_t head_bytes = 8 + addressing_.length_bytes;  // of the collection, and of an object
  const auto file_bytes = static_cast<std::uint64_t>(addressing_.file_bytes - addressing_.base);
  if (address > file_bytes || file_bytes - address < head_bytes) {
    refuse(place, fmt::format("the address {} is outside the file", address));
  }
  const std::int64_t offset = addressing_.base + static_cast<std::int64_t>(address);
  Collection loaded;
  loaded.bytes.resize(head_bytes);
  const bool is_read = read(offset, loaded.bytes);
  const std::string_view signature(reinterpret_cast<const char*>(loaded.bytes.data()), kSignature.size());
  if (!is_read || signature != kSignature || loaded.bytes[4] != std::byte{1}) {
    refuse(place, fmt::format("no collection at {}", address));
  }
  const std::uint64_t size = number_at(loaded.bytes, 8, addressing_.length_bytes);
  if (size < head_bytes || size > file_bytes - address) {
    refuse(place, fmt::format("a collection of {} bytes at {}", size, address));
  }
  loaded.bytes.resize(static_cast<std::size_t>(size));
  if (!read(offset, loaded.bytes)) {
    refuse(place, fmt::format("the collection at {} cannot be read", address));
  }
  for (std::size_t at = head_bytes; loaded.bytes.size() - at >= head_bytes;) {
    const std::uint64_t index = number_at(loaded.bytes, at, 2);
    if (index == 0) {
      break;  // what follows is free
    }
    const std::uint64_t bytes = number_at(loaded.bytes, at + 8, addressing_.length_bytes);
    at += head_bytes;
    if (bytes > loaded.bytes.size() - at) {
      refuse(place, fmt::format("object {} of the collection at {} has {} bytes", index, address, bytes));
    }
    loaded.objects.emplace(index, Object{at, static_cast<std::size_t>(bytes)});
    at += std::min((static_cast<std::size_t>(bytes) + kAlignment - 1) / kAlignment * kAlignment,
                   loaded.bytes.size() - at);
  }
  return loaded;
}

}  // namespace lockstep
