/// Reading an HDF5 file nobody vouches for: a data file, a model file, a checkpoint.
///
/// Refused (DataError, exit 65) before a value is read: external links, external storage, virtual datasets,
/// filters other than deflate, shuffle and fletcher32, types other than integers, floats, h5py's booleans and
/// strings, ranks above 2, and dimensions whose bytes the file cannot hold. So no file but the input is
/// opened and memory is bounded by the size of the file: at most 1032 times it, deflate's largest ratio. Compressed
/// chunks and strings of variable length are undone here with all their lengths checked, not by the library.
#pragma once

#include "io/array_file.h"
#include "io/hdf5.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

class Hdf5Chunks;
class Hdf5Extents;
class Hdf5Heap;
struct Hdf5Addressing;

class Hdf5Input final : public ArrayFile {
 public:
  /// Opens a file for reading. SystemError (66, 77, 74) when it is missing or cannot be read, DataError when
  /// it is not a regular file or not HDF5.
  static Hdf5Input open(const std::string& path);
  /// Opens the bytes of a file (copied), with or without user block. `name` stands in messages.
  static Hdf5Input open_image(std::span<const std::byte> image, const std::string& name);

  Hdf5Input(Hdf5Input&&) = default;
  Hdf5Input& operator=(Hdf5Input&&) = default;
  ~Hdf5Input();

  /// Path of the file, as it stands in messages.
  const std::string& name() const { return place_.file; }
  std::string file_of(const std::string&) const override { return place_.file; }

  /// True when there is a link of that name ("X", "/X/data"), even one that reading will refuse.
  bool has(const std::string& name) const override;
  bool is_group(const std::string& name) const override;
  /// Names in a group, ascending by bytes.
  std::vector<std::string> names(const std::string& group = "/") const override;

  // Datasets. All throw DataError "FILE: /name: what (seen)".
  /// Lengths of the dimensions: 0, 1 or 2 of them.
  std::vector<std::int64_t> shape(const std::string& name) override;
  ArrayKind kind(const std::string& name) override;
  bool is_text(const std::string& name);
  bool is_integer(const std::string& name);
  /// Bytes of decompressed chunks that reading the dataset keeps at most; 0 where it is contiguous.
  std::int64_t cache_bytes(const std::string& name) override;

  /// Where the numbers of a dataset of rank 1 or 2 stand in the file; null where they are not there as they are: they
  /// are compressed, in parts of rows, in another order of bytes, or not written.
  std::shared_ptr<const Hdf5Extents> extents(const std::string& name) override;

  /// An attribute of a group or dataset: integers of rank 0 or 1, at most `most` of them; empty where there is none, or
  /// another thing.
  std::vector<std::int64_t> attribute_integers(const std::string& object, const std::string& name,
                                               std::size_t most) override;
  /// A text; empty where there is none, or another thing.
  std::string attribute_text(const std::string& object, const std::string& name) override;
  bool reads_any_rows() const override { return true; }

  /// Rows [first_row, first_row + rows) of a numeric dataset of rank 1 or 2 as doubles, row-major;
  /// out.size() = rows × columns. An integer that would lose digits is an error.
  void read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows, std::span<double> out) override;
  /// The same of an integer dataset, exactly; a value outside int64 is an error.
  void read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows,
                 std::span<std::int64_t> out) override;
  void read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows,
                 std::span<std::uint64_t> out) override;
  /// The same of a dataset of strings of rank 1; padding is taken off.
  std::vector<std::string> read_text_rows(const std::string& name, std::int64_t first_row, std::int64_t rows) override;

  /// Whole datasets of rank 0, 1 or 2.
  std::vector<double> read_doubles(const std::string& name);
  std::vector<std::int64_t> read_integers(const std::string& name);
  std::vector<std::uint64_t> read_words(const std::string& name);
  std::vector<std::string> read_text(const std::string& name) override;

 private:
  /// A dataset that passed all checks. Kept open, so that chunks stay in HDF5's cache between reads.
  struct Dataset {
    Hdf5Dataset handle;
    Hdf5Type type;
    std::vector<std::int64_t> shape;
    std::shared_ptr<Hdf5Chunks> chunks;  ///< of chunked storage, which the library is not to read
  };

  Hdf5Input(Hdf5Place place, Hdf5File file, std::int64_t file_bytes, bool is_file)
      : place_(std::move(place)), file_(std::move(file)), file_bytes_(file_bytes), is_file_(is_file) {}

  Hdf5Place at(const std::string& object) const;
  Hdf5Object open_object(const std::string& name) const;
  /// No attribute where there is none of that name.
  Hdf5Attribute open_attribute(const std::string& object, const std::string& name) const;
  Dataset& dataset(const std::string& name);
  Dataset open_dataset(const std::string& name) const;
  /// Rows × columns, once the rows are known to be there.
  std::size_t count_values(const std::string& name, std::int64_t first_row, std::int64_t rows);
  /// The values of these rows in the memory type, which the file's type converts to; `bytes` has room for both.
  void read_as(hid_t memory_type, const Hdf5Properties& transfer, const std::string& name, std::int64_t first_row,
               std::int64_t rows, std::span<std::byte> bytes);
  std::vector<std::string> read_texts(const std::string& name, std::int64_t first_row, std::int64_t rows);
  /// References to strings of variable length, as they are stored.
  std::vector<std::byte> read_references(const std::string& name, std::int64_t first_row, std::int64_t rows);
  bool read_file(std::int64_t offset, std::span<std::byte> bytes) const;
  Hdf5Addressing addressing() const;
  Hdf5Heap& heap();
  template <typename Value>
  void read_values(const std::string& name, std::int64_t first_row, std::int64_t rows, std::span<Value> out);
  template <typename Integer>
  void read_exactly(const std::string& name, std::int64_t first_row, std::int64_t rows, std::span<double> out);
  template <typename Value>
  std::vector<Value> read_whole(const std::string& name);

  Hdf5Place place_;
  Hdf5File file_;
  std::int64_t file_bytes_ = 0;
  bool is_file_ = true;  // else bytes in memory
  std::map<std::string, Dataset> datasets_;
  std::shared_ptr<Hdf5Heap> heap_;
};

}  // namespace lockstep
