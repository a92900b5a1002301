#include "data/zip_archive.h"

#include "comm/agreement.h"
#include "comm/summation_tree.h"
#include "data/inflated_bytes.h"
#include "data/text_error.h"
#include "lockstep/base/errors.h"
#include "lockstep/comm/communicator.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>
#include <zlib.h>

namespace lockstep {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kLocal = "PK\x03\x04"sv;
constexpr std::string_view kEntry = "PK\x01\x02"sv;
constexpr std::string_view kEnd = "PK\x05\x06"sv;
constexpr std::string_view kEnd64 = "PK\x06\x06"sv;
constexpr std::string_view kLocator64 = "PK\x06\x07"sv;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocator64Bytes = 20;
constexpr std::uint32_t kIn64 = 0xffffffff;  // the number stands in the zip64 field
constexpr std::int64_t kMostExpansion = 1032;
constexpr std::size_t kPiece = std::size_t{1} << 18;

std::uint64_t little_endian(std::string_view bytes, std::size_t at, int width) {
  std::uint64_t word = 0;
  for (int i = width; i-- > 0;) {
    word = word << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  }
  return word;
}

class Directory {
 public:
  explicit Directory(const InputFile& file) : file_(file) {}

  std::vector<ZipMember> members() {
    find();
    const std::string entries = text(begin_, bytes_);
    std::vector<ZipMember> result;
    std::unordered_set<std::string> names;
    for (std::string_view rest = entries; !rest.empty();) {
      ZipMember member = take_entry(rest);
      if (!names.insert(member.name).second) {
        fail("the name " + shown(member.name) + " stands twice");
      }
      result.push_back(std::move(member));
    }
    if (result.size() != count_) {
      fail("its directory has another number of members than it says");
    }
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(file_.path() + ": damaged zip archive: " + what);
  }

  std::string text(std::uint64_t begin, std::uint64_t bytes) const {
    const auto size = static_cast<std::uint64_t>(file_.size());
    if (begin > size || bytes > size - begin) {
      fail("it is cut off, or no archive");
    }
    std::string result(bytes, '\0');
    file_.read(static_cast<std::int64_t>(begin), result);
    return result;
  }

  /// The directory by the record at the end of the file, behind which only a comment may stand.
  void find() {
    const auto size = static_cast<std::uint64_t>(file_.size());
    const std::uint64_t tail_bytes = std::min<std::uint64_t>(size, kEndBytes + 0xffff);
    const std::string tail = text(size - tail_bytes, tail_bytes);
    std::size_t at = tail.rfind(kEnd);
    while (at != std::string::npos &&
           (tail.size() - at < kEndBytes || little_endian(tail, at + 20, 2) != tail.size() - at - kEndBytes)) {
      at = at == 0 ? std::string::npos : tail.rfind(kEnd, at - 1);
    }
    if (at == std::string::npos) {
      fail("it is cut off, or no archive");
    }
    const std::uint64_t end = size - tail_bytes + at;
    count_ = little_endian(tail, at + 10, 2);
    bytes_ = little_endian(tail, at + 12, 4);
    begin_ = little_endian(tail, at + 16, 4);
    if (end >= kLocator64Bytes) {
      if (const std::string locator = text(end - kLocator64Bytes, kLocator64Bytes); locator.starts_with(kLocator64)) {
        const std::string record = text(little_endian(locator, 8, 8), kEnd64Bytes);
        if (!record.starts_with(kEnd64)) {
          fail("its zip64 record is not where it says");
        }
        count_ = little_endian(record, 32, 8);
        bytes_ = little_endian(record, 40, 8);
        begin_ = little_endian(record, 48, 8);
      }
    }
  }

  ZipMember take_entry(std::string_view& rest) const {
    if (rest.size() < kEntryBytes || !rest.starts_with(kEntry)) {
      fail("its directory ends too early");
    }
    const auto word = [&](std::size_t at, int width) { return little_endian(rest, at, width); };
    const std::uint64_t name_bytes = word(28, 2);
    const std::uint64_t extra_bytes = word(30, 2);
    const std::uint64_t all_bytes = kEntryBytes + name_bytes + extra_bytes + word(32, 2);
    if (all_bytes > rest.size()) {
      fail("its directory ends too early");
    }
    ZipMember member;
    member.name = rest.substr(kEntryBytes, name_bytes);
    member.checksum = static_cast<std::uint32_t>(word(16, 4));
    std::uint64_t bytes = word(24, 4);
    std::uint64_t packed = word(20, 4);
    std::uint64_t begin = word(42, 4);
    take_sizes_of_64(rest.substr(kEntryBytes + name_bytes, extra_bytes), {&bytes, &packed, &begin});
    const std::uint64_t method = word(10, 2);
    const std::string called = "member " + shown(member.name);
    if ((word(8, 2) & 1) != 0) {
      fail(called + " is encrypted, which is not read");
    }
    if (method != 0 && method != Z_DEFLATED) {
      fail(called + " is packed by method " + std::to_string(method) +
           "; stored and deflated ones are read, as NumPy writes them");
    }
    member.is_deflated = method == Z_DEFLATED;
    member.begin = begin_of_bytes(begin, packed, called);
    member.packed_bytes = static_cast<std::int64_t>(packed);
    const std::int64_t most = member.is_deflated ? bounded_expansion(member.packed_bytes) : member.packed_bytes;
    if (bytes > static_cast<std::uint64_t>(most) || (!member.is_deflated && bytes != packed)) {
      fail(fmt::format("{} cannot hold the {} bytes it promises", called, bytes));
    }
    member.bytes = static_cast<std::int64_t>(bytes);
    rest.remove_prefix(all_bytes);
    return member;
  }

  static std::int64_t bounded_expansion(std::int64_t packed) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    return packed > most / kMostExpansion ? most : packed * kMostExpansion;
  }

  /// Numbers that 32 bits do not hold stand in an extra field, in this order.
  void take_sizes_of_64(std::string_view extra, std::initializer_list<std::uint64_t*> numbers) const {
    std::string_view field;
    while (extra.size() >= 4) {
      const std::uint64_t bytes = little_endian(extra, 2, 2);
      if (bytes > extra.size() - 4) {
        fail("an extra field is cut off");
      }
      if (little_endian(extra, 0, 2) == 1) {
        field = extra.substr(4, bytes);
      }
      extra.remove_prefix(4 + bytes);
    }
    for (std::uint64_t* number : numbers) {
      if (*number == kIn64) {
        if (field.size() < 8) {
          fail("a zip64 field is cut off");
        }
        *number = little_endian(field, 0, 8);
        field.remove_prefix(8);
      }
    }
  }

  /// Behind the local header, whose own lengths are not asked for.
  std::int64_t begin_of_bytes(std::uint64_t header, std::uint64_t packed, const std::string& called) const {
    const std::string local = text(header, kLocalBytes);
    const auto size = static_cast<std::uint64_t>(file_.size());
    const std::uint64_t begin = header + kLocalBytes + little_endian(local, 26, 2) + little_endian(local, 28, 2);
    if (!local.starts_with(kLocal) || begin > size || packed > size - begin) {
      fail(called + " is not where the directory says, or is cut off");
    }
    return static_cast<std::int64_t>(begin);
  }

  const InputFile& file_;
  std::uint64_t count_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t begin_ = 0;
};

}  // namespace

bool is_npz_signature(std::string_view head) {
  if (!head.starts_with(kLocal) || head.size() < kLocalBytes) {
    return false;
  }
  return head.substr(kLocalBytes, little_endian(head, 26, 2)).ends_with(".npy");
}

std::vector<ZipMember> zip_members(const InputFile& file) {
  return Directory(file).members();
}

std::unique_ptr<ByteSource> open_member(const InputFile& file, const ZipMember& member, const std::string& place) {
  if (member.is_deflated) {
    const FileBytes packed(file, member.begin, member.packed_bytes);
    return std::make_unique<InflatedBytes>(packed, member.bytes, member.checksum, place);
  }
  return std::make_unique<FileBytes>(file, member.begin, member.bytes);
}

void check_stored(const InputFile& file, const ZipMember& member, const std::string& place, Communicator& comm) {
  struct Part {
    std::uint64_t checksum;
    std::int64_t bytes;
  };
  Part mine{0, 0};
  agree(comm, [&] {
    const Run run = {proportional_cut(comm.rank(), comm.size(), member.bytes),
                     proportional_cut(comm.rank() + 1, comm.size(), member.bytes)};
    std::vector<char> piece(static_cast<std::size_t>(std::min<std::int64_t>(kPiece, run.size())));
    uLong checksum = 0;
    for (std::int64_t at = run.begin; at < run.end; at += std::ssize(piece)) {
      const auto bytes = std::span(piece).first(static_cast<std::size_t>(std::min(std::ssize(piece), run.end - at)));
      file.read(member.begin + at, bytes);
      checksum = crc32(checksum, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
    }
    mine = {checksum, run.size()};
  });
  uLong whole = 0;
  for (const Part& part : all_gather_value(comm, mine)) {
    whole = crc32_combine(whole, static_cast<uLong>(part.checksum), static_cast<z_off_t>(part.bytes));
  }
  if (whole != member.checksum) {
    throw Agreed<DataError>(place + ": the data are damaged (their checksum differs)");
  }
}

}  // namespace lockstep
