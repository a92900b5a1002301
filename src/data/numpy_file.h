/// NumPy's files as a file of arrays: the members of an .npz archive, or .npy files under the names /X and /y.
#pragma once

#include "data/npy_array.h"
#include "data/text_share.h"
#include "data/zip_archive.h"
#include "io/array_file.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lockstep {

/// Arrays are opened when they are asked for. Members of other names than "….npy" are none.
class NumpyFile final : public ArrayFile {
 public:
  /// No arrays yet.
  NumpyFile() = default;
  /// Those of an archive, which outlives it. Throws what zip_members() throws.
  static NumpyFile archive(const InputFile& file);

  /// A .npy file, which outlives it, or is kept by it.
  void add(const std::string& name, const InputFile& file);
  void add(const std::string& name, std::unique_ptr<const InputFile> file);

  std::string file_of(const std::string& name) const override { return array(name).file; }
  std::string place(const std::string& name) const override { return array(name).place; }
  bool has(const std::string& name) const override { return arrays_.contains(name); }
  bool is_group(const std::string&) const override { return false; }
  std::vector<std::string> names(const std::string& group = "/") const override;

  std::vector<std::int64_t> shape(const std::string& name) override { return open(name).header().shape; }
  ArrayKind kind(const std::string& name) override { return open(name).kind(); }
  std::int64_t cache_bytes(const std::string& name) override { return open(name).held_bytes(); }

  void expect_rows(const std::string& name, std::int64_t first_row, std::int64_t rows) override;
  void read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows, std::span<double> out) override;
  void read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows,
                 std::span<std::int64_t> out) override;
  void read_rows(const std::string& name, std::int64_t first_row, std::int64_t rows,
                 std::span<std::uint64_t> out) override;
  std::vector<std::string> read_text_rows(const std::string& name, std::int64_t first_row, std::int64_t rows) override;
  std::vector<std::string> read_text(const std::string& name) override;

  /// Compares the checksums of those arrays among `names` that are stored, not deflated, in an archive. Collective.
  /// Throws DataError on every rank.
  void check(const std::vector<std::string>& names, Communicator& comm) const;

 private:
  struct Array {
    const InputFile* input = nullptr;
    std::optional<ZipMember> member;  // none: the whole file
    std::string file;
    std::string place;
    std::optional<NpyArray> opened;
  };

  const Array& array(const std::string& name) const;
  NpyArray& open(const std::string& name);

  std::map<std::string, Array> arrays_;
  std::vector<std::unique_ptr<const InputFile>> kept_;
};

}  // namespace lockstep
