/// One IDX file (the format of MNIST): the bytes 0, 0, TYPE, NDIM, then NDIM big-endian 32-bit extents, then the
/// values, big-endian, last dimension fastest. Dimension 0 counts rows; a row is the product of the others.
#pragma once

#include "comm/summation_tree.h"
#include "data/byte_stream.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// True for the first bytes of an IDX file: 0, 0, a known type, at least one dimension.
bool is_idx_signature(std::string_view head);

class IdxInput {
 public:
  enum class Type : unsigned char {
    uint8 = 0x08,
    int8 = 0x09,
    int16 = 0x0B,
    int32 = 0x0C,
    float32 = 0x0D,
    float64 = 0x0E
  };

  /// Reads the header, and no more. Throws DataError when it is none, and when it promises other values than
  /// the file holds, as far as that shows without reading on: all of it in a plain file.
  explicit IdxInput(const InputFile& file);

  Type type() const { return type_; }
  bool is_integer() const { return type_ != Type::float32 && type_ != Type::float64; }
  std::string description() const;  ///< "60000 × 28 × 28 values of type uint8"
  std::int64_t dimensions() const { return std::ssize(extents_); }
  std::int64_t rows() const { return extents_.front(); }
  std::int64_t row_values() const { return row_values_; }
  bool is_compressed() const { return stream_.is_compressed(); }

  /// Hands out the values of the rows in order, at most 2^16 at a time, for `take` to use up; to be called once. Where
  /// the rows are the file's last, its end is verified too. Throws DataError "FILE: row 17: …" for what is missing,
  /// damaged or too much, after the values before it were handed out.
  void read(Run rows, const std::function<void(std::span<double>)>& take);

 private:
  void read_header();
  void check_size();
  void decode(std::span<const std::byte> bytes, std::span<double> values) const;
  void check_end();
  [[noreturn]] void fail_behind(std::int64_t values) const;
  [[noreturn]] void fail_at_end() const;

  const InputFile& file_;
  ByteStream stream_;
  Type type_ = Type::uint8;
  std::int64_t width_ = 1;  // bytes a value
  std::vector<std::int64_t> extents_;
  std::int64_t row_values_ = 1;
};

}  // namespace lockstep
